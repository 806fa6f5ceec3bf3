//! Mesos' JSON form of messages.

#![allow(clippy::expect_used, reason = "a test may end that way")]

use std::collections::BTreeMap;

use bytes::Bytes;
use mesos_sdk::proto::v1::scheduler::attribute_constraint::Selector;
use mesos_sdk::proto::v1::scheduler::attribute_constraint::selector;
use mesos_sdk::proto::v1::scheduler::{Call, Event};
use mesos_sdk::proto::v1::{Offer, OfferId, TaskInfo, TaskState, TaskStatus, TimeInfo, value};
use mesos_sdk::wire::{Encoding, Message};

fn read<M: Message>(text: &'static str) -> M {
    Encoding::Json.decode(text.as_bytes()).expect("well-formed")
}

fn written<M: Message>(message: &M) -> String {
    String::from_utf8(Encoding::Json.encode(message).to_vec()).expect("text")
}

#[test]
fn enums_are_read_by_name_or_number() {
    let status = TaskStatus { state: TaskState::Running.into(), ..TaskStatus::default() };
    assert_eq!(written(&status), r#"{"task_id":{"value":""},"state":"TASK_RUNNING"}"#);
    for text in [r#"{"state": "TASK_RUNNING"}"#, r#"{"state": 1}"#] {
        assert_eq!(read::<TaskStatus>(text).state(), TaskState::Running);
    }
}

#[test]
fn events_of_newer_masters_are_survived() {
    let event: Event = read(r#"{"type": "NOVELTY", "novelty": {"a": [1, null]}, "offers": null}"#);
    assert!(event.offers.is_none());
    assert_ne!(event.r#type, Event::default().r#type);
    assert_eq!(read::<TaskStatus>(r#"{"state": 4711}"#).state, 4711);
}

/// What is not known there is neither kept in memory, to see whether it is a member, nor looked at:
/// no number holds 1e999.
#[test]
fn oneof_members_are_found_among_unknown_fields() {
    use mesos_sdk::proto::v1::scheduler::attribute_constraint::Predicate;
    use mesos_sdk::proto::v1::scheduler::attribute_constraint::predicate::{Predicate as Member, TextEquals};
    use mesos_sdk::proto::v1::volume::source::csi_volume::VolumeCapability;
    use mesos_sdk::proto::v1::volume::source::csi_volume::volume_capability::{AccessType, MountVolume};

    let equals = Member::TextEquals(TextEquals { value: "a".to_owned() });
    let constraint: Predicate = read(r#"{"new":[1e999,{}],"text_equals":{"value":"a","x":1},"exists":null}"#);
    assert_eq!(constraint.predicate, Some(equals));
    assert_eq!(read::<Predicate>(r#"{"new":{}}"#).predicate, None);
    let volume: VolumeCapability =
        read(r#"{"mount":{"fs_type":"xfs"},"new":1e999,"access_mode":{"mode":"UNKNOWN"}}"#);
    let mount = MountVolume { fs_type: Some("xfs".to_owned()), ..MountVolume::default() };
    assert_eq!(volume.access_type, Some(AccessType::Mount(mount)));
    let unknown: Selector = read(r#"{"new":1e999,"pseudoattribute_type":"NEW"}"#);
    assert_eq!(unknown.selector, Some(selector::Selector::PseudoattributeType(-1)));
}

#[test]
fn bytes_are_base64() {
    let status = TaskStatus { data: Some(Bytes::from_static(b"\x00\xff!")), ..TaskStatus::default() };
    assert!(written(&status).contains(r#""data":"AP8h""#));
    assert_eq!(read::<TaskStatus>(r#"{"data": "AP8h"}"#).data, status.data);
    assert!(Encoding::Json.decode::<TaskStatus>(br#"{"data": "?"}"#).is_err());
}

#[test]
fn numbers_of_64_bits_may_be_text() {
    let time = TimeInfo { nanoseconds: i64::MAX };
    assert_eq!(written(&time), r#"{"nanoseconds":9223372036854775807}"#);
    for text in [r#"{"nanoseconds": 9223372036854775807}"#, r#"{"nanoseconds": "9223372036854775807"}"#] {
        assert_eq!(read::<TimeInfo>(text), time);
    }
    let unsigned = Bytes::from_static(br#"{"begin": -1, "end": 1}"#);
    assert!(Encoding::Json.decode::<value::Range>(&unsigned).is_err());
}

#[test]
fn fractions_are_read_to_the_last_bit() {
    for value in [1_844_674_407_370_747.0, 1_795_436_117.686_226, 0.1, 1e300, f64::MIN_POSITIVE] {
        let status = TaskStatus { timestamp: Some(value), ..TaskStatus::default() };
        let again =
            Encoding::Json.decode::<TaskStatus>(&Encoding::Json.encode(&status)).expect("well-formed");
        assert_eq!(again.timestamp, Some(value));
    }
}

#[test]
fn oneof_members_are_beside_other_fields() {
    let hostname = selector::PseudoattributeType::Hostname;
    let selector = Selector { selector: Some(selector::Selector::PseudoattributeType(hostname.into())) };
    assert_eq!(written(&selector), r#"{"pseudoattribute_type":"HOSTNAME"}"#);
    assert_eq!(read::<Selector>(r#"{"pseudoattribute_type": "HOSTNAME"}"#), selector);
    let named = Selector { selector: Some(selector::Selector::AttributeName("rack".to_owned())) };
    assert_eq!(read::<Selector>(r#"{"attribute_name": "rack"}"#), named);
}

#[test]
fn maps_are_objects() {
    let limits = BTreeMap::from([("cpus".to_owned(), value::Scalar { value: 2.0 })]);
    let task = TaskInfo { limits, ..TaskInfo::default() };
    assert!(written(&task).contains(r#""limits":{"cpus":{"value":2.0}}"#));
    assert_eq!(read::<TaskInfo>(r#"{"limits": {"cpus": {"value": 2}}}"#).limits, task.limits);
}

#[statement::proves(docbugs)]
#[test]
fn offers_are_in_an_object() {
    let event: Event = read(r#"{"type": "OFFERS", "offers": {"offers": [{"id": {"value": "O1"}}]}}"#);
    let offers = event.offers.expect("offers").offers;
    assert_eq!(offers, [Offer { id: OfferId::from("O1"), ..Offer::default() }]);
}

#[test]
fn malformed_json_is_refused_with_the_place() {
    let error = Encoding::Json.decode::<Call>(b"{\"type\": ").expect_err("malformed");
    assert!(error.to_string().contains("line 1"), "{error}");
}
