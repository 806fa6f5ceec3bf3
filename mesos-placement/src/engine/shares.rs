//! How much of each place is used, for the strategy.

use super::site::Site;
use crate::{Shares, Strategy};

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
            Strategy::First => return Vec::new(),
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

#[expect(clippy::cast_precision_loss, reason = "for comparisons")]
pub(crate) fn as_float(amount: i64) -> f64 {
    amount as f64
}
