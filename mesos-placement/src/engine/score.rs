//! How good a place is.

use super::cluster::Cluster;
use super::shape::Shape;
use super::shares::as_float;
use crate::Strategy;

/// How good a place is: what is preferred first, then the strategy. More is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Score {
    pub(crate) taste: i64,
    pub(crate) share: i64,
}

/// Scores are compared in these parts of one, so that places that are equally good by arithmetic are so by number.
const PARTS: f64 = 1e9;

impl Shape {
    /// How good a place is, but for preferences that change with the tasks that run.
    pub(crate) fn score(&self, cluster: &Cluster, place: usize) -> Score {
        Score { taste: self.taste(cluster, place, false), share: self.share(cluster, place) }
    }

    /// How good a place is, with all preferences.
    pub(crate) fn whole_score(&self, cluster: &Cluster, place: usize) -> Score {
        let score = self.score(cluster, place);
        Score { taste: score.taste.saturating_add(self.taste(cluster, place, true)), ..score }
    }

    /// What preferences say of a place: those that change with the tasks that run, or the others.
    pub(crate) fn taste(&self, cluster: &Cluster, place: usize, turning: bool) -> i64 {
        if self.tastes.is_empty() {
            return 0;
        }
        let weights: f64 = self.tastes.iter().map(|taste| taste.weight.abs()).sum();
        let wanted = self.tastes.iter().filter(|taste| taste.may_turn() == turning);
        let sum: f64 = wanted.map(|taste| taste.pleases(cluster, place)).sum();
        if weights > 0.0 { parts(sum / weights) } else { 0 }
    }

    /// What the strategy says of a place.
    fn share(&self, cluster: &Cluster, place: usize) -> i64 {
        match &cluster.settings.strategy {
            Strategy::First => 0,
            Strategy::Pack(_) => parts(self.used_share(cluster, place)),
            Strategy::Spread(_) => -parts(self.used_share(cluster, place)),
        }
    }

    /// The share of the place that is used when the task is there.
    fn used_share(&self, cluster: &Cluster, place: usize) -> f64 {
        let (mut sum, mut weights) = (0.0, 0.0);
        for (column, asked) in cluster.shares.iter().zip(&self.shares) {
            let Some(asked) = asked else { continue };
            let factor = column.factor[place];
            if factor > 0.0 {
                sum += factor * as_float(column.used[place].saturating_add(*asked));
                weights += column.weight;
            }
        }
        if weights > 0.0 { sum / weights } else { 0.0 }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the cast keeps to the limits of i64")]
fn parts(share: f64) -> i64 {
    (share * PARTS).round() as i64
}
