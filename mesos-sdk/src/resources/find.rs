//! Finding resources for a purpose, whatever role they are reserved to.

use crate::proto::v1::Resource;

use super::Resources;
use super::entry::{Entry, Remainder};
use super::reservation::role as reserved_role;

impl Resources {
    /// Looks for as much of each resource as in `targets`, of any role; `None` unless all is found.
    ///
    /// A target is first looked for in what is reserved to its own role, then in what is
    /// unreserved, then in the rest. As in Mesos each of these gives at most one entry that is
    /// smaller than the target, and targets are looked for independently: two of them may find the
    /// same resource.
    pub fn find(&self, targets: &Self) -> Option<Self> {
        let mut found = Self::new();
        for target in targets {
            found += self.find_one(target)?;
        }
        Some(found)
    }

    fn find_one(&self, target: &Resource) -> Option<Self> {
        let mut found = Self::new();
        let mut remaining = without_reservations(&Entry { resource: target.clone(), copies: 1 });
        let mut candidates: Vec<&Entry> = self.entries.iter().collect();
        for place in places(target) {
            let mut used = None;
            for (index, candidate) in candidates.iter().enumerate() {
                if candidate.resource.name != target.name || !place.holds(&candidate.resource) {
                    continue;
                }
                let bare = without_reservations(candidate);
                if bare.contains(&remaining) {
                    remaining.resource.reservations.clone_from(&candidate.resource.reservations);
                    found.add_entry(remaining);
                    return Some(found);
                }
                if remaining.contains(&bare) && remaining.try_subtract(&bare) == Some(Remainder::NonEmpty) {
                    used = Some(index);
                    break;
                }
            }
            if let Some(index) = used {
                found.add_copy(candidates.swap_remove(index));
            }
        }
        None
    }
}

/// Where to look for a target, in this order.
#[derive(Clone, Copy)]
enum Place<'a> {
    ReservedTo(&'a str),
    Unreserved,
    Anywhere,
}

impl Place<'_> {
    fn holds(self, resource: &Resource) -> bool {
        match self {
            Self::ReservedTo(role) => reserved_role(resource) == Some(role),
            Self::Unreserved => resource.reservations.is_empty(),
            Self::Anywhere => true,
        }
    }
}

fn places(target: &Resource) -> impl Iterator<Item = Place<'_>> {
    let own = reserved_role(target).map(Place::ReservedTo);
    own.into_iter().chain([Place::Unreserved, Place::Anywhere])
}

fn without_reservations(entry: &Entry) -> Entry {
    let mut entry = entry.clone();
    entry.resource.reservations.clear();
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(all: &str, target: &str) -> Option<String> {
        let (all, target): (Resources, Resources) = (all.parse().unwrap(), target.parse().unwrap());
        all.find(&target).map(|found| found.to_string())
    }

    #[statement::proves(find)]
    #[test]
    fn own_role_then_unreserved_then_others() {
        let all = "cpus(ops):4;cpus:2;cpus(eng):1";
        let eng = "(reservations: [(STATIC,eng)])";
        let ops = "(reservations: [(STATIC,ops)])";
        assert_eq!(find(all, "cpus(eng):0.5"), Some(format!("cpus{eng}:0.5")));
        assert_eq!(find(all, "cpus(eng):2"), Some(format!("cpus{eng}:1; cpus:1")));
        assert_eq!(find(all, "cpus(eng):6"), Some(format!("cpus{eng}:1; cpus:2; cpus{ops}:3")));
        assert_eq!(find(all, "cpus:3"), Some(format!("cpus:2; cpus{ops}:1")));
        assert_eq!(find(all, "cpus(eng):8"), None);
        assert_eq!(find(all, "mem:1"), None);
    }

    /// Mesos takes one smaller entry from each place, then goes on to the next place.
    #[statement::proves(find)]
    #[test]
    fn one_smaller_entry_from_each_place() {
        let b = "(reservations: [(STATIC,b)])";
        assert_eq!(find("cpus(a):1;cpus(b):1", "cpus:2"), None);
        assert_eq!(find("cpus(a):1;cpus(b):2", "cpus:2"), None);
        assert_eq!(find("cpus(b):2;cpus(a):1", "cpus:2"), Some(format!("cpus{b}:2")));
    }
}
