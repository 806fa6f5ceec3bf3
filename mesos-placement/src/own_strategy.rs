//! Strategies of one's own.

use std::fmt;
use std::sync::Arc;

use crate::{Agent, Task};

/// A function that says how good an agent is for a task: more is better, and what is not a number is the worst.
///
/// It is asked for each agent that will do, and must give the same answer to the same question. Agents are not kept in
/// order for it, so that a task costs a look at each of them.
#[derive(Clone)]
pub struct OwnStrategy(Arc<dyn Fn(&Fit<'_>) -> f64 + Send + Sync>);

/// An agent and a task that would fit there.
#[derive(Clone, Copy)]
pub struct Fit<'a> {
    pub(crate) agent: &'a Agent,
    pub(crate) task: &'a Task,
    pub(crate) amounts: &'a dyn Fn(&str) -> Amount,
}

/// How much of a resource there is. Ports are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Amount {
    /// What the agent has in all.
    pub total: f64,
    /// What the tasks that are there use.
    pub used: f64,
    /// What the task asks for.
    pub asked: f64,
}

impl OwnStrategy {
    /// Creates a strategy.
    pub fn new(score: impl Fn(&Fit<'_>) -> f64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(score))
    }

    /// What it says, as a number in the same order.
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

    /// Returns how much of a resource there is, is used and is asked for.
    pub fn amount(&self, name: &str) -> Amount {
        (self.amounts)(name)
    }
}

impl fmt::Debug for OwnStrategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OwnStrategy").finish_non_exhaustive()
    }
}

impl fmt::Debug for Fit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (agent, task) = (&self.agent.id, &self.task.id);
        f.debug_struct("Fit").field("agent", agent).field("task", task).finish_non_exhaustive()
    }
}

/// Two are the same if one is a clone of the other.
impl PartialEq for OwnStrategy {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
