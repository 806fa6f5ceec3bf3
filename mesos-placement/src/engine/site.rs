//! A place: an agent, as the engine sees it.

use mesos_sdk::proto::v1::OfferId;

use super::executors::Executors;
use super::pool::Pool;
use super::usage::Usage;
use crate::{Agent, Home, Reason, Settings};

/// An agent, with what is there.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) agent: Agent,
    pub(crate) pool: Pool,
    /// What the tasks that run there use, in thousandths.
    pub(crate) used: Usage,
    /// The tasks that are there, in the order in which they came.
    pub(crate) tenants: Vec<u64>,
    /// Their executors.
    pub(crate) executors: Executors,
    /// How many of them count for tasks that want to be alone, and how many want that themselves.
    pub(crate) company: usize,
    pub(crate) loners: usize,
    /// Why it takes no task at all.
    pub(crate) closed: Vec<Reason>,
}

impl Site {
    pub(crate) fn new(agent: Agent, settings: &Settings) -> Self {
        let pool = Pool::of(&agent);
        let closed = closed(&agent, settings);
        Self {
            agent,
            pool,
            used: Usage::default(),
            tenants: Vec::new(),
            executors: Executors::default(),
            company: 0,
            loners: 0,
            closed,
        }
    }

    /// Takes over what is known of the agent now; what runs there stays.
    pub(crate) fn update(&mut self, agent: Agent, settings: &Settings) {
        let fresh = Self::new(agent, settings);
        (self.agent, self.pool, self.closed) = (fresh.agent, fresh.pool, fresh.closed);
    }

    /// Drops these offers.
    pub(crate) fn drop_offers(&mut self, gone: &[OfferId]) {
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
        self.agent.max_tasks.is_some_and(|most| self.tenants.len() >= most)
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
