//! A sorted list of places that shapes share.

use std::cmp::Reverse;

use foldhash::{HashMap, HashMapExt as _};

use super::cluster::Cluster;
use super::part::{Entry, Part};
use super::requirement::Requirement;
use super::shares::{ShareColumn, neighborhood, strategy_score};
use crate::Strategy;

/// What shapes have in common that consider the same places in the same order, however much they
/// ask for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct IndexKey {
    pub(crate) claim: usize,
    pub(crate) requirement: usize,
    pub(crate) takes_gpu_agents: bool,
    /// Which of [`Cluster::shares`] count.
    pub(crate) counts: Vec<bool>,
    /// The keys of constraints and preferences, except for those that are unique to each agent.
    pub(crate) keys: Vec<usize>,
    /// The requirements that are preferred.
    pub(crate) preferred: Vec<usize>,
}

/// The places that shapes with one [`IndexKey`] consider.
///
/// Places of one part agree in all values that the key names, and have the same total of
/// everything that counts. A task therefore adds the same to the score of each of them, so their
/// order depends on what they already use, whatever the task asks for.
#[derive(Debug)]
pub(crate) struct Index {
    key: IndexKey,
    parts: Vec<Part>,
    /// What the places of each part have in common, and the part's number.
    alike: Vec<Vec<u64>>,
    numbers: HashMap<Vec<u64>, usize>,
    /// The position of each place.
    at: Vec<Option<(usize, Entry)>>,
    /// The last change that was taken in; `None` if the index is empty.
    seen: Option<u64>,
    /// How many columns there were.
    columns: usize,
    /// How often the index was requested while it was empty.
    requests: usize,
}

/// How many lookups make it worthwhile to sort the places.
const PAYS: usize = 8;

impl Index {
    pub(crate) fn new(key: IndexKey) -> Self {
        Self {
            key,
            parts: Vec::new(),
            alike: Vec::new(),
            numbers: HashMap::new(),
            at: Vec::new(),
            seen: None,
            columns: 0,
            requests: 0,
        }
    }

    /// Returns whether the index has been built.
    pub(crate) fn is_filled(&self) -> bool {
        self.seen.is_some()
    }

    /// Returns whether to use the index. If not, scoring each place costs less.
    pub(crate) fn pays(&mut self, requirement: &Requirement) -> bool {
        self.requests += 1;
        self.is_filled() || self.requests > PAYS && !requirement.is_met_by_few()
    }

    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Brings the index up to date.
    pub(crate) fn refresh(&mut self, cluster: &Cluster) {
        let columns = cluster.free_amounts[self.key.claim].columns();
        let has_columns = std::mem::replace(&mut self.columns, columns) == columns;
        let seen = self.seen.replace(cluster.next_change()).filter(|_| has_columns);
        match seen.and_then(|seen| cluster.changed_since(seen)) {
            Some(news) => news.for_each(|place| self.set(cluster, place)),
            None => self.fill(cluster),
        }
    }

    /// Empties the index.
    pub(crate) fn clear(&mut self) {
        *self = Self::new(self.key.clone());
    }

    fn fill(&mut self, cluster: &Cluster) {
        (self.at, self.alike) = (vec![None; cluster.agents.len()], Vec::new());
        self.numbers.clear();
        let mut parts: Vec<Vec<Entry>> = Vec::new();
        for place in cluster.requirements.get(self.key.requirement).places() {
            self.at[place] = self.find(cluster, place, None);
            if let Some((part, entry)) = self.at[place] {
                parts.resize_with(self.alike.len(), Vec::new);
                parts[part].push(entry);
            }
        }
        let amounts = &cluster.free_amounts[self.key.claim];
        self.parts = parts.into_iter().map(|entries| Part::new(entries, amounts)).collect();
    }

    fn set(&mut self, cluster: &Cluster, place: usize) {
        let amounts = &cluster.free_amounts[self.key.claim];
        self.at.resize(cluster.agents.len(), None);
        let was = self.at[place].take();
        if let Some((part, entry)) = was {
            self.parts[part].remove(entry, amounts);
        }
        self.at[place] = self.find(cluster, place, was.map(|(part, _)| part));
        if let Some((part, entry)) = self.at[place] {
            self.parts.resize_with(self.alike.len(), Part::default);
            self.parts[part].insert(entry, amounts);
        }
    }

    /// Finds the position of a place if it may suit any of the tasks. Often the place belongs to
    /// the part that it was in.
    fn find(&mut self, cluster: &Cluster, place: usize, was: Option<usize>) -> Option<(usize, Entry)> {
        let key = &self.key;
        let is_kept = !key.takes_gpu_agents && cluster.with_gpus[place];
        if is_kept || !cluster.open[place] || !cluster.requirements.get(key.requirement).is_met(place) {
            return None;
        }
        let entry = Entry { score: Reverse(key.strategy_score(cluster, place)), place };
        let stays = |part: &usize| self.alike[*part].iter().copied().eq(key.alike(cluster, place));
        let part = was.filter(stays).unwrap_or_else(|| {
            let alike: Vec<_> = key.alike(cluster, place).collect();
            *self.numbers.entry(alike).or_insert_with_key(|alike| {
                self.alike.push(alike.clone());
                self.alike.len() - 1
            })
        });
        Some((part, entry))
    }
}

impl IndexKey {
    /// Returns what the places of one part have in common.
    fn alike<'a>(&'a self, cluster: &'a Cluster, place: usize) -> impl Iterator<Item = u64> + use<'a> {
        let factors = self.counted(cluster).map(move |column| column.factor[place].to_bits());
        let values = self.keys.iter().map(move |key| u64::from(cluster.keys[*key].of(place)));
        let preferred = self.preferred.iter().map(|number| cluster.requirements.get(*number));
        factors.chain(values).chain(preferred.map(move |wanted| u64::from(wanted.is_met(place))))
    }

    /// Returns the strategy's score of a place as it is now. With [`Strategy::Align`] the order
    /// depends on the task, so similar places are put side by side, which lets the search skip
    /// whole blocks.
    fn strategy_score(&self, cluster: &Cluster, place: usize) -> i64 {
        match cluster.settings.strategy {
            Strategy::Align(_) => -neighborhood(cluster.shares.iter(), place),
            _ => strategy_score(&cluster.settings, self.counted(cluster).map(|column| (column, 0)), place),
        }
    }

    fn counted<'a>(&'a self, cluster: &'a Cluster) -> impl Iterator<Item = &'a ShareColumn> {
        cluster.shares.iter().zip(&self.counts).filter(|(_, counts)| **counts).map(|(column, _)| column)
    }
}
