//! [`Resources`]: what it holds, contains and counts.

use crate::proto::v1::Resource;
use crate::proto::v1::value::Type;

use super::entry::{Entry, Remainder, equal, item, range, scalar};
use super::{Ranges, Scalar, format, set, validate};

/// Resources that can be added, subtracted and compared, with the same results as in Mesos.
///
/// Entries that are invalid or empty are dropped when they are put in. Entries that differ in value
/// only are merged, except disks that cannot be split; copies of a shared resource are counted. The
/// order of the entries has no meaning.
///
/// ```
/// use mesos_sdk::resources::Resources;
/// let offered: Resources = "cpus:8;mem:1024;ports:[31000-31009]".parse()?;
/// let task: Resources = "cpus:0.5;mem:64;ports:[31000-31000]".parse()?;
/// assert!(offered.contains(&task));
/// assert_eq!((offered - &task).to_string(), "cpus:7.5; mem:960; ports:[31001-31009]");
/// # Ok::<(), mesos_sdk::resources::ResourcesError>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Resources {
    pub(super) entries: Vec<Entry>,
}

impl Resources {
    /// Creates an empty collection.
    pub const fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the number of entries; the copies of a shared resource are one entry.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether `other` could be taken from these resources.
    ///
    /// Of equal disks that cannot be split, only persistent volumes are distinguished: two equal
    /// MOUNT disks are contained in one, as in Mesos.
    pub fn contains(&self, other: &Self) -> bool {
        let volumes = other.entries.iter().filter(|entry| is_volume(&entry.resource)).count();
        if volumes < 2 {
            return other.entries.iter().all(|entry| self.contains_entry(entry));
        }
        let mut remaining = self.clone();
        other.entries.iter().all(|entry| {
            let contained = remaining.contains_entry(entry);
            if contained && is_volume(&entry.resource) {
                remaining.subtract_entry(entry);
            }
            contained
        })
    }

    /// Returns whether one resource could be taken from these; an invalid one cannot.
    pub fn contains_resource(&self, resource: &Resource) -> bool {
        let held =
            |resource: &Resource| self.entries.iter().any(|entry| entry.contains_resource(resource, 1));
        validate(resource).is_ok() && held(&format::upgraded(resource))
    }

    /// Returns how many copies there are of exactly this resource, with this value: 0 or 1 unless
    /// it is shared.
    pub fn count(&self, resource: &Resource) -> usize {
        let resource = format::upgraded(resource);
        self.entries.iter().find(|entry| equal(&entry.resource, &resource)).map_or(0, |entry| entry.copies)
    }

    /// Returns the total of the scalar resources of this name, of all roles; a shared resource
    /// counts once.
    pub fn scalar(&self, name: &str) -> Option<Scalar> {
        self.values(name, Type::Scalar).map(scalar).reduce(|total, next| total + next)
    }

    /// Returns the CPUs, of all roles; zero if there are none.
    pub fn cpus(&self) -> Scalar {
        self.scalar("cpus").unwrap_or_default()
    }

    /// Returns the memory in megabytes, of all roles; zero if there is none.
    pub fn mem(&self) -> Scalar {
        self.scalar("mem").unwrap_or_default()
    }

    /// Returns the disk space in megabytes, of all roles; zero if there is none.
    pub fn disk(&self) -> Scalar {
        self.scalar("disk").unwrap_or_default()
    }

    /// Returns the GPUs, of all roles; zero if there are none.
    pub fn gpus(&self) -> Scalar {
        self.scalar("gpus").unwrap_or_default()
    }

    /// Returns the ports, of all roles.
    pub fn ports(&self) -> Ranges {
        self.ranges("ports").unwrap_or_default()
    }

    /// Returns the numbers of all ranges of this name, of all roles.
    pub fn ranges(&self, name: &str) -> Option<Ranges> {
        let mut values = self.values(name, Type::Ranges).map(range).peekable();
        values.peek()?;
        Some(values.flatten().copied().collect::<Vec<_>>().into())
    }

    /// Returns the items of all sets of this name, of all roles, each once.
    pub fn set(&self, name: &str) -> Option<Vec<String>> {
        self.values(name, Type::Set).map(item).fold(None, |total, next| {
            let mut total = total.unwrap_or_default();
            set::add(&mut total, next);
            Some(total)
        })
    }

    fn values(&self, name: &str, of: Type) -> impl Iterator<Item = &Resource> {
        self.iter().filter(move |resource| resource.name == name && resource.r#type() == of)
    }

    fn contains_entry(&self, other: &Entry) -> bool {
        self.entries.iter().any(|entry| entry.contains(other))
    }

    pub(super) fn add_entry(&mut self, other: Entry) {
        if !self.merge_entry(&other) {
            self.entries.push(other);
        }
    }

    pub(super) fn add_copy(&mut self, other: &Entry) {
        if !self.merge_entry(other) {
            self.entries.push(other.clone());
        }
    }

    /// Adds what needs no separate entry, and returns whether that is all of `other`.
    fn merge_entry(&mut self, other: &Entry) -> bool {
        other.is_empty() || self.entries.iter_mut().any(|entry| entry.try_merge(other))
    }

    pub(super) fn subtract_entry(&mut self, other: &Entry) {
        if other.is_empty() {
            return;
        }
        let mut tried = self.entries.iter_mut().map(|entry| entry.try_subtract(other)).enumerate();
        let found = tried.find_map(|(index, left)| Some((index, left?)));
        if let Some((index, Remainder::Empty)) = found {
            self.entries.swap_remove(index);
        }
    }
}

/// Each contains the other.
impl PartialEq for Resources {
    fn eq(&self, other: &Self) -> bool {
        self.contains(other) && other.contains(self)
    }
}

pub(super) fn is_volume(resource: &Resource) -> bool {
    resource.disk.as_ref().is_some_and(|disk| disk.persistence.is_some())
}

#[cfg(test)]
mod tests {
    use crate::proto::v1::resource::disk_info::Persistence;
    use crate::proto::v1::resource::{DiskInfo, SharedInfo};
    use crate::proto::v1::value;

    use super::*;

    fn volume(shared: bool) -> Resource {
        let persistence = Some(Persistence { id: "v".to_owned(), principal: None }.into());
        Resource {
            name: "disk".to_owned(),
            scalar: Some(value::Scalar { value: 10.0 }),
            disk: Some(DiskInfo { persistence, ..DiskInfo::default() }),
            shared: shared.then(SharedInfo::default),
            ..Resource::default()
        }
    }

    #[test]
    fn copies_of_a_shared_resource_are_counted() {
        let (one, two) = (Resources::from(volume(true)), Resources::from(vec![volume(true); 2]));
        assert_eq!((two.len(), two.count(&volume(true)), two.disk()), (1, 2, Scalar::new(10.0)));
        assert!(two.contains(&one) && !one.contains(&two) && !two.contains_resource(&volume(false)));
        assert_eq!(&two - &one, one);
        assert!((&one - &two).is_empty());
    }

    #[test]
    fn equal_volumes_are_counted() {
        let (one, two) = (Resources::from(volume(false)), Resources::from(vec![volume(false); 2]));
        assert_eq!((two.len(), two.count(&volume(false))), (2, 1));
        assert!(two.contains(&one) && !one.contains(&two));
        assert_eq!(&two - &one, one);
    }

    #[test]
    fn values_of_all_roles_are_added_up() {
        let resources: Resources =
            "cpus:1;cpus(eng):2.5;ports:[1-2];ports(eng):[3-4];disks:{a};disks(eng):{b}".parse().unwrap();
        assert_eq!(resources.cpus(), Scalar::new(3.5));
        assert_eq!((resources.scalar("mem"), resources.mem()), (None, Scalar::ZERO));
        assert_eq!(resources.ports().to_string(), "[1-4]");
        assert_eq!(resources.set("disks"), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!((resources.ranges("cpus"), resources.set("ports")), (None, None));
    }

    #[test]
    fn old_format_resources_are_understood() {
        let [reserved] = &Vec::from("cpus(eng):1".parse::<Resources>().unwrap())[..] else { unreachable!() };
        let mut old = reserved.clone();
        format::downgrade(&mut old).unwrap();
        let resources = Resources::from(old.clone());
        assert_eq!(resources.count(&old), 1);
        assert!(resources.contains_resource(&old) && resources.contains_resource(reserved));
    }
}
