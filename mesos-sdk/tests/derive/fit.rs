//! Which tasks fit an offer, and how often.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use mesos_sdk::ResourceSpec;
use mesos_sdk::proto::v1::{Resource, ResourceProviderId, resource};
use mesos_sdk::resources::Resources;

#[derive(ResourceSpec, Clone)]
struct Needs {
    cpus: f64,
    mem: u64,
    ports: Option<Vec<RangeInclusive<u64>>>,
    #[resource(name = "licences")]
    licences: Option<BTreeSet<String>>,
}

#[derive(ResourceSpec)]
struct Disk {
    disk: u64,
}

const TASK: Needs = Needs { cpus: 0.1, mem: 32, ports: None, licences: None };

fn offer() -> Vec<Resource> {
    let licences = Some(BTreeSet::from(["a".to_owned(), "b".to_owned()]));
    Needs { cpus: 0.3, mem: 1024, ports: Some(vec![1..=9]), licences }.to_resources()
}

#[statement::proves(fix2)]
#[test]
fn scarcest_resource_decides() {
    assert_eq!(TASK.count_in(&offer()), 3);
    assert_eq!(Needs { mem: 500, ..TASK }.count_in(&offer()), 2);
    assert_eq!(Needs { mem: 1025, ..TASK }.count_in(&offer()), 0);
    assert!(Needs { cpus: 0.300_4, ..TASK }.fits(&offer()));
    assert!(!Needs { cpus: 0.301, ..TASK }.fits(&offer()));
}

#[test]
fn amounts_of_one_name_are_added_up() {
    let twice = [offer(), offer()].concat();
    assert_eq!(TASK.count_in(&twice), 6);
}

#[test]
fn a_missing_name_fits_never() {
    let only_cpus = &offer()[..1];
    assert!(!TASK.fits(only_cpus));
    assert!(!TASK.fits(&[]));
}

#[test]
fn ports_and_items_fit_once() {
    let with_ports = |ports| Needs { ports: Some(vec![ports]), ..TASK };
    assert_eq!(with_ports(3..=4).count_in(&offer()), 1);
    assert_eq!(with_ports(9..=10).count_in(&offer()), 0);
    let with_licence = |name: &str| Needs { licences: Some(BTreeSet::from([name.to_owned()])), ..TASK };
    assert_eq!(with_licence("b").count_in(&offer()), 1);
    assert_eq!(with_licence("c").count_in(&offer()), 0);
}

#[test]
fn ports_fit_across_adjacent_ranges() {
    let halves = [1..=4, 5..=9].map(|half| Needs { ports: Some(vec![half]), ..TASK }.to_resources()).concat();
    assert!(Needs { ports: Some(vec![4..=5]), ..TASK }.fits(&halves));
}

#[statement::proves(nores)]
#[test]
fn empty_spec_fits_nowhere() {
    assert!(!Needs { cpus: 0.0, mem: 0, ..TASK }.fits(&offer()));
    assert!(!Needs { cpus: -1.0, ..TASK }.fits(&offer()));
}

/// What an offer contains about a part of its disk that is not available to everyone.
fn marks() -> [Resource; 6] {
    let reservation = resource::ReservationInfo {
        r#type: Some(resource::reservation_info::Type::Static.into()),
        role: Some("web".to_owned()),
        ..Default::default()
    };
    let volume = resource::DiskInfo {
        persistence: Some(Box::new(resource::disk_info::Persistence::default())),
        ..Default::default()
    };
    let provider = ResourceProviderId::from("p");
    [
        Resource { reservations: vec![reservation], ..Resource::default() },
        Resource { revocable: Some(resource::RevocableInfo::default()), ..Resource::default() },
        Resource { disk: Some(volume.clone()), ..Resource::default() },
        Resource { disk: Some(*Box::default()), ..Resource::default() },
        Resource { provider_id: Some(provider), ..Resource::default() },
        Resource { disk: Some(volume), shared: Some(resource::SharedInfo::default()), ..Resource::default() },
    ]
}

#[statement::proves(fit)]
#[test]
fn only_plain_resources_count() {
    let needed = Disk { disk: 10 };
    let offered = needed.to_resources().remove(0);
    assert!(needed.fits(std::slice::from_ref(&offered)));
    for mark in marks() {
        let Resource { name, r#type, scalar, .. } = offered.clone();
        let marked = [Resource { name, r#type, scalar, ..mark }];
        assert_eq!(Resources::from(&marked[..]).len(), 1, "{marked:?} is valid");
        assert!(!needed.fits(&marked), "{marked:?}");
    }
}

#[statement::proves(fit)]
#[test]
#[expect(deprecated, reason = "the form of offers without reservation refinement")]
fn old_form_of_roles_is_understood() {
    let with_role = |role: &str| -> Vec<Resource> {
        offer().into_iter().map(|resource| Resource { role: Some(role.to_owned()), ..resource }).collect()
    };
    assert!(TASK.fits(&with_role("*")));
    assert!(!TASK.fits(&with_role("web")));
}

#[statement::proves(fit)]
#[test]
fn allocated_resources_count() {
    let allocation = resource::AllocationInfo { role: Some("web".to_owned()) };
    let mut offered = offer();
    for resource in &mut offered {
        resource.allocation_info = Some(allocation.clone());
    }
    assert_eq!(TASK.count_in(&offered), 3);
}
