//! Custom strategies.

use std::fmt;
use std::sync::Arc;

use crate::{Agent, Task};

/// A function that scores how good an agent is for a task. Higher is better, and NaN is the worst.
///
/// It must always return the same score for the same input. The placer cannot index its scores as
/// it does for the built-in strategies, so it calls the function for every suitable agent each time
/// it places a task.
#[derive(Clone)]
pub struct CustomStrategy(Arc<dyn Fn(&Fit<'_>) -> f64 + Send + Sync>);

/// An agent and a task that would fit there.
#[derive(Clone, Copy)]
pub struct Fit<'a> {
    pub(crate) agent: &'a Agent,
    pub(crate) task: &'a Task,
    pub(crate) amounts: &'a dyn Fn(&str) -> Amount,
}

/// The amounts of a resource. Ports are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Amount {
    /// The agent's total.
    pub total: f64,
    /// What the tasks on the agent use.
    pub used: f64,
    /// What the task asks for.
    pub asked: f64,
}

impl CustomStrategy {
    /// Creates a strategy.
    pub fn new(score: impl Fn(&Fit<'_>) -> f64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(score))
    }

    /// Returns the score as an integer in the same order.
    pub(crate) fn score(&self, fit: &Fit<'_>) -> i64 {
        let score = (self.0)(fit);
        if score.is_nan() {
            return i64::MIN;
        }
        // The bits of a negative number grow as it falls.
        let bits = (score + 0.0).to_bits().cast_signed();
        if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits }
    }
}

impl Fit<'_> {
    /// Returns the agent.
    pub fn agent(&self) -> &Agent {
        self.agent
    }

    /// Returns the task.
    pub fn task(&self) -> &Task {
        self.task
    }

    /// Returns the total, used and requested amounts of a resource.
    pub fn amount(&self, name: &str) -> Amount {
        (self.amounts)(name)
    }
}

impl fmt::Debug for CustomStrategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CustomStrategy").finish_non_exhaustive()
    }
}

impl fmt::Debug for Fit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (agent, task) = (&self.agent.id, &self.task.id);
        f.debug_struct("Fit").field("agent", agent).field("task", task).finish_non_exhaustive()
    }
}

/// Two strategies are equal if one is a clone of the other.
impl PartialEq for CustomStrategy {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
