//! The places that shapes of tasks look at, in an order that they share.

use std::cmp::Reverse;

use foldhash::{HashMap, HashMapExt as _};

use super::cluster::Cluster;
use super::part::{Entry, Part};
use super::requirement::Requirement;
use super::shares::{ShareColumn, neighborhood, share};
use crate::Strategy;

/// What shapes have in common that look at the same places in the same order, however much they ask for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Look {
    pub(crate) claim: usize,
    pub(crate) requirement: usize,
    pub(crate) takes_gpu_agents: bool,
    /// Which of [`Cluster::shares`] count.
    pub(crate) counts: Vec<bool>,
    /// The keys that constraints and preferences are about, but those that each agent has another value of.
    pub(crate) keys: Vec<usize>,
    /// The requirements that are preferred.
    pub(crate) preferred: Vec<usize>,
}

/// The places that shapes with one [`Look`] look at.
///
/// Places of one part have the same values for all that the look names, and have the same in all of what counts. So a task
/// adds the same to the score of each of them, and their order is that of what they use already, whatever it asks for.
#[derive(Debug)]
pub(crate) struct Index {
    look: Look,
    parts: Vec<Part>,
    /// What the places of each part have in common, and the part's number.
    alike: Vec<Vec<u64>>,
    numbers: HashMap<Vec<u64>, usize>,
    /// Where each place is.
    at: Vec<Option<(usize, Entry)>>,
    /// Up to where changes were looked at; `None` if there is nothing in it.
    seen: Option<u64>,
    /// How many columns there were.
    columns: usize,
    /// How often it was asked for while there was nothing in it.
    asked: usize,
}

/// To put places in order pays if they are looked at so many times.
const PAYS: usize = 8;

impl Index {
    pub(crate) fn new(look: Look) -> Self {
        Self {
            look,
            parts: Vec::new(),
            alike: Vec::new(),
            numbers: HashMap::new(),
            at: Vec::new(),
            seen: None,
            columns: 0,
            asked: 0,
        }
    }

    /// Whether there is something in it.
    pub(crate) fn is_filled(&self) -> bool {
        self.seen.is_some()
    }

    /// Whether to use it; if not, a look at each place costs less.
    pub(crate) fn pays(&mut self, requirement: &Requirement) -> bool {
        self.asked += 1;
        self.is_filled() || self.asked > PAYS && !requirement.is_met_by_few()
    }

    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Brings it up to date.
    pub(crate) fn refresh(&mut self, cluster: &Cluster) {
        let columns = cluster.amounts[self.look.claim].columns();
        let has_columns = std::mem::replace(&mut self.columns, columns) == columns;
        let seen = self.seen.replace(cluster.now()).filter(|_| has_columns);
        match seen.and_then(|seen| cluster.changed_since(seen)) {
            Some(news) => news.for_each(|place| self.set(cluster, place)),
            None => self.fill(cluster),
        }
    }

    /// Drops all that is in it.
    pub(crate) fn clear(&mut self) {
        *self = Self::new(self.look.clone());
    }

    fn fill(&mut self, cluster: &Cluster) {
        (self.at, self.alike) = (vec![None; cluster.sites.len()], Vec::new());
        self.numbers.clear();
        let mut parts: Vec<Vec<Entry>> = Vec::new();
        for place in cluster.requirements.get(self.look.requirement).places() {
            self.at[place] = self.find(cluster, place, None);
            if let Some((part, entry)) = self.at[place] {
                parts.resize_with(self.alike.len(), Vec::new);
                parts[part].push(entry);
            }
        }
        let amounts = &cluster.amounts[self.look.claim];
        self.parts = parts.into_iter().map(|entries| Part::new(entries, amounts)).collect();
    }

    fn set(&mut self, cluster: &Cluster, place: usize) {
        let amounts = &cluster.amounts[self.look.claim];
        self.at.resize(cluster.sites.len(), None);
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

    /// Where a place belongs, if it may do for any of the tasks: often to the part that it was in.
    fn find(&mut self, cluster: &Cluster, place: usize, was: Option<usize>) -> Option<(usize, Entry)> {
        let look = &self.look;
        let is_kept = !look.takes_gpu_agents && cluster.with_gpus[place];
        if is_kept || !cluster.open[place] || !cluster.requirements.get(look.requirement).is_met(place) {
            return None;
        }
        let entry = Entry { share: Reverse(look.share(cluster, place)), place };
        let stays = |part: &usize| self.alike[*part].iter().copied().eq(look.alike(cluster, place));
        let part = was.filter(stays).unwrap_or_else(|| {
            let alike: Vec<_> = look.alike(cluster, place).collect();
            *self.numbers.entry(alike).or_insert_with_key(|alike| {
                self.alike.push(alike.clone());
                self.alike.len() - 1
            })
        });
        Some((part, entry))
    }
}

impl Look {
    /// What places of one part have in common.
    fn alike<'a>(&'a self, cluster: &'a Cluster, place: usize) -> impl Iterator<Item = u64> + use<'a> {
        let factors = self.counted(cluster).map(move |column| column.factor[place].to_bits());
        let values = self.keys.iter().map(move |key| u64::from(cluster.keys[*key].of(place)));
        let preferred = self.preferred.iter().map(|number| cluster.requirements.get(*number));
        factors.chain(values).chain(preferred.map(move |wanted| u64::from(wanted.is_met(place))))
    }

    /// What the strategy says of a place as it is. With [`Strategy::Align`] each task has another order: places stand beside
    /// those that are like them, so that blocks of them can be left out.
    fn share(&self, cluster: &Cluster, place: usize) -> i64 {
        match cluster.settings.strategy {
            Strategy::Align(_) => -neighborhood(cluster.shares.iter(), place),
            _ => share(&cluster.settings, self.counted(cluster).map(|column| (column, 0)), place),
        }
    }

    fn counted<'a>(&'a self, cluster: &'a Cluster) -> impl Iterator<Item = &'a ShareColumn> {
        cluster.shares.iter().zip(&self.counts).filter(|(_, counts)| **counts).map(|(column, _)| column)
    }
}
