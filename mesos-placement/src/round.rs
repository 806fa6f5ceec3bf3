//! The outcome of a round.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use mesos_sdk::proto::v1::{OfferId, Resource};

use crate::Reason;

/// The outcome of a round.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Round {
    /// The tasks that were placed.
    pub assigned: Vec<Assignment>,
    /// How many waiting tasks fit on no agent. [`Placer::explain`](crate::Placer::explain) returns
    /// the reasons.
    pub unplaced: usize,
    /// How many waiting tasks were not considered, because the round reached
    /// [`Settings::max_placements`](crate::Settings::max_placements) or was ended by
    /// [`Placer::place_until`](crate::Placer::place_until). They come first in the next round.
    pub postponed: usize,
}

/// A task's place, and its resources there.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Assignment {
    /// The task's id.
    pub task: String,
    /// The agent's id.
    pub agent: String,
    /// All offers of the agent that the task may use, for one role of the framework. Accept them
    /// together.
    pub offers: Vec<OfferId>,
    /// The resources for the task, taken from the offers.
    pub resources: Vec<Resource>,
    /// The resources for its executor, if the task starts it there: put them into
    /// `ExecutorInfo.resources`. `None` if the task has no executor, or one that already runs
    /// there.
    pub executor: Option<Vec<Resource>>,
}

/// The contents of one ACCEPT: offers of an agent, and the tasks to launch from them.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Accept<'a> {
    /// The agent's id.
    pub agent: &'a str,
    /// The offers to accept together.
    pub offers: &'a [OfferId],
    /// The tasks to launch, in the order in which they were placed.
    pub assignments: Vec<&'a Assignment>,
}

/// A task without a place.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Unplaced {
    /// The task's id.
    pub task: String,
    /// Why no agent is suitable.
    pub refusals: Arc<Refusals>,
}

/// Why no agent is suitable, by kind of reason. An agent may have several.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Refusals {
    /// How many agents have offers.
    pub agents: usize,
    /// The reasons by [kind](Reason::kind).
    pub kinds: BTreeMap<String, Refusal>,
}

/// One kind of reason.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Refusal {
    /// How many agents have it.
    pub agents: usize,
    /// Up to three of them: the agent's id, and its own reason.
    pub examples: Vec<(String, Reason)>,
}

/// How many agents are listed for each kind of reason.
pub(crate) const EXAMPLES: usize = 3;

impl Round {
    /// Groups the assignments by the offers that they use, ordered by agent. Send one ACCEPT for
    /// each group.
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
    /// Adds a kind of reason that `agents` agents have.
    pub(crate) fn add(&mut self, agents: usize, examples: Vec<(String, Reason)>) {
        if let Some((_, reason)) = examples.first() {
            self.kinds.insert(reason.kind(), Refusal { agents, examples });
        }
    }
}

/// Writes one line for each kind of reason, the most frequent first.
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
