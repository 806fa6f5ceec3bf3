//! How often needed resources can be taken from offered ones.

use crate::proto::v1::Resource;
use crate::proto::v1::value::Type;
use crate::resources::{Ranges, Resources, Scalar};

/// The most often that all of `needed` can be taken from `offered`; 0 when nothing is needed, or an invalid resource.
pub(super) fn count_in(needed: Vec<Resource>, offered: &[Resource]) -> u64 {
    let mut valid = Resources::new();
    if needed.into_iter().any(|resource| valid.try_add(resource).is_err()) {
        return 0;
    }
    let offered = plain(offered);
    valid.iter().map(|needed| divide(&offered, needed)).min().unwrap_or(0)
}

/// What a resource without reservation, disk and so on can be taken from.
fn plain(offered: &[Resource]) -> Resources {
    let unreserved = Resources::from(offered).unreserved().non_revocable().non_shared();
    unreserved.filter(|resource| resource.disk.is_none() && resource.provider_id.is_none())
}

fn divide(offered: &Resources, needed: &Resource) -> u64 {
    let name = &needed.name;
    match needed.r#type() {
        Type::Scalar => {
            let needed = needed.scalar.map_or(Scalar::ZERO, Scalar::from).thousandths();
            let offered = offered.scalar(name).unwrap_or_default().thousandths();
            offered.checked_div(needed).and_then(|times| times.try_into().ok()).unwrap_or(0)
        }
        Type::Ranges => {
            let needed = Ranges::from(needed.ranges.clone().unwrap_or_default());
            u64::from(offered.ranges(name).is_some_and(|offered| offered.contains(&needed)))
        }
        Type::Set => {
            let needed = needed.set.clone().unwrap_or_default().item;
            let offered = offered.set(name).unwrap_or_default();
            u64::from(needed.iter().all(|item| offered.contains(item)))
        }
        Type::Text => 0,
    }
}
