//! Counts by kind.

use std::collections::BTreeMap;

/// How often each kind has occurred: tasks by the state that they ended in, calls by their type.
#[derive(Clone, Debug)]
pub(crate) struct Tally<K>(BTreeMap<K, u64>);

impl<K: Ord> Tally<K> {
    /// Counts one more.
    pub(crate) fn count(&mut self, kind: K) {
        *self.0.entry(kind).or_default() += 1;
    }

    /// Returns how often this kind has occurred.
    pub(crate) fn of(&self, kind: &K) -> u64 {
        self.0.get(kind).copied().unwrap_or(0)
    }

    /// Returns how often any kind has occurred.
    pub(crate) fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// Returns the kinds that have occurred, and how often.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, u64)> {
        self.0.iter().map(|(kind, number)| (kind, *number))
    }
}

impl<K> Default for Tally<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}
