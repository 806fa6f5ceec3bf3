//! How often needed resources can be taken from offered ones.

use std::collections::BTreeSet;

use super::total::{thousandths, total};
use crate::proto::v1::Resource;
use crate::proto::v1::value::{Range, Type};

/// The most often that all of `needed` can be taken from `offered`; 0 when nothing is needed.
pub(super) fn how_often(needed: &[Resource], offered: &[Resource]) -> u64 {
    let names: BTreeSet<&str> = needed.iter().map(|resource| resource.name.as_str()).collect();
    names.into_iter().map(|name| of_name(name, needed, offered)).min().unwrap_or(0)
}

fn of_name(name: &str, needed: &[Resource], offered: &[Resource]) -> u64 {
    let named = |resource: &&Resource| resource.name == name;
    let needed = total(needed.iter().filter(named));
    let offered = total(offered.iter().filter(named).filter(|resource| is_plain(resource)));
    match (needed, offered) {
        (Ok(Some(needed)), Ok(Some(offered))) if needed.r#type() == offered.r#type() => {
            divide(&offered, &needed)
        }
        // Malformed, mixed or missing: the master would refuse the task.
        _ => 0,
    }
}

/// Whether a resource without role, reservation, disk and so on can be taken from this one.
fn is_plain(resource: &Resource) -> bool {
    #[expect(
        deprecated,
        reason = "masters still offer the old form to frameworks that do not refine reservations"
    )]
    let unreserved = matches!(resource.role.as_deref(), None | Some("*"))
        && resource.reservation.is_none()
        && resource.reservations.is_empty();
    let whole_agents = resource.provider_id.is_none() && resource.disk.is_none();
    unreserved && whole_agents && resource.revocable.is_none() && resource.shared.is_none()
}

fn divide(offered: &Resource, needed: &Resource) -> u64 {
    match needed.r#type() {
        Type::Scalar => {
            let thousandths = |resource: &Resource| resource.scalar.map_or(0, thousandths);
            times(thousandths(offered), thousandths(needed))
        }
        Type::Ranges => {
            let ranges = |resource: &Resource| resource.ranges.clone().unwrap_or_default().range;
            let (offered, needed) = (ranges(offered), ranges(needed));
            u64::from(needed.iter().all(|range| contains(&offered, range)))
        }
        Type::Set => {
            let items = |resource: &Resource| resource.set.clone().unwrap_or_default().item;
            let (offered, needed) = (items(offered), items(needed));
            u64::from(needed.iter().all(|item| offered.contains(item)))
        }
        Type::Text => 0,
    }
}

fn times(offered: i64, needed: i64) -> u64 {
    if needed > 0 { u64::try_from(offered / needed).unwrap_or(0) } else { 0 }
}

/// Whether coalesced ranges hold all of `range`.
fn contains(offered: &[Range], range: &Range) -> bool {
    offered.iter().any(|offered| offered.begin <= range.begin && range.end <= offered.end)
}
