//! Payloads: their bytes, and the errors for bytes that are not valid.

use std::collections::BTreeMap;

use mesos_sdk::payload::DEFAULT_LIMIT;
use mesos_sdk::{Payload, PayloadError};
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Payload, Debug, Clone, PartialEq)]
struct Fetch {
    url: String,
    depth: u32,
}

#[derive(Serialize, Deserialize, Payload, Debug, PartialEq)]
#[payload(prefix = "userprofile :", pretty)]
#[payload(max_bytes = 70)]
struct Profile {
    name: String,
    pins: Vec<u32>,
}

#[derive(Serialize, Deserialize, Payload, Debug, PartialEq)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Report {
    Progress { percent: u8 },
    Done,
}

#[derive(Serialize, Deserialize, Payload, Debug, PartialEq)]
struct Numbered<T> {
    number: u64,
    content: T,
}

#[derive(Serialize, Deserialize, Payload, Debug)]
struct Unwritable {
    by_place: BTreeMap<(u8, u8), u8>,
}

#[derive(Serialize, Deserialize, Payload, Debug)]
#[payload(prefix = "first\nsecond ")]
struct TwoLines {
    name: String,
}

fn profile() -> Profile {
    Profile { name: "TechCrunch".to_owned(), pins: vec![7] }
}

#[test]
fn json_in_one_line_is_the_plain_form() {
    let fetch = Fetch { url: "http://a/b".to_owned(), depth: 2 };
    assert_eq!(fetch.to_bytes().unwrap(), r#"{"url":"http://a/b","depth":2}"#);
    assert_eq!(Fetch::from_bytes(b" {\n\"depth\": 2, \"url\": \"http://a/b\"} \n").unwrap(), fetch);
}

#[test]
fn pretty_json_after_its_prefix() {
    let bytes = profile().to_bytes().unwrap();
    assert_eq!(bytes, "userprofile :{\n  \"name\": \"TechCrunch\",\n  \"pins\": [\n    7\n  ]\n}");
    assert_eq!(Profile::from_bytes(&bytes).unwrap(), profile());
    assert_eq!(Profile::from_bytes(br#"userprofile :{"name":"TechCrunch","pins":[7]}"#).unwrap(), profile());
}

#[test]
fn enums_and_generics_follow_serde() {
    assert_eq!(Report::Progress { percent: 5 }.to_bytes().unwrap(), r#"{"kind":"progress","percent":5}"#);
    assert_eq!(Report::from_bytes(br#"{"kind":"done"}"#).unwrap(), Report::Done);
    let numbered = Numbered { number: 1, content: Some(Report::Done) };
    let bytes = numbered.to_bytes().unwrap();
    assert_eq!(bytes, r#"{"number":1,"content":{"kind":"done"}}"#);
    assert_eq!(Numbered::from_bytes(&bytes).unwrap(), numbered);
}

#[test]
fn generic_code_can_ask_for_a_payload() {
    fn round_trip<T: Serialize + DeserializeOwned>(content: T) -> T {
        let bytes = Numbered { number: 1, content }.to_bytes().unwrap();
        Numbered::from_bytes(&bytes).unwrap().content
    }
    assert_eq!(round_trip(vec!["a".to_owned()]), ["a"]);
}

#[test]
fn another_prefix_is_another_kind() {
    let error = Profile::from_bytes(b"userboard :{}").unwrap_err();
    assert!(error.is_other_kind());
    assert_eq!(
        error.to_string(),
        r#"data is not a Profile: it begins with "userboard :{}" and not with "userprofile :""#
    );
    assert!(Profile::from_bytes(b"user").unwrap_err().is_other_kind());
    assert!(Profile::from_bytes(b"\xff\xfe").unwrap_err().is_other_kind());
    assert!(!Profile::from_bytes(b"userprofile :{}").unwrap_err().is_other_kind());
}

#[test]
fn malformed_json_is_located() {
    assert_eq!(
        Profile::from_bytes(b"userprofile :x").unwrap_err().to_string(),
        "data for Profile is not JSON: line 1, column 14: expected value"
    );
    assert_eq!(
        Profile::from_bytes(b"userprofile :{\n  x").unwrap_err().to_string(),
        "data for Profile is not JSON: line 2, column 3: key must be a string"
    );
    assert_eq!(
        TwoLines::from_bytes(b"first\nsecond []x").unwrap_err().to_string(),
        "data does not match TwoLines: line 2, column 9: invalid length 0, expected struct TwoLines with 1 element"
    );
}

#[test]
fn data_that_ends_early_is_not_json() {
    for data in ["", "{", r#"{"url":"#, r#"{"url":"a","depth":1"#] {
        let error = Fetch::from_bytes(data.as_bytes()).unwrap_err();
        assert!(matches!(error, PayloadError::NotJson { .. }), "{data:?}: {error}");
    }
}

#[test]
fn json_of_another_type_names_the_field() {
    assert_eq!(
        Fetch::from_bytes(br#"{"url":"a"}"#).unwrap_err().to_string(),
        "data does not match Fetch: line 1, column 11: missing field `depth`"
    );
}

#[test]
fn limit_includes_the_prefix() {
    assert_eq!(Profile::LIMIT, 70);
    let fits = |name: usize| Profile { name: "n".repeat(name), pins: Vec::new() };
    let longest = fits(27).to_bytes().unwrap();
    assert_eq!(longest.len(), 70);
    assert_eq!(Profile::from_bytes(&longest).unwrap(), fits(27));

    let error = fits(28).to_bytes().unwrap_err();
    assert_eq!(
        error.to_string(),
        "Profile is too large: 71 bytes, the limit is 70; send less, or raise it with #[payload(max_bytes = …)]"
    );
    let padded = [&longest[..], b" "].concat();
    assert_eq!(Profile::from_bytes(&padded).unwrap_err(), error);
}

#[test]
fn the_default_limit_is_a_mebibyte() {
    assert_eq!(Fetch::LIMIT, DEFAULT_LIMIT);
    assert_eq!(DEFAULT_LIMIT, 1_048_576);
    let error = Fetch { url: "u".repeat(DEFAULT_LIMIT), depth: 0 }.to_bytes().unwrap_err();
    assert!(matches!(error, PayloadError::TooLarge { limit: DEFAULT_LIMIT, .. }));
}

#[test]
fn a_value_without_json_is_refused() {
    let error = Unwritable { by_place: BTreeMap::from([((0, 0), 0)]) }.to_bytes().unwrap_err();
    assert_eq!(error.to_string(), "Unwritable can't be written: key must be a string");
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(url: String, depth: u32) {
        let fetch = Fetch { url, depth };
        prop_assert_eq!(Fetch::from_bytes(&fetch.to_bytes().unwrap()).unwrap(), fetch);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        let _ = Fetch::from_bytes(&bytes);
        let with_prefix = [b"userprofile :", &bytes[..]].concat();
        let _ = Profile::from_bytes(&with_prefix);
    }
}

#[derive(Serialize, Deserialize, Payload, Debug, PartialEq)]
struct Measured {
    mean: f64,
    #[serde(default)]
    rest: Rest,
}

#[derive(Serialize, Deserialize, Debug, PartialEq, Default)]
struct Rest {
    rates: Vec<f32>,
    by_host: BTreeMap<String, Option<f64>>,
    last: Option<Box<Rest>>,
    pair: (u8, f32),
}

#[test]
fn unrepresentable_number_is_refused_by_field() {
    let with = |rest| Measured { mean: 1.5, rest };
    let by_host = BTreeMap::from([("a".to_owned(), Some(0.5)), ("b".to_owned(), Some(f64::NEG_INFINITY))]);
    for (measured, reason) in [
        (Measured { mean: f64::NAN, rest: Rest::default() }, "mean: JSON has no form for the number NaN"),
        (
            with(Rest { rates: vec![0.1, f32::INFINITY], ..Rest::default() }),
            "rest.rates[1]: JSON has no form for the number inf",
        ),
        (
            with(Rest { by_host, ..Rest::default() }),
            "rest.by_host[\"b\"]: JSON has no form for the number -inf",
        ),
        (
            with(Rest {
                last: Some(Box::new(Rest { pair: (0, f32::NAN), ..Rest::default() })),
                ..Rest::default()
            }),
            "rest.last.pair[1]: JSON has no form for the number NaN",
        ),
    ] {
        let error = measured.to_bytes().unwrap_err();
        assert_eq!(error.to_string(), format!("Measured can't be written: {reason}"));
    }
}

#[test]
fn numbers_are_read_as_they_were_written() {
    let rates = vec![0.1_f32, f32::MIN_POSITIVE, f32::MAX, -0.0, 1e-45];
    for mean in [0.1, -0.0, f64::MAX, f64::MIN_POSITIVE, 5e-324, 1_795_436_117.686_226] {
        let measured = Measured { mean, rest: Rest { rates: rates.clone(), ..Rest::default() } };
        let read = Measured::from_bytes(&measured.to_bytes().unwrap()).unwrap();
        assert_eq!(read, measured);
        assert_eq!(read.mean.to_bits(), mean.to_bits());
    }
}
