//! The allocator, which decides who is offered what.

use std::collections::BTreeMap;

use mesos_sdk::proto::v1::framework_info::capability::Type as Capability;
use mesos_sdk::proto::v1::value::Type;
use mesos_sdk::proto::v1::{AgentId, Offer, Resource};
use mesos_sdk::resources::{ResourceQuantities, Resources, Scalar};
use mesos_sdk::validation::{MIN_CPUS, MIN_MEM, has_capability};

use super::agent::{Agent, unallocated};
use super::drf::Shares;
use super::framework::Framework;
use super::headroom::{Headroom, Stage};
use super::limits::ALLOCATION_INTERVAL;
use super::quotas::quantities;
use super::{Master, event};

impl Master {
    /// Offers what is free: every second, and whenever there are new resources or new takers.
    pub(super) fn allocate(&mut self) {
        let is_due = self.now >= self.next_allocation;
        if is_due {
            self.next_allocation = self.now.saturating_add(ALLOCATION_INTERVAL);
        }
        let is_wanted = std::mem::take(&mut self.allocate_now) || is_due;
        if !is_wanted || !self.frameworks.values().any(Framework::is_connected) {
            return;
        }
        self.counters.allocations += 1;
        let mut agents: Vec<_> =
            self.agents.values().filter(|agent| self.takes_part(agent)).map(Agent::agent_id).collect();
        let mut round = Round {
            shares: self.shares(),
            room: self.room(),
            headroom: self.headroom(),
            offered_volumes: BTreeMap::new(),
            offers: BTreeMap::new(),
        };
        for stage in round.headroom.stages() {
            // As in Mesos, so that frameworks do not rely on an order.
            self.order.shuffle(&mut agents);
            for agent in &agents {
                self.allocate_agent(agent, *stage, &mut round);
            }
        }
        for (framework, offers) in round.offers {
            self.send(&framework, event::offers(offers));
        }
        self.invert();
    }

    fn allocate_agent(&mut self, agent: &AgentId, stage: Stage, round: &mut Round) {
        for (role, framework) in self.takers(&round.shares) {
            if round.room.get(&framework).is_none_or(|room| *room == 0) {
                continue;
            }
            let Some((resources, counted)) = self.offerable(agent, (&role, &framework), stage, round) else {
                continue;
            };
            round.count(agent, (&role, &framework), (&resources, &counted));
            let offer = self.offer(agent, &role, &framework, resources);
            round.offers.entry(framework).or_default().extend(offer);
        }
    }

    /// Returns whether the framework may use the agent. Agents with GPUs, and those of other
    /// regions, are reserved for frameworks that can use them.
    fn may_use(&self, framework: &Framework, agent: &Agent) -> bool {
        let has = |capability| has_capability(&framework.info, capability);
        (agent.total.gpus() == Scalar::default() || has(Capability::GpuResources))
            && (!self.is_remote(&agent.info) || has(Capability::RegionAware))
    }

    pub(super) fn shares(&self) -> Shares {
        let mut shares = Shares::new(self.roles.weights_by_role());
        for agent in self.agents.values() {
            shares.add_total(&agent.total);
            for (framework, held) in &agent.held {
                shares.add_held(framework, held);
            }
        }
        shares
    }

    /// Returns how many more offers each framework may hold.
    fn room(&self) -> BTreeMap<String, usize> {
        let mut room: BTreeMap<_, _> =
            self.frameworks.keys().map(|id| (id.clone(), self.config.max_offers)).collect();
        for offer in self.offers.values() {
            if let Some(room) = room.get_mut(&offer.framework_id.value) {
                *room = room.saturating_sub(1);
            }
        }
        room
    }

    /// Returns the pairs of role and framework that want offers, the one that holds least first.
    fn takers(&self, shares: &Shares) -> Vec<(String, String)> {
        let connected = self.frameworks.values().filter(|framework| framework.is_connected());
        let mut takers: Vec<_> = connected
            .flat_map(|framework| {
                let roles = framework.roles().into_iter();
                let wanted = roles.filter(|role| !framework.suppressed.contains(role));
                wanted.map(|role| (role, framework.id().to_owned()))
            })
            .collect();
        takers.sort_by(|left, right| shares.compare((&left.0, &left.1), (&right.0, &right.1)));
        takers
    }

    /// Returns what this agent has for the framework in this role, allocated to the role, if it is
    /// worth an offer, and what of it counts towards quotas.
    fn offerable(
        &self,
        agent: &AgentId,
        (role, framework): (&str, &str),
        stage: Stage,
        round: &Round,
    ) -> Option<(Resources, Resources)> {
        let agent = self.agents.get(&agent.value)?;
        let framework = self.frameworks.get(framework)?;
        if !self.may_use(framework, agent) || framework.constraints.exclude(role, &agent.info) {
            return None;
        }
        let mut available = agent.available().allocatable_to(role);
        available -= round.offered_volumes.get(agent.id()).unwrap_or(&Resources::new());
        let available = available.filter(|resource| can_handle(framework, resource));
        let counted = round.headroom.grant(role, &available.filter(is_plain_scalar), stage)?;
        // In the order of Mesos: plain scalars come last.
        let mut offered = available.filter(|resource| !is_plain_scalar(resource));
        offered += &counted;
        if !framework.finds_allocatable(role, &offered) || framework.filters.apply(role, agent.id(), &offered)
        {
            return None;
        }
        offered.allocate(role);
        Some((offered, counted))
    }
}

/// What one round of offers has given to whom.
struct Round {
    shares: Shares,
    /// By framework: how many more offers it may hold.
    room: BTreeMap<String, usize>,
    headroom: Headroom,
    /// By agent: the shared volumes that were offered, each of them once.
    offered_volumes: BTreeMap<String, Resources>,
    offers: BTreeMap<String, Vec<Offer>>,
}

impl Round {
    /// Counts resources that are offered. Of them, `counted` counts towards quotas.
    fn count(
        &mut self,
        agent: &AgentId,
        (role, framework): (&str, &str),
        (resources, counted): (&Resources, &Resources),
    ) {
        if let Some(room) = self.room.get_mut(framework) {
            *room = room.saturating_sub(1);
        }
        self.shares.add_held(framework, resources);
        self.headroom.take(role, counted);
        *self.offered_volumes.entry(agent.value.clone()).or_default() += unallocated(&resources.shared());
    }
}

fn can_handle(framework: &Framework, resource: &Resource) -> bool {
    let has = |capability| has_capability(&framework.info, capability);
    (resource.shared.is_none() || has(Capability::SharedResources))
        && (resource.revocable.is_none() || has(Capability::RevocableResources))
        && (resource.reservations.len() < 2 || has(Capability::ReservationRefinement))
}

fn is_plain_scalar(resource: &Resource) -> bool {
    resource.r#type() == Type::Scalar && resource.reservations.is_empty() && resource.revocable.is_none()
}

impl Framework {
    /// Returns whether the resources are worth an offer: enough for a task, or for the minimum that
    /// the framework has set.
    fn finds_allocatable(&self, role: &str, resources: &Resources) -> bool {
        let filters = self.info.offer_filters.get(role);
        match filters.and_then(|filters| filters.min_allocatable_resources.as_ref()) {
            _ if resources.is_empty() => false,
            None => resources.cpus() >= Scalar::new(MIN_CPUS) || resources.mem() >= Scalar::new(MIN_MEM),
            Some(minimum) => {
                let available = ResourceQuantities::from(resources);
                let mut wanted = minimum.quantities.iter().map(|wanted| quantities(&wanted.quantities));
                minimum.quantities.is_empty() || wanted.any(|wanted| available.contains(&wanted))
            }
        }
    }
}
