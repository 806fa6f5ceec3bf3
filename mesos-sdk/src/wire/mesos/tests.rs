//! What is read and refused, in the words that a Mesos 1.11.0 has for it, and what is written.

mod every_field;

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::proto::v1::scheduler::{Call, call};
use crate::proto::v1::{
    DurationInfo, FrameworkId, FrameworkInfo, TaskId, TaskInfo, TaskStatus, check_status_info, value,
};

fn refusal(body: &str) -> String {
    read_call::<Call>(Encoding::Json, body.as_bytes()).expect_err(body).to_string()
}

/// A SUBSCRIBE whose `framework_info` has these fields more.
fn subscribe(fields: &str) -> String {
    let subscribe = format!(r#"{{"framework_info":{{"user":"root","name":"q"{fields}}}}}"#);
    format!(r#"{{"type":"SUBSCRIBE","subscribe":{subscribe}}}"#)
}

fn info(fields: &str) -> FrameworkInfo {
    let body = subscribe(fields);
    let call: Call =
        read_call(Encoding::Json, body.as_bytes()).unwrap_or_else(|error| panic!("{body}: {error}"));
    call.subscribe.unwrap().framework_info
}

#[test]
fn refusals_of_invalid_json() {
    for (body, words) in [
        ("", "syntax error at line 1 near: "),
        ("{", "syntax error at line 1 near: "),
        ("{\"type\":\n\"SUBSCRIBE\"\n,\n}", "syntax error at line 4 near: }"),
        (r#"{"type":tru}"#, "syntax error at line 1 near: }"),
        ("{'type':1}", "syntax error at line 1 near: 'type':1}"),
        (r#"{"a":NaN}"#, "syntax error at line 1 near: NaN}"),
        (r#"{"a":.5}"#, "syntax error at line 1 near: .5}"),
        (r#"{"a":"a\ud800"}"#, "syntax error at line 1 near: \"}"),
        (r#"{"a":"\ud800\ue000"}"#, "syntax error at line 1 near: \"}"),
        ("{\"a\":\"a\u{1}\"}", "syntax error at line 1 near: \"}"),
        (r#"{"a":1e999}"#, "Value out of range"),
        ("1 ", "Parsed JSON included non-whitespace trailing characters: "),
        (r"{} x", "Parsed JSON included non-whitespace trailing characters:  x"),
    ] {
        assert_eq!(refusal(body), format!("Failed to parse body into JSON: {words}"));
    }
}

#[test]
fn refusals_of_unsuitable_values() {
    for (body, words) in [
        ("[]", "Expecting a JSON object"),
        ("null", "Expecting a JSON object"),
        (r#"{"type":2}"#, "Not expecting a JSON number for field 'type'"),
        (r#"{"kill":[]}"#, "Not expecting a JSON array for field 'kill'"),
        (r#"{"type":5,"subscribe":1,"kill":[]}"#, "Not expecting a JSON array for field 'kill'"),
        (&subscribe(r#","checkpoint":1"#), "Not expecting a JSON number for field 'checkpoint'"),
        (&subscribe(r#","principal":true"#), "Not expecting a JSON boolean for field 'principal'"),
        (&subscribe(r#","principal":{}"#), "Not expecting a JSON object for field 'principal'"),
        (&subscribe(r#","offer_filters":{"*":[]}"#), "Not expecting a JSON array for field 'value'"),
        (&subscribe(r#","id":"x""#), "Not expecting a JSON string for field 'id'"),
        (
            &subscribe(r#","checkpoint":"1""#),
            "Failed to parse '1' as a JSON boolean for field 'checkpoint': Unexpected JSON type parsed",
        ),
        (
            &subscribe(r#","failover_timeout":"NaN""#),
            "Failed to parse 'NaN' as a JSON number for field 'failover_timeout': syntax error at line 1 near: NaN",
        ),
        (
            &subscribe(r#","failover_timeout":"60 ""#),
            "Failed to parse '60 ' as a JSON number for field 'failover_timeout': \
             Parsed JSON included non-whitespace trailing characters: ",
        ),
        (
            &subscribe(r#","failover_timeout":"0x10""#),
            "Failed to parse '0x10' as a JSON number for field 'failover_timeout': \
             Parsed JSON included non-whitespace trailing characters: 10",
        ),
        (
            r#"{"acknowledge":{"uuid":"***"}}"#,
            "Failed to base64 decode bytes field 'uuid': Invalid character '*'",
        ),
        (
            r#"{"accept":{"operations":{"launch":{"task_infos":{"discovery":{"visibility":"X"}}}}}}"#,
            "Failed to find enum for 'X'",
        ),
    ] {
        assert_eq!(refusal(body), format!("Failed to convert JSON into Call protobuf: {words}"));
    }
}

#[test]
fn missing_required_fields_are_named() {
    for (body, missing) in [
        (r#"{"type":"KILL","kill":{}}"#, "kill.task_id"),
        (r#"{"kill":{"task_id":null}}"#, "kill.task_id"),
        (
            r#"{"framework_id":{},"acknowledge":{}}"#,
            "framework_id.value, acknowledge.agent_id, acknowledge.task_id, acknowledge.uuid",
        ),
        (
            r#"{"accept":{"operations":[{},{"launch":{"task_infos":[{"name":"a","limits":{"cpus":{}},
               "agent_id":{"value":"s"},"task_id":{"value":"t"},"resources":[{}],"discovery":{}}]}}]}}"#,
            "accept.operations[1].launch.task_infos[0].resources[0].name, \
             accept.operations[1].launch.task_infos[0].resources[0].type, \
             accept.operations[1].launch.task_infos[0].discovery.visibility, \
             accept.operations[1].launch.task_infos[0].limits[0].value.value",
        ),
    ] {
        let words = "Failed to convert JSON into Call protobuf: Missing required fields: ";
        assert_eq!(refusal(body), format!("{words}{missing}"));
    }
}

#[test]
fn odd_forms_that_mesos_takes_are_taken() {
    assert_eq!(info(r#","failover_timeout":" 60""#).failover_timeout, Some(60.0));
    assert_eq!(info(r#","failover_timeout":"Infinity""#).failover_timeout, Some(f64::INFINITY));
    assert_eq!(info(r#","failover_timeout":"-Infinity""#).failover_timeout, Some(f64::NEG_INFINITY));
    for (text, timeout) in [("01", 1.0), ("1.", 1.0), ("-.5", -0.5), ("\"1e2\"", 100.0)] {
        assert_eq!(info(&format!(r#","failover_timeout":{text}"#)).failover_timeout, Some(timeout));
    }
    assert_eq!(info(r#","checkpoint":" true ""#).checkpoint, Some(true));
    assert_eq!(info(r#","roles":"dev""#).roles, ["dev"]);
    assert_eq!(info(r#","roles":["a",null,["b"]]"#).roles, ["a", "b"]);
    assert_eq!(info(r#","labels":null,"zzz":{"a":[1,2]}"#).labels, None);
    assert_eq!(info(r#","name":"a","name":"b""#).name, "b");
    let escapes = r#","name":"\"\\\/\b\f\n\r\t\u0041\ud83d\ude00""#;
    assert_eq!(info(escapes).name, "\"\\/\u{8}\u{c}\n\r\tA\u{1f600}");
    assert_eq!(info(r#","capabilities":[{"type":"FUNNY"},{"type":"GPU_RESOURCES"}]"#).capabilities.len(), 2);
    assert!(info(r#","capabilities":{"type":"FUNNY"}"#).capabilities[0].r#type.is_none());
    assert_eq!(info(r#","offer_filters":{"*":null}"#).offer_filters.len(), 1);
    let deep = |levels| subscribe(&format!(r#","zz":{}{}"#, "[".repeat(levels), "]".repeat(levels)));
    assert!(read_call::<Call>(Encoding::Json, deep(197).as_bytes()).is_ok());
    assert!(read_call::<Call>(Encoding::Json, deep(198).as_bytes()).is_err());
    let uuid = |text| {
        let call = format!(r#"{{"agent_id":{{"value":"s"}},"task_id":{{"value":"t"}},"uuid":"{text}"}}"#);
        let call: call::Acknowledge = read_call(Encoding::Json, call.as_bytes()).unwrap();
        call.uuid
    };
    for text in ["YQ", "YQ==", r"Y Q=\n=", "YQ==YQ==", "YR=="] {
        assert_eq!(uuid(text), "a", "{text}");
    }
}

#[test]
fn overflowing_numbers_are_cut_as_in_mesos() {
    let range: value::Range = read_call(Encoding::Json, br#"{"begin":-1,"end":"1.5"}"#).unwrap();
    assert_eq!(range, value::Range { begin: u64::MAX, end: 1 });
    let exit: check_status_info::Command = read_call(Encoding::Json, br#"{"exit_code":4294967297}"#).unwrap();
    assert_eq!(exit.exit_code, Some(1));
    let time: DurationInfo = read_call(Encoding::Json, br#"{"nanoseconds":1.5}"#).unwrap();
    assert_eq!(time.nanoseconds, 1);
    let status: check_status_info::Http = read_call(Encoding::Json, br#"{"status_code":-1}"#).unwrap();
    assert_eq!(status.status_code, Some(u32::MAX));
}

#[test]
fn protobuf_needs_required_fields() {
    let kill = |kill: &[u8]| {
        let mut body = vec![0x10, 6, 0x32];
        body.push(u8::try_from(kill.len()).unwrap());
        body.extend_from_slice(kill);
        read_call::<Call>(Encoding::Protobuf, &body)
    };
    let refused = CallError::Protobuf;
    assert_eq!(kill(&[]), Err(refused.clone()));
    assert_eq!(kill(&[0x0a, 0]), Err(refused.clone()));
    assert_eq!(kill(&[0x0a, 2, 0x0a, 0]).unwrap().kill.unwrap().task_id, TaskId::default());
    // One message may come in parts.
    assert_eq!(kill(&[0x0a, 0, 0x0a, 2, 0x0a, 0]).unwrap().kill.unwrap().task_id, TaskId::default());
    let deep = (0..200).fold(Vec::new(), |inner: Vec<u8>, _| {
        let mut outer = vec![0x12];
        prost::encoding::encode_varint(inner.len() as u64, &mut outer);
        outer.extend(inner);
        outer
    });
    let container = read_call::<crate::proto::v1::ContainerId>(Encoding::Protobuf, &deep);
    assert_eq!(container, Err(refused));
}

#[test]
fn unknown_protobuf_values_are_unset() {
    let unknown: Call = read_call(Encoding::Protobuf, &[0x10, 99]).unwrap();
    assert_eq!(unknown.r#type, None);
    let wrong_wire_type: Call = read_call(Encoding::Protobuf, &[0x12, 1, 1, 0x0a, 2, 0x0a, 0]).unwrap();
    assert_eq!((wrong_wire_type.r#type, wrong_wire_type.framework_id), (None, Some(FrameworkId::default())));
}

#[test]
fn nested_values_of_wrong_types_are_unset() {
    // A task whose id has a number for its name before the name, and a map beside it.
    let task = [
        &[0x0a, 1, b'n', 0x12, 5, 0x08, 7, 0x0a, 1, b't', 0x1a, 3, 0x0a, 1, b'a'][..],
        &[0x7a, 17, 0x0a, 4, b'c', b'p', b'u', b's', 0x12, 9, 0x09, 0, 0, 0, 0, 0, 0, 0, 0x40],
    ]
    .concat();
    let read: TaskInfo = read_call(Encoding::Protobuf, &task).unwrap();
    assert_eq!((read.task_id, read.name.as_str()), (TaskId::from("t"), "n"));
    assert_eq!(read.limits, BTreeMap::from([("cpus".to_owned(), value::Scalar { value: 2.0 })]));
}

#[test]
fn defaults_and_infinities_are_written() {
    let limits = BTreeMap::from([("cpus".to_owned(), value::Scalar { value: f64::INFINITY })]);
    let task = TaskInfo { limits, ..TaskInfo::default() };
    let text = write_message(Encoding::Json, &task);
    let expected = r#"{"name":"","task_id":{"value":""},"agent_id":{"value":""},"limits":{"cpus":{"value":"Infinity"}}}"#;
    assert_eq!(text, expected);
    let mut info = FrameworkInfo { name: "q\n".to_owned(), ..FrameworkInfo::default() };
    let expected = r#"{"user":"","name":"q\n","failover_timeout":0.0,"checkpoint":false}"#;
    assert_eq!(write_message(Encoding::Json, &info), expected);
    info.checkpoint = Some(true);
    assert_eq!(write_message(Encoding::Json, &info), expected.replace("false", "true"));
}

#[test]
fn empty_lists_are_written() {
    let tasks = crate::proto::v1::master::response::GetTasks::default();
    let expected = r#"{"tasks":[],"unreachable_tasks":[],"completed_tasks":[]}"#;
    assert_eq!(write_message(Encoding::Json, &tasks), expected);
}

#[test]
fn a_bare_nan_is_read_as_masters_write_it() {
    let text = br#"{"user":"root","name":"q","failover_timeout":NaN}"#;
    let info: FrameworkInfo = Encoding::Json.decode(text).unwrap();
    assert!(info.failover_timeout.unwrap().is_nan());
    assert!(read_call::<FrameworkInfo>(Encoding::Json, text).is_err());
}

#[test]
fn lenient_forms_of_mesos_are_read() {
    for text in [
        r#"{"task_id":{"value":"t"},"state":"TASK_RUNNING","reason":null,"labels":{"labels":{"key":"a"}}}"#,
        r#"{"state":"TASK_RUNNING","state":"TASK_RUNNING","healthy":"true"}"#,
    ] {
        let status: TaskStatus = Encoding::Json.decode(text.as_bytes()).unwrap();
        assert_eq!(status.state(), crate::proto::v1::TaskState::Running);
    }
}

#[test]
fn special_doubles_survive_both_encodings() {
    let odd =
        [-0.0, 0.1 + 0.2, 1e308, f64::MAX, 5e-324, -5e-324, 1e-7, 1e21, f64::INFINITY, f64::NEG_INFINITY];
    for value in odd.into_iter().chain([f64::NAN]) {
        let scalar = value::Scalar { value };
        let same = |read: value::Scalar| {
            read.value.to_bits() == value.to_bits() || (read.value.is_nan() && value.is_nan())
        };
        for encoding in [Encoding::Json, Encoding::Protobuf] {
            let written = encoding.encode(&scalar);
            assert!(same(encoding.decode(&written).unwrap()), "{value} {written:?}");
            assert!(value.is_nan() || same(read_call(encoding, &written).unwrap()), "{value} {written:?}");
        }
    }
}

/// Bodies for which it takes a lot of memory to look through them, before anything is decoded.
#[test]
fn reading_a_body_has_a_work_limit() {
    let too_large = |encoding: Encoding, body: &[u8], limit: usize| {
        let read = read_call_within::<Call>(encoding, body, limit);
        assert_eq!(read.err(), Some(CallError::TooLarge), "{}", String::from_utf8_lossy(&body[..40]));
    };
    let many = |value: &str| vec![value; 100_000].join(",");
    for json in [
        format!(r#"{{"not_known":[{}]}}"#, many("0")),
        format!(r#"{{"not_known":{{{}}}}}"#, many(r#""k":0"#)),
        // A name for each id without a value.
        format!(r#"{{"type":"DECLINE","decline":{{"offer_ids":[{}]}}}}"#, many("{}")),
    ] {
        too_large(Encoding::Json, json.as_bytes(), json.len() * 6);
    }
    // The same ids, behind the tags and lengths of the list.
    let ids = [0x0a, 0].repeat(100_000);
    let body = [&[0x10, 4, 0x2a, 0xc0, 0x9a, 0x0c][..], &ids].concat();
    assert_eq!(read_call::<Call>(Encoding::Protobuf, &body).err(), Some(CallError::Protobuf));
    too_large(Encoding::Protobuf, &body, body.len() * 20);
}

#[test]
fn lenient_reading_has_a_work_limit() {
    // serde does not take `null` for an id.
    let text = format!(r#"{{"task_id":null,"not_known":[{}]}}"#, vec!["0"; 100_000].join(","));
    let error = Encoding::Json.decode_within::<TaskStatus>(text.as_bytes(), text.len() * 6).err().unwrap();
    assert!(error.is_too_large(), "{error}");
    assert!(Encoding::Json.decode::<TaskStatus>(text.as_bytes()).is_ok());
}

proptest! {
    /// Every bit pattern of a double is the same after either encoding, except that all NaNs are
    /// one in JSON.
    #[test]
    fn no_double_changes_by_its_encoding(bits: u64) {
        let scalar = value::Scalar { value: f64::from_bits(bits) };
        let same = |other: f64| other.to_bits() == bits || (other.is_nan() && scalar.value.is_nan());
        for encoding in [Encoding::Json, Encoding::Protobuf] {
            let read: value::Scalar = encoding.decode(&encoding.encode(&scalar)).unwrap();
            prop_assert!(same(read.value), "{encoding:?}");
        }
        if !scalar.value.is_nan() {
            let read: value::Scalar = read_call(Encoding::Json, &write_message(Encoding::Json, &scalar)).unwrap();
            prop_assert!(same(read.value));
        }
    }

    /// Bytes of any kind are read or refused.
    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        let _ = read_call::<Call>(Encoding::Json, &bytes);
        let _ = read_call::<Call>(Encoding::Protobuf, &bytes);
    }
}

#[test]
fn refusals_of_lists_and_objects() {
    use crate::proto::v1::WeightInfo;
    let list = |json: &str, limit| read_list_within::<WeightInfo>(json.as_bytes(), limit);
    let (weights, taken) = list(r#"[{"role":"a","weight":"2"},{"weight":1.5}]"#, 1 << 20).unwrap();
    assert_eq!(
        weights,
        [WeightInfo { role: Some("a".to_owned()), weight: 2.0 }, WeightInfo { role: None, weight: 1.5 }]
    );
    assert!(taken >= 2 * size_of::<WeightInfo>(), "{taken}");
    for (json, error) in [
        ("{}", CallError::Json("Unexpected JSON type parsed".to_owned())),
        ("", CallError::Json("syntax error at line 1 near: ".to_owned())),
        ("[{\"weight\":1},2]", CallError::Call("Expecting a JSON object".to_owned())),
        ("[{}]", CallError::Call("Missing required fields: weight".to_owned())),
    ] {
        assert_eq!(list(json, 1 << 20), Err(error), "{json}");
    }
    assert_eq!(
        list(&format!("[{}]", vec![r#"{"weight":1}"#; 100].join(",")), 1000),
        Err(CallError::TooLarge)
    );
    let object = |json: &str| read_object_within::<WeightInfo>(json.as_bytes(), 1 << 20);
    assert_eq!(object(r#"{"weight":1}"#).unwrap().0, WeightInfo { weight: 1.0, ..WeightInfo::default() });
    assert_eq!(object("null"), Err(CallError::Json("Unexpected JSON type parsed".to_owned())));
}
