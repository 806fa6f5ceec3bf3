//! Who is offered what.

use std::collections::BTreeMap;

use mesos_sdk::proto::v1::framework_info::capability::Type as Capability;
use mesos_sdk::proto::v1::value::Type;
use mesos_sdk::proto::v1::{Offer, Resource};
use mesos_sdk::resources::{Resources, Scalar};
use mesos_sdk::validation::{MIN_CPUS, MIN_MEM, has_capability};

use super::agent::Agent;
use super::drf::Shares;
use super::framework::Framework;
use super::limits::ALLOCATION_INTERVAL;
use super::{Master, event};

impl Master {
    /// Offers what is free, every second and whenever something new is there to offer or to be offered to.
    pub(super) fn allocate(&mut self) {
        let is_due = self.now >= self.next_allocation;
        if is_due {
            self.next_allocation = self.now + ALLOCATION_INTERVAL;
        }
        let is_wanted = std::mem::take(&mut self.allocate_now) || is_due;
        if !is_wanted || !self.frameworks.values().any(Framework::is_connected) {
            return;
        }
        let mut sent: BTreeMap<String, Vec<Offer>> = BTreeMap::new();
        let (mut shares, mut room) = (self.shares(), self.room());
        let agents: Vec<_> =
            self.agents.values().filter(|agent| self.takes_part(agent)).map(Agent::agent_id).collect();
        for agent in agents {
            for (role, framework) in self.takers(&shares) {
                let Some(room) = room.get_mut(&framework).filter(|room| **room > 0) else { continue };
                let Some(resources) = self.offerable(&agent.value, &role, &framework) else { continue };
                *room -= 1;
                shares.add_held(&framework, &resources);
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

    /// How many more offers each framework may hold.
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

    /// Pairs of role and framework that want offers, the one that holds least first.
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

    /// What this agent has for the framework in this role: allocated to the role, and worth an offer.
    fn offerable(&self, agent: &str, role: &str, framework: &str) -> Option<Resources> {
        let agent = self.agents.get(agent)?;
        let framework = self.frameworks.get(framework)?;
        if !may_use(framework, agent) || framework.constraints.exclude(role, &agent.info) {
            return None;
        }
        let available = agent.available.allocatable_to(role);
        let available = available.filter(|resource| can_handle(framework, resource));
        // In the order of Mesos: plain scalars come last.
        let mut offered = available.filter(|resource| !is_plain_scalar(resource));
        offered += available.filter(is_plain_scalar);
        if !is_allocatable(&offered) || framework.filters.apply(role, agent.id(), &offered) {
            return None;
        }
        offered.allocate(role);
        Some(offered)
    }
}

/// Agents with GPUs are for frameworks that know what to do with them.
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

/// Whether there is enough for a task to be worth an offer.
fn is_allocatable(resources: &Resources) -> bool {
    resources.cpus() >= Scalar::new(MIN_CPUS) || resources.mem() >= Scalar::new(MIN_MEM)
}
