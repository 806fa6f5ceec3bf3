//! Preferences for where a task runs.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Constraint, Key, PlacementError, Select};

/// A condition that should hold where a task runs, and how much that matters.
///
/// The placer orders agents by the sum of the weights of what holds, then by the strategy.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Preference {
    /// The condition.
    pub condition: Condition,
    /// How much the condition matters. A negative weight reverses it.
    pub weight: f64,
    /// Which tasks count, unless the condition is a constraint that selects its own.
    pub select: Select,
    /// Whether only tasks of the same version count.
    pub same_version: bool,
    /// Whether tasks that are being stopped count.
    pub counts_stopping: bool,
}

/// A condition that should hold where a task runs.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Condition {
    /// The constraint is met.
    Met(Constraint),
    /// The agent is not one of these.
    AvoidAgents(BTreeSet<String>),
    /// Few of the group's tasks have this value.
    Fewest {
        /// The key by whose values the tasks are counted.
        by: Key,
        /// How many tasks there will be.
        of: usize,
    },
    /// Each value has its share of the tasks.
    Share(Share),
    /// The value has fewer tasks of the group than others.
    Level(Key),
}

/// The share of the tasks for each value.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Share {
    /// The key by whose values the tasks are counted.
    pub by: Key,
    /// How many tasks there will be.
    pub total: usize,
    /// The share of each value in percent; `*` stands for the others.
    pub targets: BTreeMap<String, f64>,
    /// Whether the other values get what is left of 100 %.
    pub rest: bool,
}

impl Preference {
    /// Prefers agents for which the condition holds.
    pub fn new(condition: Condition, weight: f64) -> Self {
        Self { condition, weight, select: Select::Group(None), same_version: false, counts_stopping: false }
    }

    /// Sets which tasks count.
    #[must_use]
    pub fn select(self, select: Select) -> Self {
        Self { select, ..self }
    }

    /// Prefers agents that meet the constraint.
    pub fn met(constraint: Constraint, weight: f64) -> Self {
        Self::new(Condition::Met(constraint), weight)
    }

    /// Prefers values with fewer tasks of the group.
    pub fn level(by: impl Into<Key>, weight: f64) -> Self {
        Self::new(Condition::Level(by.into()), weight)
    }

    /// Prefers values that have less than their share of the tasks.
    pub fn share<V: Into<String>>(
        by: impl Into<Key>,
        total: usize,
        targets: impl IntoIterator<Item = (V, f64)>,
        weight: f64,
    ) -> Self {
        let targets = targets.into_iter().map(|(value, percent)| (value.into(), percent)).collect();
        Self::new(Condition::Share(Share { targets, ..Share::new(by, total) }), weight)
    }

    pub(crate) fn check(&self) -> Result<(), PlacementError> {
        let wrong = |problem: &str| Err(PlacementError::Constraint(problem.to_owned()));
        match &self.condition {
            _ if !self.weight.is_finite() => wrong("a preference's weight must be a finite number"),
            Condition::Met(constraint) => constraint.check(0),
            Condition::Fewest { of: 0, .. } => wrong("fewest: of must be at least 1"),
            Condition::Share(share)
                if share.targets.values().any(|percent| !(0.0..=100.0).contains(percent)) =>
            {
                wrong("share: a target must be from 0 to 100 %")
            }
            Condition::AvoidAgents(_)
            | Condition::Fewest { .. }
            | Condition::Share(_)
            | Condition::Level(_) => Ok(()),
        }
    }
}

impl Share {
    /// Creates shares of `total` tasks, without targets.
    pub fn new(by: impl Into<Key>, total: usize) -> Self {
        Self { by: by.into(), total, targets: BTreeMap::new(), rest: false }
    }

    /// Returns how many tasks this value should have, or zero for a value that should have none.
    pub(crate) fn wanted(&self, value: &str) -> f64 {
        let rest = || 100.0 - self.targets.values().sum::<f64>();
        let percent = self.targets.get(value).or_else(|| self.targets.get("*")).copied();
        let percent = percent.unwrap_or_else(|| if self.rest { rest().max(0.0) } else { 0.0 });
        #[expect(clippy::cast_precision_loss, reason = "no group has 2^53 tasks")]
        let total = self.total as f64;
        total * percent / 100.0
    }
}
