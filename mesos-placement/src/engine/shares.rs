//! How much of each place is used, as input for the strategy.

use super::agent_state::AgentState;
use crate::{Settings, Shares, Strategy};

/// How much of a resource each place uses.
#[derive(Debug)]
pub(crate) struct ShareColumn {
    pub(crate) name: String,
    pub(crate) weight: f64,
    pub(crate) used: Vec<i64>,
    /// The weight divided by the total, or zero where the total is zero.
    pub(crate) factor: Vec<f64>,
    /// The total of each place that offers something, and their sum.
    offered: Vec<i64>,
    sum: i128,
}

impl ShareColumn {
    /// Returns the columns that a strategy looks at.
    pub(crate) fn of(strategy: &Strategy) -> Vec<Self> {
        let shares = match strategy {
            Strategy::First | Strategy::Custom(_) => return Vec::new(),
            Strategy::Pack(Shares(shares))
            | Strategy::Spread(Shares(shares))
            | Strategy::Align(Shares(shares)) => shares,
        };
        let column = |(name, weight): &(String, f64)| Self {
            name: name.clone(),
            weight: *weight,
            used: Vec::new(),
            factor: Vec::new(),
            offered: Vec::new(),
            sum: 0,
        };
        shares.iter().map(column).collect()
    }

    pub(crate) fn set(&mut self, place: usize, state: &AgentState) {
        if place >= self.used.len() {
            self.used.resize(place + 1, 0);
            self.factor.resize(place + 1, 0.0);
            self.offered.resize(place + 1, 0);
        }
        let total = state.total(&self.name);
        self.used[place] = state.used(&self.name);
        self.factor[place] = if total > 0 { self.weight / as_float(total) } else { 0.0 };
        let offered = if state.is_offered() { total } else { 0 };
        self.sum += i128::from(offered) - i128::from(self.offered[place]);
        self.offered[place] = offered;
    }

    /// Returns how much each free unit counts for a task that asks for this amount. Both are
    /// relative to the average place.
    pub(crate) fn alignment(&self, asked: i64) -> f64 {
        let places = as_float(i64::try_from(self.offered.len()).unwrap_or(i64::MAX));
        // Not a whole number: otherwise places that are equally good would differ.
        let average = as_float(i64::try_from(self.sum).unwrap_or(i64::MAX)) / places;
        if average > 0.0 { self.weight * as_float(asked) / average / average } else { 0.0 }
    }
}

/// Scores are counted in units of one over this, so that places that are equally good by arithmetic
/// have equal scores.
pub(crate) const PARTS: f64 = 1e9;

/// Returns the strategy's score of a place: the share of these columns that is used once the task
/// is added. Higher is better.
pub(crate) fn strategy_score<'a>(
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
    let score = match settings.strategy {
        _ if weights <= 0.0 => 0,
        Strategy::First | Strategy::Custom(_) => 0,
        Strategy::Pack(_) => rounded(PARTS * sum / weights),
        Strategy::Spread(_) | Strategy::Align(_) => rounded(-PARTS * sum / weights),
    };
    tied(settings, score, |seed| tie(seed, place))
}

/// Combines a score with the tie-breaker among equally good places.
pub(crate) fn tied(settings: &Settings, score: i64, tie: impl FnOnce(u64) -> i64) -> i64 {
    settings.seed.map_or(score, |seed| score.saturating_mul(1 << TIES).saturating_add(tie(seed)))
}

/// Returns a number for the use of these columns at a place, so that places with close numbers are
/// alike in all of them. It interleaves the bits of all shares, the highest ones first.
pub(crate) fn neighborhood<'a>(columns: impl ExactSizeIterator<Item = &'a ShareColumn>, place: usize) -> i64 {
    let turns = columns.len().max(1);
    let bits = (62 / turns).min(8);
    let spread = |(turn, column): (usize, &ShareColumn)| {
        let full = as_float(column.offered[place].max(1));
        let level = rounded(as_float(column.used[place]) / full * as_float((1 << bits) - 1));
        (0..bits).fold(0, |spread, bit| spread | (level >> bit & 1) << (bit * turns + turn))
    };
    columns.enumerate().map(spread).fold(0, |all, one| all | one)
}

/// How many bits of a score serve as tie-breaker among equally good places, if there is a seed.
pub(crate) const TIES: u32 = 20;

/// Returns bits that depend on the seed and the place, mixed as `SplitMix64` does.
pub(crate) fn tie(seed: u64, place: usize) -> i64 {
    let mut bits = (seed ^ place as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((bits ^ (bits >> 31)) >> (64 - TIES)).cast_signed()
}

/// Returns the nearest whole number. [`f64::round`] is a function call on processors that have no
/// instruction for it.
#[expect(clippy::cast_possible_truncation, reason = "the cast keeps to the limits of i64")]
pub(crate) fn rounded(number: f64) -> i64 {
    (number + 0.5_f64.copysign(number)) as i64
}

#[expect(clippy::cast_precision_loss, reason = "for comparisons")]
pub(crate) fn as_float(amount: i64) -> f64 {
    amount as f64
}
