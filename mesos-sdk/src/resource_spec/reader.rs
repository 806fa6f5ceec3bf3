//! The fields of a spec, one by one.

use super::{ResourceSpecError, ResourceSpecErrorKind, VolumeDisk};
use crate::proto::v1::Resource;
use crate::proto::v1::resource::disk_info::source;
use crate::resources::Resources;

/// Reads the fields of a spec from resources. The code that `#[derive(ResourceSpec)]` generates
/// uses it.
///
/// `read` is [`ResourceValue::from_named`](super::ResourceValue::from_named) of the field's type.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    spec: &'static str,
    resources: &'a [Resource],
    /// Whether the disks of volumes are not counted as `disk`.
    has_volumes: bool,
}

impl<'a> Reader<'a> {
    /// Creates a reader of `resources`. Errors name the type `spec`.
    pub fn new(spec: &'static str, resources: &'a [Resource]) -> Self {
        Self { spec, resources, has_volumes: false }
    }

    /// Creates a reader for a type with volumes: their disks do not count as `disk`.
    pub fn with_volumes(spec: &'static str, resources: &'a [Resource]) -> Self {
        Self { spec, resources, has_volumes: true }
    }

    /// Returns the value of all resources called `name` together.
    ///
    /// # Errors
    /// One of them is invalid, or `read` refuses them.
    pub fn value<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Resources, &str) -> Result<T, ResourceSpecErrorKind>,
    ) -> Result<T, ResourceSpecError> {
        self.with_name(name, self.named(name).and_then(|named| read(&named, name)))
    }

    /// Returns the same as [`value`](Self::value), and `default` if there are none.
    ///
    /// # Errors
    /// One of them is invalid, or `read` refuses them.
    pub fn value_or<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Resources, &str) -> Result<T, ResourceSpecErrorKind>,
        default: impl FnOnce() -> T,
    ) -> Result<T, ResourceSpecError> {
        self.value(name, |named, name| if named.is_empty() { Ok(default()) } else { read(named, name) })
    }

    /// Returns the size of the disks that a volume was taken from.
    ///
    /// # Errors
    /// One of them is invalid, or `read` refuses them.
    pub fn volume<T>(
        &self,
        disk: VolumeDisk,
        read: impl FnOnce(&Resources, &str) -> Result<T, ResourceSpecErrorKind>,
    ) -> Result<T, ResourceSpecError> {
        let volumes = self.collect(|resource| resource.name == DISK && volume_disk(resource) == Some(disk));
        self.with_name(DISK, volumes.and_then(|volumes| read(&volumes, DISK)))
    }

    /// Returns the same as [`volume`](Self::volume), or `default` when there are none.
    ///
    /// # Errors
    /// One of them is invalid, or `read` refuses them.
    pub fn volume_or<T>(
        &self,
        disk: VolumeDisk,
        read: impl FnOnce(&Resources, &str) -> Result<T, ResourceSpecErrorKind>,
        default: impl FnOnce() -> T,
    ) -> Result<T, ResourceSpecError> {
        self.volume(
            disk,
            |volumes, name| if volumes.is_empty() { Ok(default()) } else { read(volumes, name) },
        )
    }

    fn named(&self, name: &str) -> Result<Resources, ResourceSpecErrorKind> {
        let is_volume = |resource: &Resource| self.has_volumes && volume_disk(resource).is_some();
        self.collect(|resource| resource.name == name && !is_volume(resource))
    }

    fn collect(&self, wanted: impl Fn(&Resource) -> bool) -> Result<Resources, ResourceSpecErrorKind> {
        let mut all = Resources::new();
        for resource in self.resources.iter().filter(|resource| wanted(resource)) {
            all.try_add(resource.clone()).map_err(ResourceSpecErrorKind::Invalid)?;
        }
        Ok(all)
    }

    fn with_name<T>(
        &self,
        name: &str,
        read: Result<T, ResourceSpecErrorKind>,
    ) -> Result<T, ResourceSpecError> {
        read.map_err(|problem| ResourceSpecError { spec: self.spec, resource: name.to_owned(), problem })
    }
}

const DISK: &str = "disk";

/// Returns the kind of disk that a volume is on, if the resource is not part of the root disk.
fn volume_disk(resource: &Resource) -> Option<VolumeDisk> {
    match resource.disk.as_ref()?.source.as_ref()?.r#type() {
        source::Type::Path => Some(VolumeDisk::Path),
        source::Type::Mount => Some(VolumeDisk::Mount),
        _ => None,
    }
}
