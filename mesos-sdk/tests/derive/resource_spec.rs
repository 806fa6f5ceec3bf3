//! Specs to and from resources.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use mesos_sdk::proto::v1::value::{Range, Ranges, Scalar, Set, Type};
use mesos_sdk::proto::v1::{Resource, resource};
use mesos_sdk::resource_spec::ResourceSpecErrorKind;
use mesos_sdk::{ResourceSpec, ResourceSpecError};
use proptest::prelude::*;

#[derive(ResourceSpec, Debug, Clone, PartialEq)]
struct Needs {
    cpus: f64,
    mem: u64,
    disk: Option<f64>,
    #[resource(default = 0)]
    gpus: u32,
    ports: Option<Vec<RangeInclusive<u64>>>,
    #[resource(name = "bandwidth", default = 1.5)]
    network: f64,
    #[resource(name = "licences")]
    licences: Option<BTreeSet<String>>,
}

#[derive(ResourceSpec, Debug, PartialEq)]
struct Ports {
    ports: Vec<RangeInclusive<u64>>,
}

#[derive(ResourceSpec, Debug, PartialEq)]
struct Cpus {
    cpus: f64,
}

#[derive(ResourceSpec, Debug, PartialEq)]
struct Disk {
    disk: f64,
}

#[derive(ResourceSpec, Debug, PartialEq)]
struct Gpus {
    gpus: u32,
}

fn needs() -> Needs {
    Needs {
        cpus: 0.5,
        mem: 128,
        disk: Some(1.25),
        gpus: 2,
        ports: Some(vec![31_000..=31_001]),
        network: 3.0,
        licences: Some(BTreeSet::from(["a".to_owned(), "b".to_owned()])),
    }
}

fn scalar(name: &str, value: f64) -> Resource {
    let scalar = Some(Scalar { value });
    Resource { name: name.to_owned(), r#type: Type::Scalar.into(), scalar, ..Resource::default() }
}

fn ports(ranges: &[(u64, u64)]) -> Resource {
    let range = ranges.iter().map(|&(begin, end)| Range { begin, end }).collect();
    let ranges = Some(Ranges { range });
    Resource { name: "ports".to_owned(), r#type: Type::Ranges.into(), ranges, ..Resource::default() }
}

#[test]
fn fields_become_unreserved_resources() {
    let set = Some(Set { item: vec!["a".to_owned(), "b".to_owned()] });
    let licences =
        Resource { name: "licences".to_owned(), r#type: Type::Set.into(), set, ..Resource::default() };
    let expected = [
        scalar("cpus", 0.5),
        scalar("mem", 128.0),
        scalar("disk", 1.25),
        scalar("gpus", 2.0),
        ports(&[(31_000, 31_001)]),
        scalar("bandwidth", 3.0),
        licences,
    ];
    assert_eq!(needs().to_resources(), expected);
}

#[test]
fn nothing_is_left_out() {
    let nothing = Needs {
        cpus: 0.0,
        mem: 0,
        disk: None,
        gpus: 0,
        ports: Some(Vec::new()),
        network: 0.000_4,
        licences: Some(BTreeSet::new()),
    };
    assert_eq!(nothing.to_resources(), []);
    assert_eq!(Cpus { cpus: f64::NAN }.to_resources(), []);
}

#[test]
fn absent_resources_take_their_default() {
    let read =
        Needs::from_resources(&[scalar("cpus", 1.0), scalar("mem", 32.0), scalar("unknown", 9.0)]).unwrap();
    let expected =
        Needs { cpus: 1.0, mem: 32, disk: None, gpus: 0, ports: None, network: 1.5, licences: None };
    assert_eq!(read, expected);
}

#[test]
fn missing_required_resource_is_named() {
    let error = Needs::from_resources(&[scalar("cpus", 1.0)]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "resource \"mem\" of Needs is missing; \
         if it need not be there, make the field an Option or give it a default"
    );
}

#[test]
fn resources_of_one_name_are_added_up() {
    let reservation = resource::ReservationInfo {
        r#type: Some(resource::reservation_info::Type::Static.into()),
        role: Some("web".to_owned()),
        ..Default::default()
    };
    let reserved = Resource { reservations: vec![reservation], ..scalar("cpus", 2.0) };
    assert_eq!(Cpus::from_resources(&[scalar("cpus", 1.5), reserved]).unwrap(), Cpus { cpus: 3.5 });
}

#[test]
fn copies_of_a_shared_resource_count_once() {
    let disk = resource::DiskInfo {
        persistence: Some(Box::new(resource::disk_info::Persistence::default())),
        ..Default::default()
    };
    let shared = Some(resource::SharedInfo::default());
    let shared = Resource { shared, disk: Some(disk), ..scalar("disk", 2.0) };
    let plain = scalar("disk", 2.0);
    assert_eq!(Disk::from_resources(&[shared.clone(), shared]).unwrap(), Disk { disk: 2.0 });
    assert_eq!(Disk::from_resources(&[plain.clone(), plain]).unwrap(), Disk { disk: 4.0 });
}

#[statement::proves(fix)]
#[test]
fn scalars_are_rounded_to_three_decimals() {
    let written = |cpus| Cpus { cpus }.to_resources();
    assert_eq!(written(1.000_4), [scalar("cpus", 1.0)]);
    assert_eq!(written(1.000_5), [scalar("cpus", 1.001)]);
    assert_eq!(written(-1.000_6), [scalar("cpus", -1.001)]);
    assert_eq!(Cpus::from_resources(&[scalar("cpus", 0.123_456)]).unwrap(), Cpus { cpus: 0.123 });
}

#[statement::proves(fix2)]
#[test]
fn tenths_add_up() {
    assert_eq!(
        Cpus::from_resources(&[scalar("cpus", 0.1), scalar("cpus", 0.2)]).unwrap(),
        Cpus { cpus: 0.3 }
    );
    let many = vec![scalar("cpus", 0.001); 10_000];
    assert_eq!(Cpus::from_resources(&many).unwrap(), Cpus { cpus: 10.0 });
}

#[statement::proves(range)]
#[test]
fn sorted_and_merged() {
    let written = Ports { ports: vec![8..=9, 1..=3, 4..=5, 20..=20, 2..=2] }.to_resources();
    assert_eq!(written, [ports(&[(1, 5), (8, 9), (20, 20)])]);
    let read = Ports::from_resources(&[ports(&[(5, 6), (1, 2)]), ports(&[(3, 4)])]).unwrap();
    assert_eq!(read, Ports { ports: vec![1..=6] });
    let whole = Ports { ports: vec![5..=u64::MAX, 0..=4] }.to_resources();
    assert_eq!(whole, [ports(&[(0, u64::MAX)])]);
}

#[test]
#[expect(clippy::reversed_empty_ranges, reason = "that is the case")]
fn inverted_range_is_refused() {
    assert_eq!(Ports { ports: vec![9..=8] }.to_resources(), []);
}

#[statement::proves(gpu)]
#[test]
fn only_whole_numbers_are_read() {
    assert_eq!(Gpus::from_resources(&[scalar("gpus", 1.5), scalar("gpus", 0.5)]).unwrap(), Gpus { gpus: 2 });
    let error = Gpus::from_resources(&[scalar("gpus", 1.5)]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "resource \"gpus\" of Gpus is 1.5, and the field holds whole numbers up to 4294967295"
    );
    let error = Gpus::from_resources(&[scalar("gpus", 4_294_967_296.0)]).unwrap_err();
    assert!(error.to_string().ends_with("is 4294967296, and the field holds whole numbers up to 4294967295"));
}

#[statement::proves(inval)]
#[test]
fn invalid_resources_are_refused() {
    let problem = |resource: Resource| Needs::from_resources(&[resource]).unwrap_err().problem;
    let hollow = Resource { scalar: None, ..scalar("cpus", 1.0) };
    let text = Resource { r#type: Type::Text.into(), ..scalar("cpus", 1.0) };
    for resource in [scalar("cpus", -1.0), hollow, text] {
        assert!(matches!(problem(resource), ResourceSpecErrorKind::Invalid(_)));
    }
    let error = Cpus::from_resources(&[scalar("cpus", 1.0), scalar("cpus", -1.0)]).unwrap_err();
    assert!(error.to_string().starts_with("resource \"cpus\" of Cpus is invalid: "), "{error}");
    assert!(Cpus::from_resources(&[scalar("cpus", 1.0), scalar("mem", -1.0)]).is_ok());
}

#[test]
fn a_resource_of_nothing_is_absent() {
    assert_eq!(
        Cpus::from_resources(&[scalar("cpus", 0.0)]).unwrap_err().problem,
        ResourceSpecErrorKind::Missing
    );
    assert_eq!(Ports::from_resources(&[ports(&[])]).unwrap_err().problem, ResourceSpecErrorKind::Missing);
}

#[test]
fn resources_of_another_type_are_refused() {
    let problem = |result: Result<Ports, ResourceSpecError>| result.unwrap_err().problem;
    let wrong = ResourceSpecErrorKind::WrongType { expected: Type::Ranges, found: Type::Scalar };
    assert_eq!(problem(Ports::from_resources(&[scalar("ports", 1.0)])), wrong);
    assert_eq!(problem(Ports::from_resources(&[ports(&[(1, 2)]), scalar("ports", 1.0)])), wrong);
    let optional = Needs::from_resources(&[scalar("cpus", 1.0), scalar("mem", 1.0), scalar("ports", 1.0)]);
    assert_eq!(optional.unwrap_err().problem, wrong);
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        cpus in 1_u32..100_000, mem in 1_u64..9_000_000_000_000, gpus: u32,
        items in proptest::collection::btree_set("[a-z]{1,3}", 1..5),
        begin: u64, length in 0_u64..1000,
    ) {
        let needs = Needs {
            cpus: f64::from(cpus) / 1000.0,
            mem,
            disk: None,
            gpus,
            ports: Some(vec![begin..=begin.saturating_add(length)]),
            network: 2.0,
            licences: Some(items),
        };
        prop_assert_eq!(Needs::from_resources(&needs.to_resources()).unwrap(), needs);
    }

    #[test]
    fn the_order_of_resources_does_not_matter(
        values in proptest::collection::vec((0_u64..50, 0_u64..9), 0..12), cut in 0_usize..12,
    ) {
        let mut resources: Vec<Resource> =
            values.iter().map(|&(begin, length)| ports(&[(begin, begin + length)])).collect();
        let before = Ports::from_resources(&resources);
        resources.rotate_left(cut.min(values.len()));
        prop_assert_eq!(Ports::from_resources(&resources), before);
    }
}
