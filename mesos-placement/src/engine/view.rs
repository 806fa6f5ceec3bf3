//! The columns that a shape looks at, at hand for many places.

use super::amounts::Amounts;
use super::cluster::Cluster;
use super::shape::Shape;
use super::shares::{ShareColumn, share};
use crate::Settings;

/// The columns that a shape looks at.
pub(crate) struct View<'a> {
    open: &'a [bool],
    /// Which places are kept for others, if any are.
    kept: Option<&'a [bool]>,
    amounts: &'a Amounts,
    asked: &'a [(usize, i64)],
    shares: &'a [ShareColumn],
    /// What is asked for of each share, if it counts.
    more: &'a [Option<i64>],
    settings: &'a Settings,
}

impl Shape {
    pub(crate) fn view<'a>(&'a self, cluster: &'a Cluster) -> View<'a> {
        View {
            open: &cluster.open,
            kept: (!self.takes_gpu_agents).then_some(&cluster.with_gpus),
            amounts: &cluster.amounts[self.claim],
            asked: &self.amounts,
            shares: &cluster.shares,
            more: &self.shares,
            settings: &cluster.settings,
        }
    }
}

impl View<'_> {
    /// Whether a place has enough, and takes such tasks at all.
    pub(crate) fn has_room(&self, place: usize) -> bool {
        self.open[place]
            && self.asked.iter().all(|(column, asked)| self.amounts.free(*column)[place] >= *asked)
            && self.kept.is_none_or(|kept| !kept[place])
    }

    /// What the strategy says of a place when the task is there.
    pub(crate) fn share(&self, place: usize) -> i64 {
        let columns = self.shares.iter().zip(self.more);
        share(self.settings, columns.filter_map(|(column, more)| Some((column, (*more)?))), place)
    }
}
