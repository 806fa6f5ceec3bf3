//! How much of each place is used, for the strategy.

use super::site::Site;
use crate::{Shares, Strategy};

/// How much of a resource is used at each place.
#[derive(Debug)]
pub(crate) struct ShareColumn {
    pub(crate) name: String,
    pub(crate) weight: f64,
    pub(crate) used: Vec<i64>,
    pub(crate) total: Vec<i64>,
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
            total: Vec::new(),
        };
        shares.iter().map(column).collect()
    }

    pub(crate) fn set(&mut self, place: usize, site: &Site) {
        if place >= self.used.len() {
            self.used.resize(place + 1, 0);
            self.total.resize(place + 1, 0);
        }
        (self.used[place], self.total[place]) = (site.used(&self.name), site.total(&self.name));
    }
}
