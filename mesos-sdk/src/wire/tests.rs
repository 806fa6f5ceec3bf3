//! Messages with strings that are not UTF-8, and messages that would take too much memory.

use prost::Message as _;
use prost::encoding::{WireType, encode_key, encode_varint};

use super::*;
#[cfg(feature = "json")]
use crate::proto::v1::TimeInfo;
use crate::proto::v1::scheduler::attribute_constraint::{Selector, selector};
use crate::proto::v1::scheduler::{Call, Event};
use crate::proto::v1::value::Set;
use crate::proto::v1::volume::source::CsiVolume;
use crate::proto::v1::{ContainerId, Label, TaskInfo, TaskStatus};

const LATIN_1: &[u8] = b"r\xe9pertoire";
const READ: &str = "r\u{fffd}pertoire";

/// A field of bytes.
fn field(tag: u32, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    encode_key(tag, WireType::LengthDelimited, &mut out);
    encode_varint(bytes.len() as u64, &mut out);
    [out, bytes.to_vec()].concat()
}

fn protobuf<M: Message>(bytes: &[u8]) -> M {
    Encoding::Protobuf.decode(bytes).unwrap()
}

#[test]
fn text_fields_of_each_kind_are_lossy() {
    let status: TaskStatus = protobuf(&[field(1, &field(1, LATIN_1)), field(4, LATIN_1)].concat());
    assert_eq!((status.task_id.value.as_str(), status.message()), (READ, READ), "required and optional");
    let set: Set = protobuf(&[field(1, LATIN_1), field(1, b"e"), field(1, b"\xff\xfe")].concat());
    assert_eq!(set.item, [READ, "e", "\u{fffd}\u{fffd}"], "repeated");
    let selector: Selector = protobuf(&field(2, LATIN_1));
    assert_eq!(selector.selector, Some(selector::Selector::AttributeName(READ.to_owned())), "oneof");
    let entry = [field(1, LATIN_1), field(2, LATIN_1)].concat();
    let volume: CsiVolume = protobuf(&field(2, &field(5, &entry)));
    let context = volume.static_provisioning.unwrap().volume_context;
    assert_eq!(context.into_iter().collect::<Vec<_>>(), [(READ.to_owned(), READ.to_owned())], "map");
}

#[test]
fn split_text_is_read_as_a_whole() {
    let message = field(4, "Wörter und \u{1f600}".as_bytes());
    for cut in 0..message.len() {
        let pieces = bytes::Buf::chain(&message[..cut], &message[cut..]);
        assert_eq!(TaskStatus::decode(pieces).unwrap().message(), "Wörter und \u{1f600}");
    }
    let mut label = Label { key: "longer than what follows".to_owned(), ..Label::default() };
    label.merge(&field(1, b"key")[..]).unwrap();
    assert_eq!(label.key, "key");
}

#[cfg(feature = "json")]
#[test]
fn text_in_json_is_lossy() {
    for message in [LATIN_1, br"r\ud800pertoire", br"r\udc00pertoire"] {
        let json =
            [br#"{"state":"TASK_RUNNING","task_id":{"value":""#, message, br#""},"message":""#, message]
                .concat();
        let labels = [br#"","labels":{"labels":[{"key":""#, message, br#"","value":"\ud83d\ude00"}]}}"#];
        let status: TaskStatus = Encoding::Json.decode(&[&json[..], &labels.concat()].concat()).unwrap();
        assert_eq!((status.task_id.value.as_str(), status.message()), (READ, READ));
        let label = Label { key: READ.to_owned(), value: Some("\u{1f600}".to_owned()) };
        assert_eq!(status.labels, Some(crate::proto::v1::Labels { labels: vec![label] }));
    }
    for json in [&b"{\"message\":\xff}"[..], b"\xff", b"{\"message\":\"\xff"] {
        let error = Encoding::Json.decode::<TaskStatus>(json).unwrap_err();
        assert!(error.to_string().starts_with("malformed JSON message: "), "{error}");
    }
}

/// Refuses a message that takes so much, and takes one that does not.
fn limited<M: Message>(encoding: Encoding, bytes: &[u8], times: usize) {
    let error = encoding.decode_within::<M>(bytes, bytes.len() * times).err().unwrap();
    let wanted = format!("more than the limit of {} bytes of memory", bytes.len() * times);
    assert!(error.to_string().ends_with(&wanted), "{error}");
    let (_, taken) = encoding.decode_within::<M>(bytes, usize::MAX).unwrap();
    assert!(taken > bytes.len() * times, "{taken}");
}

#[test]
fn each_kind_of_field_that_grows_is_counted() {
    let accept = field(4, &field(2, &[]).repeat(10_000));
    limited::<Call>(Encoding::Protobuf, &accept, 80);
    let offers = field(3, &field(1, &[]).repeat(10_000));
    limited::<Event>(Encoding::Protobuf, &offers, 50);
    limited::<Set>(Encoding::Protobuf, &field(1, &[]).repeat(10_000), 12);
    let boxes = [8, 7, 9, 10].map(|tag| field(tag, &[])).concat();
    limited::<TaskInfo>(Encoding::Protobuf, &boxes.repeat(100), 20);
    let nested = (0..50).fold(Vec::new(), |inner, _| field(2, &inner));
    limited::<ContainerId>(Encoding::Protobuf, &nested, 10);
    let entries = (0..3000).flat_map(|number| field(5, &field(1, format!("{number}").as_bytes())));
    let volume = field(2, &entries.collect::<Vec<_>>());
    limited::<CsiVolume>(Encoding::Protobuf, &volume, 5);
    limited::<Set>(Encoding::Protobuf, &field(1, &[0xff; 10_000]), 2);
}

#[cfg(feature = "json")]
#[test]
fn json_memory_is_charged_for_each_kind() {
    let many = |value: &str, number: usize| vec![value; number].join(",");
    let operations = format!(r#"{{"type":"ACCEPT","accept":{{"operations":[{}]}}}}"#, many("{}", 10_000));
    limited::<Call>(Encoding::Json, operations.as_bytes(), 50);
    limited::<Set>(Encoding::Json, format!(r#"{{"item":[{}]}}"#, many(r#""""#, 10_000)).as_bytes(), 8);
    let task = r#"{"command":{},"container":{},"health_check":{},"discovery":{}}"#;
    limited::<TaskInfo>(Encoding::Json, task.as_bytes(), 8);
    let entries: Vec<_> = (0..3000).map(|number| format!(r#""{number}":{{}}"#)).collect();
    let task = format!(r#"{{"limits":{{{}}}}}"#, entries.join(","));
    limited::<TaskInfo>(Encoding::Json, task.as_bytes(), 5);
}

/// What serde does not take goes to a reader that takes several times as long.
#[cfg(feature = "json")]
#[test]
fn json_values_of_each_kind_are_read_by_serde() {
    fn read<'a, M: serde::Deserialize<'a>>(text: &'a str) -> M {
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }
    for (text, state) in [(r#""TASK_FAILED""#, 3), ("3", 3), ("-7", -7), (r#""TASK_NOVEL""#, -1)] {
        assert_eq!(read::<TaskStatus>(&format!(r#"{{"state":{text}}}"#)).state, state);
    }
    for (text, time) in
        [("2", 2.0), ("-2", -2.0), ("2.5", 2.5), (r#""2.5""#, 2.5), (r#""-Infinity""#, f64::NEG_INFINITY)]
    {
        assert_eq!(read::<TaskStatus>(&format!(r#"{{"timestamp":{text}}}"#)).timestamp, Some(time));
    }
    for (text, time) in [("2", 2), ("-2", -2), ("2.0", 2), (r#""2""#, 2)] {
        assert_eq!(read::<TimeInfo>(&format!(r#"{{"nanoseconds":{text}}}"#)).nanoseconds, time);
    }
    assert_eq!(read::<TaskStatus>(r#"{"data":"AP8h"}"#).data.unwrap(), &b"\x00\xff!"[..]);
    assert_eq!(read::<Set>(r#"{"item":["a","b"]}"#).item, ["a", "b"]);
    let limits = read::<TaskInfo>(r#"{"limits":{"cpus":{"value":2}}}"#).limits;
    assert_eq!(limits["cpus"], crate::proto::v1::value::Scalar { value: 2.0 });
}

#[test]
fn message_memory_is_limited_by_size() {
    let operations = field(2, &[]).repeat(1 << 20);
    let call = field(4, &operations);
    let error = Encoding::Protobuf.decode::<Call>(&call).unwrap_err();
    let limit = call.len() * DECODED_FACTOR + DECODED_FLOOR;
    assert!(error.to_string().contains(&format!("the limit of {limit} bytes")), "{error}");
    #[cfg(feature = "json")]
    {
        let call = format!(r#"{{"accept":{{"operations":[{}]}}}}"#, vec!["{}"; 1 << 20].join(","));
        let error = Encoding::Json.decode::<Call>(call.as_bytes()).unwrap_err();
        let limit = call.len() * DECODED_FACTOR + DECODED_FLOOR;
        assert!(error.to_string().contains(&format!("the limit of {limit} bytes")), "{error}");
    }
}

#[test]
fn mesos_messages_are_far_below_the_limit() {
    let status = TaskStatus { message: Some("m".repeat(100)), ..TaskStatus::default() };
    let event = field(5, &field(1, &status.encode_to_vec()));
    let (_, taken) = Encoding::Protobuf.decode_within::<Event>(&event, usize::MAX).unwrap();
    assert!(taken < 8 << 10, "{taken}");
}

#[test]
fn an_encoding_is_known_by_its_media_type() {
    assert_eq!(Encoding::from_media_type("application/x-protobuf"), Some(Encoding::Protobuf));
    #[cfg(feature = "json")]
    assert_eq!(Encoding::from_media_type("application/json"), Some(Encoding::Json));
    assert_eq!(Encoding::from_media_type("text/html"), None);
}

/// A master that misses `value` refuses the whole call.
#[test]
fn a_default_value_of_a_map_is_written() {
    let zero = crate::proto::v1::value::Scalar::default();
    let task = TaskInfo { limits: [("cpus".to_owned(), zero)].into(), ..TaskInfo::default() };
    let bytes = task.encode_to_vec();
    assert_eq!(bytes.len(), task.encoded_len());
    let value = [&[9_u8][..], &0.0_f64.to_le_bytes()].concat();
    let entry = [field(1, b"cpus"), field(2, &value)].concat();
    assert!(bytes.windows(entry.len()).any(|part| part == entry), "{bytes:?}");
    assert_eq!(Encoding::Protobuf.decode::<TaskInfo>(&bytes).unwrap(), task);
}
