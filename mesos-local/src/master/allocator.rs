//! The allocator, which decides who is offered what.

use std::collections::BTreeMap;

use mesos_sdk::proto::v1::framework_info::capability::Type as Capability;
use mesos_sdk::proto::v1::value::Type;
use mesos_sdk::proto::v1::{Offer, Resource};
use mesos_sdk::resources::{ResourceQuantities, Resources, Scalar};
use mesos_sdk::validation::{MIN_CPUS, MIN_MEM, has_capability};

use super::agent::{Agent, unallocated};
use super::drf::Shares;
use super::framework::Framework;
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
        let mut sent: BTreeMap<String, Vec<Offer>> = BTreeMap::new();
        let (mut shares, mut room) = (self.shares(), self.room());
        let mut agents: Vec<_> =
            self.agents.values().filter(|agent| self.takes_part(agent)).map(Agent::agent_id).collect();
        // As in Mesos, so that frameworks do not rely on an order.
        self.order.shuffle(&mut agents);
        for agent in agents {
            // Each round offers a shared volume once.
            let mut offered_volumes = Resources::new();
            for (role, framework) in self.takers(&shares) {
                let Some(room) = room.get_mut(&framework).filter(|room| **room > 0) else { continue };
                let Some(resources) = self.offerable(&agent.value, (&role, &framework), &offered_volumes)
                else {
                    continue;
                };
                *room -= 1;
                shares.add_held(&framework, &resources);
                offered_volumes += unallocated(&resources.shared());
                sent.entry(framework.clone())
                    .or_default()
                    .extend(self.offer(&agent, &role, &framework, resources));
            }
        }
        for (framework, offers) in sent {
            self.send(&framework, event::offers(offers));
        }
        self.invert();
    }

    fn shares(&self) -> Shares {
        let mut shares = Shares::default();
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
    /// worth an offer. `taken` are the shared volumes that this round has offered.
    fn offerable(
        &self,
        agent: &str,
        (role, framework): (&str, &str),
        taken: &Resources,
    ) -> Option<Resources> {
        let agent = self.agents.get(agent)?;
        let framework = self.frameworks.get(framework)?;
        if !may_use(framework, agent) || framework.constraints.exclude(role, &agent.info) {
            return None;
        }
        let available = agent.available().allocatable_to(role) - taken;
        let available = available.filter(|resource| can_handle(framework, resource));
        // In the order of Mesos: plain scalars come last.
        let mut offered = available.filter(|resource| !is_plain_scalar(resource));
        offered += available.filter(is_plain_scalar);
        if !framework.finds_allocatable(role, &offered) || framework.filters.apply(role, agent.id(), &offered)
        {
            return None;
        }
        offered.allocate(role);
        Some(offered)
    }
}

/// Returns whether the framework may use the agent. Agents with GPUs are reserved for frameworks
/// that can use them.
fn may_use(framework: &Framework, agent: &Agent) -> bool {
    agent.total.gpus() == Scalar::default() || has_capability(&framework.info, Capability::GpuResources)
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
