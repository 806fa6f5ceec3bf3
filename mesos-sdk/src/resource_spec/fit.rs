//! How often needed resources can be taken from offered ones.

use super::{ResourceNeed, VolumeDisk, VolumeSpec};
use crate::proto::v1::Resource;
use crate::proto::v1::resource::disk_info::source;
use crate::proto::v1::value::Type;
use crate::resources::{Ranges, Resources, Scalar};

/// Returns how many times all of `needed` can be taken from `offered`; 0 if nothing is needed, or
/// an invalid resource.
/// invalid resource.
pub(super) fn count_in(needed: Vec<ResourceNeed>, offered: &[Resource]) -> u64 {
    let (offered, mut valid, mut least) = (free(offered), Resources::new(), None);
    let plain = offered.filter(|resource| resource.disk.is_none());
    for need in needed {
        let times = match need {
            ResourceNeed::Resource(resource) => match valid.try_add(resource) {
                Ok(()) => continue,
                Err(_) => 0,
            },
            ResourceNeed::Any { name, count } => {
                plain.ranges(&name).map_or(0, |free| free.size() / count.max(1))
            }
            ResourceNeed::Volume(volume) => volumes_in(&volume, &offered),
        };
        least = Some(least.unwrap_or(u64::MAX).min(times));
    }
    let of_resources = valid.iter().map(|needed| divide(&plain, needed)).min();
    of_resources.into_iter().chain(least).min().unwrap_or(0)
}

/// Returns how many such volumes there are, whatever their paths.
fn volumes_in(volume: &VolumeSpec, offered: &Resources) -> u64 {
    let wanted = match volume.disk {
        VolumeDisk::Path => source::Type::Path,
        VolumeDisk::Mount => source::Type::Mount,
    };
    let disks = offered.iter().filter(|resource| {
        let from = resource.disk.as_ref().and_then(|disk| disk.source.as_ref());
        from.is_some_and(|from| from.r#type() == wanted)
    });
    let sizes = disks.map(|resource| resource.scalar.map_or(Scalar::ZERO, Scalar::from));
    let fitting =
        sizes.filter(|size| *size >= volume.size && volume.max_size.is_none_or(|most| *size <= most));
    let times = |size: Scalar| match volume.disk {
        VolumeDisk::Path => size.thousandths().checked_div(volume.size.thousandths()).unwrap_or(0),
        VolumeDisk::Mount => 1,
    };
    fitting.map(times).sum::<i64>().try_into().unwrap_or(0)
}

/// Returns what a resource without reservation, persistence and so on can be taken from.
fn free(offered: &[Resource]) -> Resources {
    let unreserved = Resources::from(offered).unreserved().non_revocable().non_shared();
    unreserved.filter(|resource| {
        let is_persistent = resource.disk.as_ref().is_some_and(|disk| disk.persistence.is_some());
        !is_persistent && resource.provider_id.is_none()
    })
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
