use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::proto::v1::master::Response;
use crate::proto::v1::master::response::get_agents::Agent;
use crate::proto::v1::master::response::{GetAgents, GetMetrics, GetState, GetTasks};
use crate::proto::v1::{AgentInfo, Metric, Task, TaskId, TaskStatus};
use crate::wire::Message;

const fn list(tag: u32, name: &'static str) -> Field<&'static str> {
    Field { tag, name, content: Content::Elements(name) }
}

const FIELDS: &[Field<&str>] = &[Field {
    tag: 9,
    name: "get_state",
    content: Content::Message(&[
        Field {
            tag: 1,
            name: "get_tasks",
            content: Content::Message(&[list(2, "tasks"), list(3, "completed_tasks")]),
        },
        Field { tag: 4, name: "get_agents", content: Content::Message(&[list(1, "agents")]) },
    ]),
}];

const ENCODINGS: [Encoding; 2] = [Encoding::Protobuf, Encoding::Json];

type Elements = Vec<(&'static str, Vec<u8>)>;

/// Splits a message that arrives in these pieces.
fn split<'a>(
    encoding: Encoding,
    pieces: impl IntoIterator<Item = &'a [u8]>,
    limit: usize,
) -> Result<Elements, SplitError> {
    let mut splitter = Splitter::new(encoding, FIELDS, limit);
    let mut elements = Vec::new();
    for piece in pieces {
        splitter.push(piece);
        while let Some((which, element)) = splitter.next()? {
            elements.push((which, element.to_vec()));
        }
    }
    splitter.end().map(|()| elements)
}

/// Splits a message that arrives in any two pieces, and byte by byte, which must not matter.
fn split_anywhere(encoding: Encoding, bytes: &[u8], limit: usize) -> Result<Elements, SplitError> {
    let byte_by_byte = split(encoding, bytes.chunks(1), limit);
    for at in 0..=bytes.len() {
        let (first, second) = bytes.split_at(at);
        assert_eq!(split(encoding, [first, second], limit), byte_by_byte, "split at {at}");
    }
    byte_by_byte
}

fn task(name: &str, statuses: usize) -> Task {
    let data = Some(vec![b'"'; statuses].into());
    let status = TaskStatus { message: Some(format!("\\\"{{[{name}")), data, ..TaskStatus::default() };
    let task_id = TaskId::from(name);
    Task { name: name.to_owned(), task_id, statuses: vec![status; statuses], ..Task::default() }
}

fn state(get_tasks: GetTasks) -> Response {
    let state = GetState { get_tasks: Some(get_tasks.into()), ..GetState::default() };
    Response { get_state: Some(state.into()), ..Response::default() }
}

fn tasks() -> impl Strategy<Value = Vec<Task>> {
    vec(("\\PC{0,9}", 0..3_usize).prop_map(|(name, statuses)| task(&name, statuses)), 0..4)
}

fn agents() -> impl Strategy<Value = GetAgents> {
    let agent = "[a-z\"\\\\]{0,200}".prop_map(|hostname| {
        let agent_info = AgentInfo { hostname, ..AgentInfo::default() };
        Agent { agent_info, ..Agent::default() }
    });
    vec(agent, 0..3).prop_map(|agents| GetAgents { agents, ..GetAgents::default() })
}

fn response() -> impl Strategy<Value = Response> {
    (tasks(), tasks(), tasks(), proptest::option::of(agents())).prop_map(
        |(tasks, completed_tasks, unreachable_tasks, agents)| {
            let tasks = GetTasks { tasks, completed_tasks, unreachable_tasks, ..GetTasks::default() };
            let get_agents = agents.map(Into::into);
            let state = GetState { get_tasks: Some(tasks.into()), get_agents, ..GetState::default() };
            let metrics = vec![Metric { name: "m".to_owned(), value: Some(1.5) }];
            let get_metrics = Some(GetMetrics { metrics });
            Response { r#type: Some(9), get_metrics, get_state: Some(state.into()), ..Response::default() }
        },
    )
}

fn encoded<M: Message>(encoding: Encoding, which: &'static str, elements: &[M]) -> Elements {
    elements.iter().map(|element| (which, encoding.encode(element).to_vec())).collect()
}

/// Returns the wanted elements of the whole message.
fn elements(encoding: Encoding, response: &Response) -> Elements {
    let state = response.get_state.as_ref().unwrap();
    let tasks = state.get_tasks.as_ref().unwrap();
    let agents = state.get_agents.iter().flat_map(|it| encoded(encoding, "agents", &it.agents));
    let completed = encoded(encoding, "completed_tasks", &tasks.completed_tasks);
    [encoded(encoding, "tasks", &tasks.tasks), completed].into_iter().flatten().chain(agents).collect()
}

proptest! {
    #[test]
    fn elements_are_those_of_the_whole(response in response(), at_a_time in 1..300_usize) {
        for encoding in ENCODINGS {
            let bytes = encoding.encode(&response);
            let mut split = split(encoding, bytes.chunks(at_a_time), 1 << 20).unwrap();
            let mut whole = elements(encoding, &response);
            // Protobuf has them in the order of tags, JSON in that of declaration.
            split.sort();
            whole.sort();
            prop_assert_eq!(split, whole);
        }
    }

    #[test]
    fn cut_off_message_is_never_complete(response in response(), cut in 1..200_usize) {
        for encoding in ENCODINGS {
            let bytes = encoding.encode(&response);
            let cut = bytes.len().saturating_sub(cut);
            let split = split(encoding, bytes[..cut].chunks(7), 1 << 20);
            // A protobuf message may end after any field, such as that before the state.
            let expected = [SplitError::CutOff, SplitError::Missing];
            prop_assert!(split.as_ref().is_err_and(|error| expected.contains(error)), "{:?}", split);
        }
    }
}

#[test]
fn pieces_do_not_matter() {
    let tasks = vec![task("a\u{e9}\"", 2), task("", 0)];
    let response = state(GetTasks { tasks, unreachable_tasks: vec![task("u", 1)], ..GetTasks::default() });
    for encoding in ENCODINGS {
        let bytes = encoding.encode(&response);
        assert_eq!(split_anywhere(encoding, &bytes, 1 << 20), Ok(elements(encoding, &response)));
    }
}

#[test]
fn only_wanted_elements_have_a_limit() {
    for encoding in ENCODINGS {
        let tasks = vec![task(&"x".repeat(500), 0)];
        let large = encoding.encode(&state(GetTasks { tasks, ..GetTasks::default() }));
        assert_eq!(split_anywhere(encoding, &large, 600), Err(SplitError::TooLarge(600)));
        assert_eq!(split_anywhere(encoding, &large, 1200).map(|elements| elements.len()), Ok(1));
        let (tasks, unreachable_tasks) = (vec![task("x", 0); 3], vec![task(&"x".repeat(700), 2)]);
        let passed = encoding.encode(&state(GetTasks { tasks, unreachable_tasks, ..GetTasks::default() }));
        assert_eq!(split_anywhere(encoding, &passed, 600).map(|elements| elements.len()), Ok(3));
    }
}

#[test]
fn what_is_passed_over_is_not_kept() {
    for encoding in ENCODINGS {
        let unreachable_tasks = vec![task(&"x".repeat(1 << 20), 0)];
        let bytes = encoding.encode(&state(GetTasks { unreachable_tasks, ..GetTasks::default() }));
        let mut splitter = Splitter::new(encoding, FIELDS, 1 << 30);
        for piece in bytes.chunks(1000) {
            splitter.push(piece);
            assert_eq!(splitter.next(), Ok(None));
            let input = match &splitter {
                Splitter::Protobuf(splitter) => &splitter.input,
                Splitter::Json(splitter) => &splitter.input,
            };
            assert!(input.rest().len() < 1000, "{} bytes", input.rest().len());
        }
        assert_eq!(splitter.end(), Ok(()));
    }
}

fn texts(json: &str) -> Result<Vec<String>, SplitError> {
    let elements = split_anywhere(Encoding::Json, json.as_bytes(), 100)?;
    Ok(elements.into_iter().map(|(_, bytes)| String::from_utf8(bytes).unwrap()).collect())
}

#[test]
fn json_may_have_spaces_and_escapes() {
    let spaced = " { \"get_state\" :\n{ \"get_tasks\" : { \"tasks\" : [ {\"a\" : \"]\\\"\" } , 1 , \"\\\\\" ] } } , \"x\":-1.5e3 } ";
    assert_eq!(texts(spaced).unwrap(), ["{\"a\" : \"]\\\"\" }", "1", "\"\\\\\""]);
    assert_eq!(texts(r#"{"get_\u0073tate":{"get_tasks":{"tasks":[[]]}}}"#).unwrap(), ["[]"]);
}

#[test]
fn missing_lists_are_empty() {
    for nothing in [
        r#"{"get_state":{}}"#,
        r#"{"get_state":{"get_tasks":null,"get_agents":{}}}"#,
        r#"{"get_state":{"get_tasks":{"tasks":null}},"tasks":[{}]}"#,
        r#"{"get_state":{"get_tasks":{"tasks":[]}}}"#,
    ] {
        assert_eq!(texts(nothing), Ok(Vec::new()), "{nothing}");
    }
    assert_eq!(split_anywhere(Encoding::Protobuf, &[9 << 3 | 2, 0], 100), Ok(Vec::new()));
}

#[test]
fn missing_part_is_an_error() {
    for missing in ["{}", r#"{"get_state":null}"#, r#"{"get_tasks":{"tasks":[{}]}}"#] {
        assert_eq!(texts(missing), Err(SplitError::Missing), "{missing}");
    }
    for missing in [&[][..], &[1 << 3, 8]] {
        assert_eq!(split_anywhere(Encoding::Protobuf, missing, 100), Err(SplitError::Missing));
    }
}

#[test]
fn malformed_json_is_an_error() {
    for malformed in [
        "[]",
        "{}}",
        r#"{"get_state":[]}"#,
        r#"{"get_state"}"#,
        r#"{"x":,"y":1}"#,
        r#"{"get_state":{"get_tasks":{"tasks":{}}}}"#,
        r#"{"get_state":{"get_tasks":{"tasks":[,]}}}"#,
        r#"{"get_state":{"get_tasks":{"tasks":[1,]}}}"#,
        r#"{"get_state":{"get_tasks":{"tasks":[{}}}}}"#,
    ] {
        assert_eq!(texts(malformed), Err(SplitError::Malformed), "{malformed}");
    }
    for cut in ["", "{", r#"{"get_state":{"get_tasks":{"tasks":[{}]}}"#, r#"{"get_state":nul"#] {
        assert_eq!(texts(cut), Err(SplitError::CutOff), "{cut}");
    }
}

#[test]
fn malformed_protobuf_is_an_error() {
    for malformed in [
        // A number where a message should be, a field that ends after the message around it, a
        // group, a tag of 0, a number without end.
        &[9 << 3, 1][..],
        &[9 << 3 | 2, 2, 1 << 3 | 2, 5],
        &[9 << 3 | 3],
        &[0, 0],
        &[0xff; 11],
    ] {
        let split = split_anywhere(Encoding::Protobuf, malformed, 100);
        assert_eq!(split, Err(SplitError::Malformed), "{malformed:?}");
    }
    let cut = &[9 << 3 | 2, 2, 1 << 3];
    assert_eq!(split_anywhere(Encoding::Protobuf, cut, 100), Err(SplitError::CutOff));
}
