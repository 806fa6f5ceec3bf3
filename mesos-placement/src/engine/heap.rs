//! The places that may do for tasks of one shape, the best ones first.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::cluster::Cluster;
use super::score::Score;

/// The places that may do for tasks of one shape.
///
/// They are in parts by what changes for all places with the same values when a task gets its place: within a part the
/// order stands until a place itself changes.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    /// The columns of the keys that part them.
    keys: Vec<usize>,
    /// Whether each place is a part of its own.
    by_place: bool,
    parts: Vec<Part>,
    numbers: HashMap<Vec<u32>, usize>,
    /// Up to where changes were looked at; `None` if nothing was.
    seen: Option<u64>,
}

#[derive(Debug, Default)]
pub(crate) struct Part {
    pub(crate) heap: BinaryHeap<Entry>,
}

/// A place, as good as it was when it changed last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) score: Score,
    pub(crate) place: Reverse<usize>,
    pub(crate) changed: u64,
}

impl Candidates {
    pub(crate) fn parted_by(keys: Vec<usize>, by_place: bool) -> Self {
        Self { keys, by_place, ..Self::default() }
    }

    /// Forgets all, so that every place is looked at again.
    pub(crate) fn clear(&mut self) {
        self.parts.clear();
        self.numbers.clear();
        self.seen = None;
    }

    /// The places that changed since the last time, which are to be looked at; `None` if all are.
    pub(crate) fn news<'a>(&mut self, cluster: &'a Cluster) -> Option<impl Iterator<Item = usize> + use<'a>> {
        self.seen.replace(cluster.now()).and_then(|seen| cluster.changed_since(seen))
    }

    /// Whether places are worth keeping: not if they are in one part and nothing was looked at yet.
    pub(crate) fn is_fresh(&self, cluster: &Cluster) -> bool {
        let is_known = self.seen.is_some_and(|seen| cluster.changed_since(seen).is_some());
        !is_known && self.keys.is_empty() && !self.by_place
    }

    /// Notes that no place will do now.
    pub(crate) fn none(&mut self, cluster: &Cluster) {
        self.clear();
        self.seen = Some(cluster.now());
    }

    /// Begins again with these places.
    pub(crate) fn fill(&mut self, cluster: &Cluster, places: impl Iterator<Item = (usize, Score)>) {
        self.parts.clear();
        self.numbers.clear();
        if !self.keys.is_empty() || self.by_place {
            return places.for_each(|(place, score)| self.add(cluster, place, score));
        }
        let entries: Vec<_> = places.map(|(place, score)| Entry::new(cluster, place, score)).collect();
        self.parts.push(Part { heap: entries.into() });
    }

    pub(crate) fn add(&mut self, cluster: &Cluster, place: usize, score: Score) {
        let entry = Entry::new(cluster, place, score);
        let part = self.part(cluster, place);
        self.parts[part].heap.push(entry);
    }

    fn part(&mut self, cluster: &Cluster, place: usize) -> usize {
        if self.keys.is_empty() && !self.by_place {
            if self.parts.is_empty() {
                self.parts.push(Part::default());
            }
            return 0;
        }
        let mut values: Vec<_> = self.keys.iter().map(|key| cluster.keys[*key].of(place)).collect();
        if self.by_place {
            values.push(u32::try_from(place).unwrap_or(u32::MAX));
        }
        *self.numbers.entry(values).or_insert_with(|| {
            self.parts.push(Part::default());
            self.parts.len() - 1
        })
    }

    pub(crate) fn parts(&mut self) -> &mut [Part] {
        &mut self.parts
    }
}

impl Entry {
    fn new(cluster: &Cluster, place: usize, score: Score) -> Self {
        Self { score, place: Reverse(place), changed: cluster.changed[place] }
    }
}

impl Part {
    /// The best place of which nothing has changed since it was put here.
    pub(crate) fn best(&mut self, cluster: &Cluster) -> Option<Entry> {
        while let Some(entry) = self.heap.peek() {
            if cluster.changed[entry.place.0] == entry.changed {
                return Some(*entry);
            }
            self.heap.pop();
        }
        None
    }
}
