//! How good a place is.

use super::cluster::Cluster;
use super::shape::Shape;
use super::view::{PARTS, View};

/// How good a place is: what is preferred first, then the strategy. More is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Score {
    pub(crate) taste: i64,
    pub(crate) share: i64,
}

impl Shape {
    /// How good a place is, but for preferences that change with the tasks that run.
    pub(crate) fn score(&self, cluster: &Cluster, view: &View<'_>, place: usize) -> Score {
        Score { taste: self.taste(cluster, place, false), share: view.share(place) }
    }

    /// How good a place is, with all preferences.
    pub(crate) fn whole_score(&self, cluster: &Cluster, view: &View<'_>, place: usize) -> Score {
        let score = self.score(cluster, view, place);
        Score { taste: score.taste.saturating_add(self.taste(cluster, place, true)), ..score }
    }

    /// What preferences say of a place: those that change with the tasks that run, or the others.
    #[expect(clippy::cast_possible_truncation, reason = "the cast keeps to the limits of i64")]
    pub(crate) fn taste(&self, cluster: &Cluster, place: usize, turning: bool) -> i64 {
        if self.tastes.is_empty() {
            return 0;
        }
        let weights: f64 = self.tastes.iter().map(|taste| taste.weight.abs()).sum();
        let wanted = self.tastes.iter().filter(|taste| taste.may_turn() == turning);
        let sum: f64 = wanted.map(|taste| taste.pleases(cluster, place)).sum();
        if weights > 0.0 { (PARTS * sum / weights).round() as i64 } else { 0 }
    }
}
