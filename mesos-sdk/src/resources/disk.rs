//! Which disks are equal, and which of them cannot be split.

use crate::proto::v1::resource::DiskInfo;
use crate::proto::v1::resource::disk_info::Source;
use crate::proto::v1::resource::disk_info::source::Type;

use super::labels;

/// Returns whether two disks are the same one. The volume is ignored: it describes how a disk is
/// used, not what it is.
pub(super) fn equal(left: Option<&DiskInfo>, right: Option<&DiskInfo>) -> bool {
    let (left, right) = match (left, right) {
        (Some(left), Some(right)) => (left, right),
        (left, right) => return left.is_none() && right.is_none(),
    };
    equal_sources(left.source.as_deref(), right.source.as_deref()) && volume_id(left) == volume_id(right)
}

fn volume_id(disk: &DiskInfo) -> Option<&str> {
    disk.persistence.as_ref().map(|persistence| persistence.id.as_str())
}

/// Returns whether a disk can only be taken as a whole: persistent volumes, MOUNT and BLOCK disks,
/// RAW disks with an identity.
pub(super) fn is_indivisible(disk: &DiskInfo) -> bool {
    let whole_source = |source: &Source| match source.r#type() {
        Type::Path => false,
        Type::Raw => source.id.is_some(),
        Type::Mount | Type::Block | Type::Unknown => true,
    };
    disk.persistence.is_some() || disk.source.as_deref().is_some_and(whole_source)
}

/// Returns the disk once its persistent volume is gone.
pub(super) fn without_persistence(disk: Option<DiskInfo>) -> Option<DiskInfo> {
    let mut disk = disk.filter(|disk| disk.source.is_some())?;
    disk.persistence = None;
    disk.volume = None;
    Some(disk)
}

fn equal_sources(left: Option<&Source>, right: Option<&Source>) -> bool {
    let (left, right) = match (left, right) {
        (Some(left), Some(right)) => (left, right),
        (left, right) => return left.is_none() && right.is_none(),
    };
    left.r#type == right.r#type
        && left.path == right.path
        && left.mount == right.mount
        && left.vendor == right.vendor
        && left.id == right.id
        && left.profile == right.profile
        && labels::optional_equal(left.metadata.as_ref(), right.metadata.as_ref())
}
