//! How good a place is.

use super::cluster::Cluster;
use super::shape::Shape;
use super::shares::{PARTS, rounded};
use super::view::View;

/// How good a place is: what is preferred first, then the strategy. More is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Score {
    pub(crate) taste: i64,
    pub(crate) share: i64,
}

impl Shape {
    pub(crate) fn score(&self, cluster: &Cluster, view: &View<'_>, place: usize) -> Score {
        Score { taste: self.taste(cluster, place), share: view.share(place) }
    }

    /// What preferences say of a place.
    pub(crate) fn taste(&self, cluster: &Cluster, place: usize) -> i64 {
        if self.tastes.is_empty() {
            return 0;
        }
        let weights: f64 = self.tastes.iter().map(|taste| taste.weight.abs()).sum();
        let sum: f64 = self.tastes.iter().map(|taste| taste.pleases(cluster, place)).sum();
        if weights > 0.0 { rounded(PARTS * sum / weights) } else { 0 }
    }
}
