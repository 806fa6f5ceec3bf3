//! The columns that a shape looks at, at hand for many places.

use super::cluster::Cluster;
use super::shape::Shape;
use super::shares::as_float;
use crate::Strategy;

/// The columns that a shape looks at.
pub(crate) struct View<'a> {
    open: &'a [bool],
    /// Which places are kept for others, if any are.
    kept: Option<&'a [bool]>,
    amounts: Vec<(&'a [i64], i64)>,
    shares: Vec<ShareView<'a>>,
    /// Whether more use is better, or worse, or nothing to the strategy.
    sign: f64,
}

struct ShareView<'a> {
    weight: f64,
    factor: &'a [f64],
    used: &'a [i64],
    asked: i64,
}

/// Scores are compared in these parts of one, so that places that are equally good by arithmetic are so by number.
pub(crate) const PARTS: f64 = 1e9;

impl Shape {
    pub(crate) fn view<'a>(&self, cluster: &'a Cluster) -> View<'a> {
        let amounts = &cluster.amounts[self.claim];
        let shares = cluster.shares.iter().zip(&self.shares).filter_map(|(column, asked)| {
            let (weight, factor, used) = (column.weight, &column.factor[..], &column.used[..]);
            asked.map(|asked| ShareView { weight, factor, used, asked })
        });
        View {
            open: &cluster.open,
            kept: (!self.takes_gpu_agents).then_some(&cluster.with_gpus),
            amounts: self.amounts.iter().map(|(column, asked)| (amounts.free(*column), *asked)).collect(),
            shares: shares.collect(),
            sign: match cluster.settings.strategy {
                Strategy::First => 0.0,
                Strategy::Pack(_) => PARTS,
                Strategy::Spread(_) => -PARTS,
            },
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

    /// What the strategy says of a place: the share that is used when the task is there.
    #[expect(clippy::cast_possible_truncation, reason = "the cast keeps to the limits of i64")]
    pub(crate) fn share(&self, place: usize) -> i64 {
        let (mut sum, mut weights) = (0.0, 0.0);
        for column in &self.shares {
            let factor = column.factor[place];
            if factor > 0.0 {
                sum += factor * as_float(column.used[place].saturating_add(column.asked));
                weights += column.weight;
            }
        }
        if weights > 0.0 { (self.sign * sum / weights).round() as i64 } else { 0 }
    }
}
