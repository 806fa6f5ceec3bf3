//! The disk that a resource is on.

use mesos_sdk::proto::v1::Resource;
use mesos_sdk::proto::v1::resource::DiskInfo;
use mesos_sdk::proto::v1::resource::disk_info::source;

/// The disk that a resource is on. What is not a disk counts as on the root disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Disk {
    Root,
    Path(String),
    Mount(String),
    /// A persistent volume, or a disk that has to be prepared first.
    Other,
}

impl Disk {
    /// Returns the disk of a resource; a persistent volume is [`Other`](Self::Other).
    pub(crate) fn of(resource: &Resource) -> Self {
        match &resource.disk {
            None => Self::Root,
            Some(disk) if disk.persistence.is_some() => Self::Other,
            Some(disk) => Self::of_volume(disk),
        }
    }

    /// Returns the disk that a volume is on.
    pub(crate) fn of_volume(disk: &DiskInfo) -> Self {
        let Some(source) = &disk.source else { return Self::Root };
        match source.r#type() {
            source::Type::Path => {
                Self::Path(source.path.as_ref().and_then(|path| path.root.clone()).unwrap_or_default())
            }
            source::Type::Mount => {
                Self::Mount(source.mount.as_ref().and_then(|mount| mount.root.clone()).unwrap_or_default())
            }
            _ => Self::Other,
        }
    }
}
