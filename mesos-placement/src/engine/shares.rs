//! How much of each place is used, for the strategy.

use super::site::Site;
use crate::{Settings, Shares, Strategy};

/// How much of a resource is used at each place.
#[derive(Debug)]
pub(crate) struct ShareColumn {
    pub(crate) name: String,
    pub(crate) weight: f64,
    pub(crate) used: Vec<i64>,
    /// The weight over what there is in all; zero where there is nothing.
    pub(crate) factor: Vec<f64>,
}

impl ShareColumn {
    /// The columns that a strategy looks at.
    pub(crate) fn of(strategy: &Strategy) -> Vec<Self> {
        let shares = match strategy {
            Strategy::First | Strategy::Own(_) => return Vec::new(),
            Strategy::Pack(Shares(shares)) | Strategy::Spread(Shares(shares)) => shares,
        };
        let column = |(name, weight): &(String, f64)| Self {
            name: name.clone(),
            weight: *weight,
            used: Vec::new(),
            factor: Vec::new(),
        };
        shares.iter().map(column).collect()
    }

    pub(crate) fn set(&mut self, place: usize, site: &Site) {
        if place >= self.used.len() {
            self.used.resize(place + 1, 0);
            self.factor.resize(place + 1, 0.0);
        }
        let total = site.total(&self.name);
        self.used[place] = site.used(&self.name);
        self.factor[place] = if total > 0 { self.weight / as_float(total) } else { 0.0 };
    }
}

/// Scores are compared in these parts of one, so that places that are equally good by arithmetic are so by number.
pub(crate) const PARTS: f64 = 1e9;

/// What a strategy says of a place: the share of these columns that is used when so much more is; more is better.
pub(crate) fn share<'a>(
    settings: &Settings,
    columns: impl Iterator<Item = (&'a ShareColumn, i64)>,
    place: usize,
) -> i64 {
    let (mut sum, mut weights) = (0.0, 0.0);
    for (column, more) in columns {
        let factor = column.factor[place];
        if factor > 0.0 {
            sum += factor * as_float(column.used[place].saturating_add(more));
            weights += column.weight;
        }
    }
    let share = match settings.strategy {
        _ if weights <= 0.0 => 0,
        Strategy::First | Strategy::Own(_) => 0,
        Strategy::Pack(_) => rounded(PARTS * sum / weights),
        Strategy::Spread(_) => rounded(-PARTS * sum / weights),
    };
    settings.seed.map_or(share, |seed| share.saturating_mul(1 << TIES).saturating_add(tie(seed, place)))
}

/// How many bits of a share decide among places that are equally good, if there is a seed.
pub(crate) const TIES: u32 = 20;

/// Bits that depend on the seed and the place, mixed as `SplitMix64` does.
pub(crate) fn tie(seed: u64, place: usize) -> i64 {
    let mut bits = (seed ^ place as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((bits ^ (bits >> 31)) >> (64 - TIES)).cast_signed()
}

/// The nearest whole number. [`f64::round`] is a call on processors that it is not an instruction of.
#[expect(clippy::cast_possible_truncation, reason = "the cast keeps to the limits of i64")]
pub(crate) fn rounded(number: f64) -> i64 {
    (number + 0.5_f64.copysign(number)) as i64
}

#[expect(clippy::cast_precision_loss, reason = "for comparisons")]
pub(crate) fn as_float(amount: i64) -> f64 {
    amount as f64
}
