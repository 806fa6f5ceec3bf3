//! The score of a place.

use super::agent_state::AgentState;
use super::cluster::Cluster;
use super::shape::Shape;
use super::shares::{PARTS, TIES, as_float, rounded, tie};
use super::view::View;
use crate::{Amount, CustomStrategy, Fit, Settings, Strategy};

/// The score of a place: by preferences first, then by the strategy. Higher is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Score {
    pub(crate) preference: i64,
    pub(crate) strategy: i64,
}

impl Score {
    /// Returns the score without the tie-breaker among equally good places.
    pub(crate) fn without_ties(self, settings: &Settings) -> Self {
        let strategy = settings.seed.map_or(self.strategy, |_| self.strategy >> TIES);
        Self { strategy, ..self }
    }
}

/// Replaces the last bits by the tie-breaker among equally good places.
fn with_tie(settings: &Settings, score: i64, place: usize) -> i64 {
    settings.seed.map_or(score, |seed| score >> TIES << TIES | tie(seed, place))
}

impl Shape {
    pub(crate) fn score(&self, cluster: &Cluster, view: &View<'_>, place: usize) -> Score {
        let preference = self.preference(cluster, place);
        let strategy = match &cluster.settings.strategy {
            Strategy::Custom(own) => {
                with_tie(&cluster.settings, self.ask(own, &cluster.agents[place]), place)
            }
            Strategy::First | Strategy::Pack(_) | Strategy::Spread(_) | Strategy::Align(_) => {
                view.strategy_score(place)
            }
        };
        Score { preference, strategy }
    }

    /// Returns the score that a custom strategy gives a place.
    fn ask(&self, own: &CustomStrategy, state: &AgentState) -> i64 {
        let amounts = |name: &str| {
            let unit = if name == "ports" { 1.0 } else { 1000.0 };
            let of = |amount| as_float(amount) / unit;
            let asked = of(self.task.needs.amount(name));
            Amount { total: of(state.total(name)), used: of(state.used(name)), asked }
        };
        own.score(&Fit { agent: &state.agent, task: &self.task, amounts: &amounts })
    }

    /// Returns the score that the preferences give a place.
    pub(crate) fn preference(&self, cluster: &Cluster, place: usize) -> i64 {
        if self.preferences.is_empty() {
            return 0;
        }
        let weights: f64 = self.preferences.iter().map(|preference| preference.weight.abs()).sum();
        let sum: f64 = self.preferences.iter().map(|preference| preference.score(cluster, place)).sum();
        if weights > 0.0 { rounded(PARTS * sum / weights) } else { 0 }
    }
}
