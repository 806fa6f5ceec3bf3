//! `/roles`: roles with frameworks, reservations, weights or quotas, and those above them.

use std::collections::BTreeSet;

use mesos_sdk::resources::{ResourceQuantities, Resources, Scalar, roles};
use serde_json::{Value, json};

use super::super::Master;
use super::super::framework::Framework;
use crate::pages::number;

/// What a role and those below it have of all agents.
struct Breakdown {
    allocated: ResourceQuantities,
    offered: ResourceQuantities,
    reserved: ResourceQuantities,
    /// What counts against the quota.
    consumed: ResourceQuantities,
}

impl Master {
    pub(super) fn roles_page(&self) -> Value {
        let names = self.known_roles();
        json!({"roles": names.iter().map(|name| self.role_state(name)).collect::<Vec<_>>()})
    }

    /// Returns all roles that something is known of.
    pub(in super::super) fn known_roles(&self) -> BTreeSet<String> {
        let reserved = self.agents.values().flat_map(|agent| agent.total.reservations().into_keys());
        let set = self.roles.names().map(str::to_owned);
        let named: BTreeSet<_> =
            self.frameworks.values().flat_map(Framework::roles).chain(reserved).chain(set).collect();
        let above: Vec<_> = named.iter().flat_map(|role| roles::ancestors(role)).map(str::to_owned).collect();
        named.into_iter().chain(above).collect()
    }

    fn role_state(&self, name: &str) -> Value {
        let Breakdown { allocated, offered, reserved, consumed } = self.breakdown(name);
        let quota = self.roles.quotas.of(name);
        let members = self.frameworks.values().filter(|framework| framework.roles().contains(name));
        json!({
            "name": name,
            "weight": number(self.roles.weight(name)),
            "quota": {
                "role": name,
                "guarantee": quota.iter().flat_map(|quota| &quota.guarantees).map(value).collect::<Value>(),
                "limit": quota.iter().flat_map(|quota| &quota.limits).map(value).collect::<Value>(),
                "consumed": quantities(&consumed),
            },
            "resources": quantities(&(allocated.clone() + &offered)),
            "allocated": quantities(&allocated),
            "offered": quantities(&offered),
            "reserved": quantities(&reserved),
            "frameworks": members.map(Framework::id).collect::<Vec<_>>(),
        })
    }

    fn breakdown(&self, role: &str) -> Breakdown {
        let on_offer = self.offered();
        let (mut used, mut offered, mut reserved, mut reserved_and_used) =
            <(Resources, Resources, Resources, Resources)>::default();
        for agent in self.agents.values() {
            let offers = on_offer.get(agent.id()).cloned().unwrap_or_default();
            let held = agent.held.values().sum::<Resources>() - &offers;
            reserved += agent.total.reserved_to_subtree(role);
            reserved_and_used += held.reserved_to_subtree(role);
            used += held.allocated_to_subtree(role);
            offered += offers.allocated_to_subtree(role);
        }
        let of = |resources: &Resources| ResourceQuantities::from(resources);
        let (allocated, reserved) = (of(&used), of(&reserved));
        let consumed = reserved.clone() - &of(&reserved_and_used) + &allocated;
        Breakdown { allocated, offered: of(&offered), reserved, consumed }
    }
}

fn quantities(quantities: &ResourceQuantities) -> Value {
    quantities.iter().map(|(name, amount)| (name.to_owned(), json!(Scalar::as_f64(amount)))).collect()
}

fn value((name, amount): (&String, &mesos_sdk::proto::v1::value::Scalar)) -> (String, Value) {
    (name.clone(), json!(amount.value))
}
