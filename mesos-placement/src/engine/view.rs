//! The columns that a shape reads, collected before it reads many places.

use super::cluster::Cluster;
use super::free_amounts::FreeAmounts;
use super::part::Block;
use super::shape::Shape;
use super::shares::{PARTS, ShareColumn, TIES, as_float, rounded, strategy_score, tie, tied};
use crate::{Settings, Strategy};

/// The columns that a shape reads.
pub(crate) struct View<'a> {
    open: &'a [bool],
    /// Which places are kept for others, if any are.
    kept: Option<&'a [bool]>,
    amounts: &'a FreeAmounts,
    asked: &'a [(usize, i64)],
    shares: &'a [ShareColumn],
    /// The amount that is asked for of each share, if it counts.
    more: &'a [Option<i64>],
    /// For [`Strategy::Align`]: columns of the claim, with the weight of each free unit.
    aligned: Option<Vec<(usize, f64)>>,
    settings: &'a Settings,
}

impl Shape {
    pub(crate) fn view<'a>(&'a self, cluster: &'a Cluster) -> View<'a> {
        View {
            open: &cluster.open,
            kept: (!self.takes_gpu_agents).then_some(&cluster.with_gpus),
            amounts: &cluster.free_amounts[self.claim],
            asked: &self.asked,
            shares: &cluster.shares,
            more: &self.shares,
            aligned: matches!(cluster.settings.strategy, Strategy::Align(_)).then(|| self.aligned(cluster)),
            settings: &cluster.settings,
        }
    }

    fn aligned(&self, cluster: &Cluster) -> Vec<(usize, f64)> {
        let of = |(share, column, asked): &(usize, usize, i64)| {
            (*column, cluster.shares[*share].alignment(*asked))
        };
        self.asked_of_shares.iter().map(of).collect()
    }
}

impl View<'_> {
    /// Returns whether a place has enough room and accepts such tasks.
    pub(crate) fn has_room(&self, place: usize) -> bool {
        self.open[place]
            && self.asked.iter().all(|(column, asked)| self.amounts.free(*column)[place] >= *asked)
            && self.kept.is_none_or(|kept| !kept[place])
    }

    /// Returns the strategy's score of a place once the task is there.
    pub(crate) fn strategy_score(&self, place: usize) -> i64 {
        if let Some(aligned) = &self.aligned {
            let score = alignment(aligned, |column| self.amounts.free(column)[place]);
            return tied(self.settings, score, |seed| tie(seed, place));
        }
        let columns = self.shares.iter().zip(self.more);
        strategy_score(self.settings, columns.filter_map(|(column, more)| Some((column, (*more)?))), place)
    }

    /// Returns whether the strategy's order of places is independent of what a task asks for.
    pub(crate) fn has_one_order(&self) -> bool {
        self.aligned.is_none()
    }

    /// Returns an upper bound for the strategy's score of the places of a block, of which `first`
    /// is the first.
    pub(crate) fn strategy_score_at_most(&self, block: &Block, first: usize) -> i64 {
        let Some(aligned) = &self.aligned else { return self.strategy_score(first) };
        tied(self.settings, alignment(aligned, |column| block.most[column]), |_| (1 << TIES) - 1)
    }
}

fn alignment(aligned: &[(usize, f64)], free: impl Fn(usize) -> i64) -> i64 {
    let sum: f64 = aligned.iter().map(|(column, counts)| counts * as_float(free(*column))).sum();
    rounded(PARTS * sum)
}
