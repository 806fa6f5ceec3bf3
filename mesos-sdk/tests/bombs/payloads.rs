//! Messages of a few bytes that stand for many, and texts that nest deeply.

use mesos_sdk::wire::Encoding;

/// How large a bomb is.
pub(crate) const SIZE: usize = 2 << 20;

/// The numbers of the fields that lead to a list of messages, and their names in JSON, after the
/// number and the name of the type.
pub(crate) type Path = (u8, &'static str, &'static [(u8, &'static str)]);

/// Empty messages in a list of an event of this type.
pub(crate) const SCHEDULER: [Path; 4] = [
    (3, "OFFERS", &[(3, "offers"), (1, "offers")]),
    (3, "OFFERS", &[(3, "offers"), (1, "offers"), (5, "resources")]),
    (3, "OFFERS", &[(3, "offers"), (1, "offers"), (7, "attributes")]),
    (4, "UPDATE", &[(5, "update"), (1, "status"), (12, "labels"), (1, "labels")]),
];
pub(crate) const EXECUTOR: [Path; 2] = [
    (2, "LAUNCH", &[(4, "launch"), (1, "task"), (5, "resources")]),
    (8, "LAUNCH_GROUP", &[(8, "launch_group"), (1, "task_group"), (1, "tasks")]),
];
pub(crate) const OPERATOR: [Path; 2] = [
    (9, "GET_AGENTS", &[(10, "get_agents"), (1, "agents")]),
    (9, "GET_AGENTS", &[(10, "get_agents"), (1, "agents"), (7, "total_resources")]),
];

/// Returns every bomb for a peer whose messages have these lists.
pub(crate) fn all(paths: &[Path], encoding: Encoding) -> Vec<Vec<u8>> {
    let is_json = encoding == Encoding::Json;
    let lists = paths.iter().map(|path| if is_json { json_list(*path) } else { protobuf_list(*path) });
    lists.chain(if is_json { json_texts() } else { protobuf_fields() }).collect()
}

/// Returns a message of which two bytes each stand for an empty message.
fn protobuf_list((kind, _, path): Path) -> Vec<u8> {
    let Some(((last, _), outer)) = path.split_last() else { return Vec::new() };
    let items = [last << 3 | 2, 0].repeat(SIZE / 2);
    let part = outer.iter().rev().fold(items, |part, (number, _)| field(*number, &part));
    [&[8, kind][..], &part].concat()
}

/// Returns a message of which three bytes each stand for an empty message.
fn json_list((_, name, path): Path) -> Vec<u8> {
    let items = format!("[{}]", vec!["{}"; SIZE / 3].join(","));
    // A list with one item needs no brackets.
    let part = path.iter().rev().fold(items, |part, (_, name)| format!(r#"{{"{name}":{part}}}"#));
    format!(r#"{{"type":"{name}",{}"#, &part[1..]).into_bytes()
}

fn protobuf_fields() -> Vec<Vec<u8>> {
    let mut parents = Vec::new();
    // The container in the status of a task, in one that is in one …
    while parents.len() < 100_000 {
        parents = field(2, &parents);
    }
    let status = field(1, &field(13, &field(4, &parents)));
    let groups = [0x9b, 0x3e].repeat(SIZE / 2);
    vec![[&[8, 4][..], &field(5, &status)].concat(), groups, vec![0xff; SIZE]]
}

fn json_texts() -> Vec<Vec<u8>> {
    let many = |text: &str| text.repeat(SIZE / text.len());
    let keys: Vec<_> = (0..SIZE / 10).map(|key| format!(r#""{key:x}":0,"#)).collect();
    let texts = [
        many("["),
        many(r#"{"a":"#),
        format!(r#"{{"type":"UPDATE","unknown":{}"#, many("[")),
        format!(r#"{{"type":"UPDATE","update":{{"status":{}"#, many(r#"{"labels":"#)),
        format!("{{\"type\":\"{}\"}}", many("\\ud800")),
        format!("{{\"type\":1{}}}", many("0")),
        format!("{{{}\"type\":[]}}", keys.concat()),
        many("\u{0}"),
    ];
    texts.map(String::into_bytes).into()
}

/// Returns a field with a length.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let mut field = vec![number << 3 | 2];
    let mut length = content.len();
    while length > 0x7f {
        field.push(u8::try_from(length & 0x7f).unwrap_or_default() | 0x80);
        length >>= 7;
    }
    field.push(u8::try_from(length).unwrap_or_default());
    field.extend_from_slice(content);
    field
}
