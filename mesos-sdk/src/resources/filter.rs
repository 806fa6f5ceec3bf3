//! Parts of [`Resources`]: by reservation, allocation and kind.

use std::collections::{BTreeMap, BTreeSet};

use crate::proto::v1::Resource;
use crate::proto::v1::resource::AllocationInfo;
use crate::proto::v1::value::Type;

use super::reservation::{is_allocatable_to, is_in_subtree, role as reserved_role};
use super::{Resources, algebra};

impl Resources {
    /// Returns the entries for which `wanted` holds.
    pub fn filter(&self, mut wanted: impl FnMut(&Resource) -> bool) -> Self {
        Self { entries: self.entries.iter().filter(|entry| wanted(&entry.resource)).cloned().collect() }
    }

    /// Returns what is called `name`.
    pub fn named(&self, name: &str) -> Self {
        self.filter(|resource| resource.name == name)
    }

    /// Returns what is not reserved.
    pub fn unreserved(&self) -> Self {
        self.filter(|resource| resource.reservations.is_empty())
    }

    /// Returns what is reserved, to whichever role.
    pub fn reserved(&self) -> Self {
        self.filter(|resource| !resource.reservations.is_empty())
    }

    /// Returns what is reserved to `role` itself: the last reservation counts.
    pub fn reserved_to(&self, role: &str) -> Self {
        self.filter(|resource| reserved_role(resource) == Some(role))
    }

    /// Returns what is reserved to `role` or to one below it.
    pub fn reserved_to_subtree(&self, role: &str) -> Self {
        self.filter(|resource| reserved_role(resource).is_some_and(|reserved| is_in_subtree(reserved, role)))
    }

    /// Returns what may be offered to `role`: unreserved, or reserved to the role or to one above
    /// it.
    pub fn allocatable_to(&self, role: &str) -> Self {
        self.filter(|resource| is_allocatable_to(resource, role))
    }

    /// Returns what is allocated to `role` itself.
    pub fn allocated_to(&self, role: &str) -> Self {
        self.filter(|resource| allocated_role(resource) == Some(role))
    }

    /// Returns what is allocated to `role` or to one below it.
    pub fn allocated_to_subtree(&self, role: &str) -> Self {
        self.filter(|resource| {
            allocated_role(resource).is_some_and(|allocated| is_in_subtree(allocated, role))
        })
    }

    /// Returns what may be taken back at any time.
    pub fn revocable(&self) -> Self {
        self.filter(|resource| resource.revocable.is_some())
    }

    /// Returns what may not be taken back.
    pub fn non_revocable(&self) -> Self {
        self.filter(|resource| resource.revocable.is_none())
    }

    /// Returns what several tasks may use at once.
    pub fn shared(&self) -> Self {
        self.filter(|resource| resource.shared.is_some())
    }

    /// Returns what one task uses alone.
    pub fn non_shared(&self) -> Self {
        self.filter(|resource| resource.shared.is_none())
    }

    /// Returns the persistent volumes.
    pub fn persistent_volumes(&self) -> Self {
        self.filter(algebra::is_volume)
    }

    /// Returns the scalar resources.
    pub fn scalars(&self) -> Self {
        self.filter(|resource| resource.r#type() == Type::Scalar)
    }

    /// Returns the scalar resources with nothing but name and value, so that those of one name are
    /// one entry. A shared resource counts once.
    pub fn stripped_scalars(&self) -> Self {
        let scalars = self.iter().filter(|resource| resource.r#type() == Type::Scalar);
        let stripped = scalars.map(|resource| Resource {
            name: resource.name.clone(),
            r#type: resource.r#type,
            scalar: resource.scalar,
            ..Resource::default()
        });
        stripped.collect()
    }

    /// Returns the reserved resources by the role they are reserved to.
    pub fn reservations(&self) -> BTreeMap<String, Self> {
        self.fold_by(reserved_role)
    }

    /// Returns the resources by the role they are allocated to; those that are not allocated are
    /// left out.
    pub fn allocations(&self) -> BTreeMap<String, Self> {
        self.fold_by(allocated_role)
    }

    /// Returns the names of all resources.
    pub fn names(&self) -> BTreeSet<&str> {
        self.iter().map(|resource| resource.name.as_str()).collect()
    }

    /// Returns the type of the resources of each name; the last entry decides should they differ.
    pub fn types(&self) -> BTreeMap<&str, Type> {
        self.iter().map(|resource| (resource.name.as_str(), resource.r#type())).collect()
    }

    fn fold_by(&self, role: impl Fn(&Resource) -> Option<&str>) -> BTreeMap<String, Self> {
        let mut folded: BTreeMap<String, Self> = BTreeMap::new();
        for entry in &self.entries {
            if let Some(role) = role(&entry.resource) {
                folded.entry(role.to_owned()).or_default().add_copy(entry);
            }
        }
        folded
    }
}

fn allocated_role(resource: &Resource) -> Option<&str> {
    resource.allocation_info.as_ref().map(AllocationInfo::role)
}
