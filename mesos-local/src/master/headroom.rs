//! What the quotas of roles leave for each of them in one round of offers.
//!
//! As in Mesos, guarantees are given first, and then everything else, of which so much is held back
//! as the guarantees still need. Reserved resources, ports and revocable resources are never held
//! back.

use std::collections::BTreeMap;

use mesos_sdk::resources::{ResourceLimits, ResourceQuantities, Resources};

use super::Master;
use super::agent::Agent;
use super::quotas::{limits, quantities};

/// Which resources are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Those of agents that help a role to its guarantee.
    Guarantees,
    /// What is left.
    Rest,
}

/// The quotas and what is left of them.
#[derive(Debug)]
pub(super) struct Headroom {
    quotas: BTreeMap<String, Quota>,
    /// What nobody holds, and is neither reserved nor revocable.
    available: ResourceQuantities,
}

#[derive(Debug)]
struct Quota {
    guarantees: ResourceQuantities,
    limits: ResourceLimits,
    consumed: ResourceQuantities,
}

impl Master {
    /// Returns the quotas as this round begins.
    pub(super) fn headroom(&self) -> Headroom {
        let quotas = self.roles.quotas.iter().map(|(role, config)| {
            let quota = Quota {
                guarantees: quantities(&config.guarantees),
                limits: limits(&config.limits),
                consumed: self.offered_or_consumed(role),
            };
            (role.clone(), quota)
        });
        let quotas: BTreeMap<_, _> = quotas.collect();
        let mut available = ResourceQuantities::default();
        // Without quotas nothing is held back.
        let agents = self.agents.values().filter(|_| !quotas.is_empty());
        agents.map(unused).for_each(|unused| available += &unused);
        Headroom { quotas, available }
    }
}

fn unused(agent: &Agent) -> ResourceQuantities {
    ResourceQuantities::from(&agent.available().scalars().unreserved().non_revocable())
}

impl Headroom {
    /// Returns the stages of a round.
    pub(super) fn stages(&self) -> &'static [Stage] {
        match self.quotas.values().all(|quota| quota.guarantees.is_empty()) {
            true => &[Stage::Rest],
            false => &[Stage::Guarantees, Stage::Rest],
        }
    }

    /// Returns what a role may get of an agent's unreserved amounts, `None` if it gets nothing of
    /// the agent in this stage.
    pub(super) fn grant(&self, role: &str, amounts: &Resources, stage: Stage) -> Option<Resources> {
        let quota = self.quotas.get(role);
        let guaranteed = match stage {
            Stage::Guarantees => {
                Some(amounts.shrink_to(&quota?.missing())).filter(|some| !some.is_empty())?
            }
            Stage::Rest => Resources::new(),
        };
        let mut rest = amounts.clone() - &guaranteed;
        if let Some(quota) = quota {
            let taken = ResourceQuantities::from(&guaranteed);
            rest = rest.shrink_to_limits(&(quota.limits.clone() - &quota.consumed - &taken));
        }
        let required = self.required();
        if !required.is_empty() {
            rest = rest.shrink_to(&(self.available.clone() - &required));
        }
        Some(guaranteed + rest)
    }

    /// Counts what a role gets.
    pub(super) fn take(&mut self, role: &str, amounts: &Resources) {
        let amounts = ResourceQuantities::from(amounts);
        if let Some(quota) = self.quotas.get_mut(role) {
            quota.consumed += &amounts;
        }
        self.available -= &amounts;
    }

    /// Returns what all guarantees still need.
    fn required(&self) -> ResourceQuantities {
        let mut required = ResourceQuantities::default();
        self.quotas.values().for_each(|quota| required += &quota.missing());
        required
    }
}

impl Quota {
    fn missing(&self) -> ResourceQuantities {
        self.guarantees.clone() - &self.consumed
    }
}
