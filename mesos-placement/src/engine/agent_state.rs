//! An agent, as the engine sees it.

use mesos_sdk::proto::v1::OfferId;

use super::executors::Executors;
use super::pool::Pool;
use super::usage::Usage;
use crate::{Agent, Home, Reason, Settings};

/// An agent, what it still offers, and what runs there.
#[derive(Debug)]
pub(crate) struct AgentState {
    pub(crate) agent: Agent,
    pub(crate) pool: Pool,
    /// What the tasks that run there use, in thousandths.
    pub(crate) used: Usage,
    /// The numbers of the tasks that run there, in the order in which they came.
    pub(crate) tasks: Vec<u64>,
    /// Their executors.
    pub(crate) executors: Executors,
    /// How many tasks an exclusive task would not be alone with, and how many are exclusive
    /// themselves.
    pub(crate) counted_tasks: usize,
    pub(crate) exclusive_tasks: usize,
    /// Why it takes no task at all.
    pub(crate) closed: Vec<Reason>,
}

impl AgentState {
    pub(crate) fn new(agent: Agent, settings: &Settings) -> Self {
        let pool = Pool::of(&agent);
        let closed = closed(&agent, settings);
        Self {
            agent,
            pool,
            used: Usage::default(),
            tasks: Vec::new(),
            executors: Executors::default(),
            counted_tasks: 0,
            exclusive_tasks: 0,
            closed,
        }
    }

    /// Replaces what is known of the agent; the tasks that run there stay.
    pub(crate) fn update(&mut self, agent: Agent, settings: &Settings) {
        let fresh = Self::new(agent, settings);
        (self.agent, self.pool, self.closed) = (fresh.agent, fresh.pool, fresh.closed);
    }

    /// Removes these offers.
    pub(crate) fn remove_offers(&mut self, gone: &[OfferId]) {
        self.agent.offers.retain(|held| !gone.contains(&held.id));
        self.pool = Pool::of(&self.agent);
    }

    /// Returns whether it takes any task at all.
    pub(crate) fn is_open(&self) -> bool {
        self.is_offered() && self.closed.is_empty()
    }

    pub(crate) fn is_offered(&self) -> bool {
        !self.agent.offers.is_empty()
    }

    pub(crate) fn used(&self, name: &str) -> i64 {
        self.used.get(name)
    }

    /// Returns what the agent has in total: as stated, or the sum of what is left and what is used.
    pub(crate) fn total(&self, name: &str) -> i64 {
        let stated = self.agent.total.get(name).map(|total| total.thousandths());
        stated.unwrap_or_else(|| self.pool.all(name).saturating_add(self.used(name)))
    }

    /// Returns whether an executor runs there, or will soon.
    pub(crate) fn runs(&self, executor: &str) -> bool {
        self.agent.executors.contains(executor) || self.executors.runs(executor)
    }

    pub(crate) fn is_full(&self) -> bool {
        self.agent.max_tasks.is_some_and(|most| self.tasks.len() >= most)
    }
}

/// Returns why the agent takes no task at all.
fn closed(agent: &Agent, settings: &Settings) -> Vec<Reason> {
    let maintenance = settings.maintenance.zip(agent.unavailable).is_some_and(|(maintenance, planned)| {
        let begins = planned.start.saturating_sub(maintenance.margin);
        let ends = planned.duration.map(|duration| planned.start.saturating_add(duration));
        maintenance.now >= begins && ends.is_none_or(|ends| maintenance.now < ends)
    });
    let region = match (&settings.home, &agent.region) {
        (Some(Home::Region(home)), Some(region)) => home != region,
        (Some(Home::Unknown), Some(_)) => true,
        (None, _) | (_, None) => false,
    };
    let reasons = [(maintenance, Reason::Maintenance), (region, Reason::Region)];
    reasons.into_iter().filter_map(|(holds, reason)| holds.then_some(reason)).collect()
}
