//! Cutting resources down to quantities and limits.

use super::entry::Entry;
use super::quantities::quantity;
use super::{ResourceLimits, ResourceQuantities, Resources, Scalar};

impl Resources {
    /// Returns whether there is at least as much of everything as in `quantities`.
    pub fn contains_quantities(&self, quantities: &ResourceQuantities) -> bool {
        quantities.iter().all(|(name, amount)| {
            let mut left = amount;
            self.iter().filter(|resource| resource.name == name).any(|resource| {
                left -= quantity(resource);
                left <= Scalar::ZERO
            })
        })
    }

    /// Returns at most so much of the resources; what `quantities` does not name is left out.
    ///
    /// Entries are taken in their order. One that cannot be split and is too large is left out.
    pub fn shrink_to(&self, quantities: &ResourceQuantities) -> Self {
        let mut left = quantities.clone();
        let mut total = Self::new();
        for entry in &self.entries {
            let name = &entry.resource.name;
            if let Some(part) = shrink(entry, left.get(name)) {
                left -= &ResourceQuantities::from_iter([(name.clone(), quantity(&part.resource))]);
                total.add_entry(part);
            }
        }
        total
    }

    /// Returns at most so much of the resources; what `limits` does not name is kept.
    ///
    /// Entries are taken in their order. One that cannot be split and is too large is left out.
    pub fn shrink_to_limits(&self, limits: &ResourceLimits) -> Self {
        let mut left = limits.clone();
        let mut total = Self::new();
        for entry in &self.entries {
            let name = &entry.resource.name;
            let Some(limit) = left.get(name) else {
                total.add_copy(entry);
                continue;
            };
            if let Some(part) = shrink(entry, limit) {
                left.set(name, limit - quantity(&part.resource));
                total.add_entry(part);
            }
        }
        total
    }
}

/// Returns the entry with at most `target` of it, `None` if that is nothing. Copies of a shared
/// resource count once.
fn shrink(entry: &Entry, target: Scalar) -> Option<Entry> {
    if quantity(&entry.resource) <= target {
        return Some(entry.clone());
    }
    if entry.resource.scalar.is_none() || target <= Scalar::ZERO {
        return None;
    }
    let mut part = entry.clone();
    part.resource.scalar = Some(target.into());
    entry.contains(&part).then_some(part)
}

#[cfg(test)]
mod tests {
    use crate::proto::v1::Resource;
    use crate::proto::v1::resource::DiskInfo;
    use crate::proto::v1::resource::disk_info::Source;
    use crate::proto::v1::resource::disk_info::source::Type;

    use super::*;

    #[test]
    fn only_scalars_are_split() {
        let all: Resources = "cpus:4;cpus(eng):1;mem:9;ports:[1-3]".parse().unwrap();
        let shrunk = all.shrink_to(&"cpus:4.5;ports:3".parse().unwrap());
        assert_eq!(shrunk, "cpus:4;cpus(eng):0.5;ports:[1-3]".parse().unwrap());
        let shrunk = all.shrink_to_limits(&"cpus:3;ports:2".parse().unwrap());
        assert_eq!(shrunk, "cpus:3;mem:9".parse().unwrap());
        assert_eq!(all.shrink_to_limits(&ResourceLimits::default()), all);
    }

    #[test]
    fn unsplittable_disk_is_left_whole() {
        let disk = |kind: Type| {
            let source = Some(Source { r#type: kind.into(), ..Source::default() }.into());
            let disk = Some(DiskInfo { source, ..DiskInfo::default() });
            let [plain] = &Vec::from("disk:10".parse::<Resources>().unwrap())[..] else { unreachable!() };
            Resources::from(Resource { disk, ..plain.clone() })
        };
        let five = "disk:5".parse().unwrap();
        assert_eq!(disk(Type::Path).shrink_to(&five).disk(), Scalar::new(5.0));
        assert!(disk(Type::Mount).shrink_to(&five).is_empty());
        assert_eq!(disk(Type::Mount).shrink_to(&"disk:10".parse().unwrap()), disk(Type::Mount));
    }
}
