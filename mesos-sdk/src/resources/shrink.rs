//! Cutting resources down to quantities and limits.

use crate::proto::v1::Resource;

use super::entry::Entry;
use super::quantities::quantity;
use super::{ResourceLimits, ResourceQuantities, Resources, Scalar};

impl Resources {
    /// Whether there is at least as much of everything as in `quantities`.
    pub fn contains_quantities(&self, quantities: &ResourceQuantities) -> bool {
        quantities.iter().all(|(name, amount)| {
            let mut left = amount;
            self.iter().filter(|resource| resource.name == name).any(|resource| {
                left -= quantity(resource);
                left <= Scalar::ZERO
            })
        })
    }

    /// At most so much of the resources; what `quantities` does not name is left out.
    ///
    /// Entries are taken in their order. One that cannot be split and is too large is left out.
    pub fn shrink_to(&self, quantities: &ResourceQuantities) -> Self {
        let mut left = quantities.clone();
        let mut total = Self::new();
        for resource in self {
            if let Some(entry) = shrink(resource, left.get(&resource.name)) {
                left -= &ResourceQuantities::from_iter([(resource.name.clone(), quantity(&entry.resource))]);
                total.add_entry(entry);
            }
        }
        total
    }

    /// At most so much of the resources; what `limits` does not name is kept.
    ///
    /// Entries are taken in their order. One that cannot be split and is too large is left out.
    pub fn shrink_to_limits(&self, limits: &ResourceLimits) -> Self {
        let mut left = limits.clone();
        let mut total = Self::new();
        for resource in self {
            let Some(limit) = left.get(&resource.name) else {
                total.add_entry(Entry { resource: resource.clone(), copies: 1 });
                continue;
            };
            if let Some(entry) = shrink(resource, limit) {
                left.set(&resource.name, limit - quantity(&entry.resource));
                total.add_entry(entry);
            }
        }
        total
    }
}

/// One copy of the resource with at most `target` of it, `None` if that is nothing.
fn shrink(resource: &Resource, target: Scalar) -> Option<Entry> {
    let whole = Entry { resource: resource.clone(), copies: 1 };
    if quantity(resource) <= target {
        return Some(whole);
    }
    if resource.scalar.is_none() || target <= Scalar::ZERO {
        return None;
    }
    let mut part = whole.clone();
    part.resource.scalar = Some(target.into());
    whole.contains(&part).then_some(part)
}
