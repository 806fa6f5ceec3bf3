//! Preferences, ready to be scored for one place after the other.

use super::check::{Check, GroupCheck};
use super::cluster::Cluster;
use super::keys::NONE;
use crate::Share;

/// A preference whose keys, counters and requirements are known.
#[derive(Debug)]
pub(crate) struct CompiledPreference {
    pub(crate) weight: f64,
    pub(crate) kind: Kind,
}

#[derive(Debug)]
pub(crate) enum Kind {
    /// A constraint that is met, or not.
    Met(Check),
    /// A requirement that had better not be met.
    Avoid(usize),
    Fewest {
        key: usize,
        counter: usize,
        of: usize,
    },
    Share {
        key: usize,
        counter: usize,
        share: Share,
    },
    Level {
        key: usize,
        counter: usize,
    },
}

impl CompiledPreference {
    /// Returns the score of a place: from minus the weight to the weight.
    pub(crate) fn score(&self, cluster: &Cluster, place: usize) -> f64 {
        let weight = self.weight;
        match &self.kind {
            Kind::Met(check) => match check.holds(cluster, place) {
                true => weight,
                false => 0.0,
            },
            Kind::Avoid(requirement) => match cluster.requirements.get(*requirement).is_met(place) {
                true => -weight,
                false => 0.0,
            },
            Kind::Fewest { key, counter, of } => {
                let value = cluster.keys[*key].of(place);
                -weight * ratio(cluster.counters.get(*counter).of(value), *of)
            }
            Kind::Share { key, counter, share } => {
                let value = cluster.keys[*key].of(place);
                let wanted = cluster.keys[*key].name(value).map_or(0.0, |name| share.wanted(name));
                let there = cluster.counters.get(*counter).of(value);
                match wanted > 0.0 {
                    true => weight * (wanted - as_float(there + 1)) / wanted,
                    false => -weight,
                }
            }
            Kind::Level { key, counter } => {
                let (value, counter) = (cluster.keys[*key].of(place), cluster.counters.get(*counter));
                match value {
                    NONE => -weight,
                    value => -weight * ratio(counter.of(value), counter.total.max(1)),
                }
            }
        }
    }

    /// Returns the key by whose values it is weighed, if by nothing else.
    pub(crate) fn key(&self) -> Option<usize> {
        match &self.kind {
            Kind::Met(check) => check.key(),
            Kind::Fewest { key, .. } | Kind::Share { key, .. } | Kind::Level { key, .. } => Some(*key),
            Kind::Avoid(_) => None,
        }
    }

    /// Returns the requirement that it is about, if about nothing else.
    pub(crate) fn requirement(&self) -> Option<usize> {
        match &self.kind {
            Kind::Met(Check::Static(requirement)) | Kind::Avoid(requirement) => Some(*requirement),
            Kind::Met(_) | Kind::Fewest { .. } | Kind::Share { .. } | Kind::Level { .. } => None,
        }
    }

    pub(crate) fn each_group(&mut self, visit: &mut impl FnMut(&mut GroupCheck)) {
        if let Kind::Met(check) = &mut self.kind {
            check.each_group(visit);
        }
    }
}

fn ratio(part: usize, of: usize) -> f64 {
    as_float(part) / as_float(of)
}

#[expect(clippy::cast_precision_loss, reason = "no cluster has 2^53 tasks")]
fn as_float(number: usize) -> f64 {
    number as f64
}
