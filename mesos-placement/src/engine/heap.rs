//! The places that may do for tasks of one shape, the best ones first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::cluster::Cluster;
use super::score::Score;

/// The places that may do for tasks of one shape.
///
/// They are in parts by what changes for all places with the same values when a task gets its place: within a part the
/// order stands until a place itself changes.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    /// Which of [`Cluster::partings`] it is parted by.
    parting: usize,
    parts: Vec<Part>,
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
    pub(crate) fn parted_by(parting: usize) -> Self {
        Self { parting, ..Self::default() }
    }

    /// Forgets all, so that every place is looked at again.
    pub(crate) fn clear(&mut self) {
        self.parts.clear();
        self.seen = None;
    }

    /// The places that changed since the last time, which are to be looked at; `None` if all are.
    pub(crate) fn news<'a>(&mut self, cluster: &'a Cluster) -> Option<impl Iterator<Item = usize> + use<'a>> {
        self.seen.replace(cluster.now()).and_then(|seen| cluster.changed_since(seen))
    }

    /// Whether places are worth keeping: not if they are in one part and nothing was looked at yet.
    pub(crate) fn is_fresh(&self, cluster: &Cluster) -> bool {
        let is_known = self.seen.is_some_and(|seen| cluster.changed_since(seen).is_some());
        !is_known && !cluster.partings.get(self.parting).parts()
    }

    /// Notes that no place will do now.
    pub(crate) fn none(&mut self, cluster: &Cluster) {
        self.clear();
        self.seen = Some(cluster.now());
    }

    /// Begins again with these places.
    pub(crate) fn fill(&mut self, cluster: &Cluster, places: impl Iterator<Item = (usize, Score)>) {
        let parting = cluster.partings.get(self.parting);
        let mut parts = vec![Vec::new(); parting.count()];
        for (place, score) in places {
            parts[parting.of(place)].push(Entry::new(cluster, place, score));
        }
        self.parts = parts.into_iter().map(|entries| Part { heap: entries.into() }).collect();
    }

    pub(crate) fn add(&mut self, cluster: &Cluster, place: usize, score: Score) {
        let part = cluster.partings.get(self.parting).of(place);
        if part >= self.parts.len() {
            self.parts.resize_with(part + 1, Part::default);
        }
        self.parts[part].heap.push(Entry::new(cluster, place, score));
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
