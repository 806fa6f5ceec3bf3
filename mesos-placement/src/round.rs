//! What comes of a round.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use mesos_sdk::proto::v1::{OfferId, Resource};

use crate::Reason;

/// What comes of a round.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Round {
    /// The tasks that have a place now.
    pub assigned: Vec<Assignment>,
    /// How many tasks wait for which no agent will do; [`Placer::explain`](crate::Placer::explain) says why.
    pub unplaced: usize,
    /// How many tasks wait that were not looked at, because as many as may have got their places or the round was ended.
    /// They come first in the next round.
    pub postponed: usize,
}

/// A task's place, and what it gets there.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Assignment {
    /// The task's id.
    pub task: String,
    /// The agent's id.
    pub agent: String,
    /// All offers of the agent that the task may use, to the same role of the framework: accept them together.
    pub offers: Vec<OfferId>,
    /// The resources for the task, as parts of what the offers have.
    pub resources: Vec<Resource>,
    /// The resources for its executor, if the task starts it there: put them into `ExecutorInfo.resources`. `None` if the
    /// task has no executor, or one that runs there already.
    pub executor: Option<Vec<Resource>>,
}

/// What one ACCEPT has: offers of an agent, and the tasks that are launched from them.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Accept<'a> {
    /// The agent's id.
    pub agent: &'a str,
    /// The offers to accept together.
    pub offers: &'a [OfferId],
    /// The tasks to launch, in the order in which they got their places.
    pub assignments: Vec<&'a Assignment>,
}

/// A task without a place.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Unplaced {
    /// The task's id.
    pub task: String,
    /// Why no agent will do.
    pub why: Arc<Refusals>,
}

/// Why no agent will do, summed by the kind of reason. An agent may have several.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Refusals {
    /// How many agents offer something.
    pub agents: usize,
    /// The reasons by their kinds.
    pub kinds: BTreeMap<String, Refusal>,
}

/// One kind of reason.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Refusal {
    /// How many agents have it.
    pub agents: usize,
    /// Some of them, each with its own reason.
    pub examples: Vec<(String, Reason)>,
}

/// How many agents are named for each kind of reason.
pub(crate) const EXAMPLES: usize = 3;

impl Round {
    /// Returns the assignments by the offers that they are launched from, ordered by agent: one ACCEPT each.
    pub fn accepts(&self) -> Vec<Accept<'_>> {
        let mut accepts = BTreeMap::<_, Accept<'_>>::new();
        for assignment in &self.assigned {
            let (agent, offers) = (assignment.agent.as_str(), assignment.offers.as_slice());
            let key = (agent, offers.first().map(|offer| offer.value.as_str()));
            let accept =
                accepts.entry(key).or_insert_with(|| Accept { agent, offers, assignments: Vec::new() });
            accept.assignments.push(assignment);
        }
        accepts.into_values().collect()
    }
}

impl Refusals {
    /// Adds a kind of reason that so many agents have.
    pub(crate) fn add(&mut self, agents: usize, examples: Vec<(String, Reason)>) {
        if let Some((_, reason)) = examples.first() {
            self.kinds.insert(reason.kind(), Refusal { agents, examples });
        }
    }
}

/// One line for each kind of reason, the most frequent first.
impl fmt::Display for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.agents == 0 {
            return f.write_str("no agent offers anything");
        }
        let mut kinds: Vec<_> = self.kinds.values().collect();
        kinds.sort_by_key(|refusal| std::cmp::Reverse(refusal.agents));
        for (index, refusal) in kinds.into_iter().enumerate() {
            let separator = if index > 0 { "\n" } else { "" };
            write!(f, "{separator}{} of {} agents: ", refusal.agents, self.agents)?;
            if let Some((agent, reason)) = refusal.examples.first() {
                write!(f, "{reason} (on {agent})")?;
            }
        }
        Ok(())
    }
}
