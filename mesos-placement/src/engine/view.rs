//! The columns that a shape looks at, at hand for many places.

use super::cluster::Cluster;
use super::shape::Shape;
use super::shares::{ShareColumn, share};
use crate::Strategy;

/// The columns that a shape looks at.
pub(crate) struct View<'a> {
    open: &'a [bool],
    /// Which places are kept for others, if any are.
    kept: Option<&'a [bool]>,
    amounts: Vec<(&'a [i64], i64)>,
    shares: Vec<(&'a ShareColumn, i64)>,
    strategy: &'a Strategy,
}

impl Shape {
    pub(crate) fn view<'a>(&self, cluster: &'a Cluster) -> View<'a> {
        let amounts = &cluster.amounts[self.claim];
        let shares = cluster.shares.iter().zip(&self.shares);
        View {
            open: &cluster.open,
            kept: (!self.takes_gpu_agents).then_some(&cluster.with_gpus),
            amounts: self.amounts.iter().map(|(column, asked)| (amounts.free(*column), *asked)).collect(),
            shares: shares.filter_map(|(column, asked)| asked.map(|asked| (column, asked))).collect(),
            strategy: &cluster.settings.strategy,
        }
    }
}

impl View<'_> {
    /// Whether a place has enough, and takes such tasks at all.
    pub(crate) fn has_room(&self, place: usize) -> bool {
        self.open[place]
            && self.amounts.iter().all(|(free, asked)| free[place] >= *asked)
            && self.kept.is_none_or(|kept| !kept[place])
    }

    /// What the strategy says of a place when the task is there.
    pub(crate) fn share(&self, place: usize) -> i64 {
        share(self.strategy, self.shares.iter().copied(), place)
    }
}
