//! Resources of all kinds to try the laws on.

use proptest::prelude::*;

use crate::proto::v1;
use crate::proto::v1::Resource;
use crate::proto::v1::resource::disk_info::{Persistence, Source, source};
use crate::proto::v1::resource::{
    AllocationInfo, DiskInfo, ReservationInfo, RevocableInfo, SharedInfo, reservation_info,
};
use crate::proto::v1::value::{Range, Ranges, Set, Type};

use crate::resources::{Resources, Scalar};

pub(super) fn scalar(name: &str, amount: Scalar) -> Resource {
    let (name, r#type) = (name.to_owned(), Type::Scalar.into());
    Resource { name, r#type, scalar: Some(amount.into()), ..Resource::default() }
}

pub(super) fn reservation(role: &str) -> ReservationInfo {
    let r#type = Some(reservation_info::Type::Dynamic.into());
    ReservationInfo { r#type, role: Some(role.to_owned()), ..ReservationInfo::default() }
}

pub(super) fn volume(disk: &Resource, size: Scalar, id: &str) -> Resource {
    let persistence = Some(Persistence { id: id.to_owned(), principal: None }.into());
    let info = Some(DiskInfo { persistence, ..DiskInfo::default() });
    Resource { scalar: Some(size.into()), disk: info, ..disk.clone() }
}

/// Generates unreserved scalars, ranges and sets.
pub(super) fn plain() -> impl Strategy<Value = Resources> {
    prop::collection::vec(value(0), 0..6).prop_map(Resources::from)
}

/// Resources of all kinds; the ranges and sets of one `family` never overlap those of another.
pub(super) fn resources(family: u64) -> impl Strategy<Value = Resources> {
    prop::collection::vec(resource(family), 0..8).prop_map(Resources::from)
}

fn resource(family: u64) -> impl Strategy<Value = Resource> {
    let kind = prop_oneof![4 => decorated(value(family)), 1 => decorated(disk())];
    (kind, prop::bool::weighted(0.3)).prop_map(|(mut resource, shared)| {
        let can_be_shared = resource.disk.as_ref().is_some_and(|disk| disk.persistence.is_some());
        resource.shared = (shared && can_be_shared).then(SharedInfo::default);
        resource
    })
}

/// Generates few different amounts, so that some are equal; some have more than three decimals.
fn amount() -> impl Strategy<Value = f64> {
    prop_oneof![(0..4_u32).prop_map(f64::from), 0.0..10.0_f64, 0.0..1e6_f64]
}

fn value(family: u64) -> impl Strategy<Value = Resource> {
    let scalars = (prop::sample::select(vec!["cpus", "mem", "gpus"]), amount())
        .prop_map(|(name, value)| scalar_of(name, value));
    let ports = prop::collection::btree_set(0..20_u64, 0..6).prop_map(move |numbers| {
        let range = numbers.into_iter().map(|number| family * 100 + number);
        let range = range.map(|number| Range { begin: number, end: number }).collect();
        let (name, r#type) = ("ports".to_owned(), Type::Ranges.into());
        Resource { name, r#type, ranges: Some(Ranges { range }), ..Resource::default() }
    });
    let disks = prop::collection::btree_set(0..4_u64, 0..3).prop_map(move |items| {
        let item = items.into_iter().map(|item| format!("sd{}", family * 10 + item)).collect();
        let (name, r#type) = ("disks".to_owned(), Type::Set.into());
        Resource { name, r#type, set: Some(Set { item }), ..Resource::default() }
    });
    prop_oneof![scalars, ports, disks]
}

fn scalar_of(name: &str, value: f64) -> Resource {
    Resource { scalar: Some(v1::value::Scalar { value }), ..scalar(name, Scalar::ZERO) }
}

fn disk() -> impl Strategy<Value = Resource> {
    let sources = prop::option::of(prop::sample::select(vec![
        source::Type::Path,
        source::Type::Mount,
        source::Type::Block,
        source::Type::Raw,
    ]));
    (amount(), sources, prop::option::of("[a-b]"), prop::option::of("[a-b]")).prop_map(
        |(amount, source, id, persistence)| {
            let source = source.map(|kind| Source { r#type: kind.into(), id, ..Source::default() }.into());
            let persistence = persistence.map(|id| Persistence { id, principal: None }.into());
            let disk = Some(DiskInfo { persistence, source, volume: None });
            Resource { disk, ..scalar_of("disk", amount) }
        },
    )
}

fn decorated(resource: impl Strategy<Value = Resource>) -> impl Strategy<Value = Resource> {
    let reservations = prop::sample::select(vec![&[][..], &["eng"], &["eng", "eng/web"]]);
    let allocation = prop::option::weighted(0.3, Just("eng"));
    (resource, reservations, allocation, any::<bool>()).prop_map(
        |(mut resource, reservations, allocation, revocable)| {
            resource.reservations = reservations.iter().map(|role| reservation(role)).collect();
            resource.allocation_info = allocation.map(|role| AllocationInfo { role: Some(role.to_owned()) });
            resource.revocable = revocable.then(RevocableInfo::default);
            resource
        },
    )
}
