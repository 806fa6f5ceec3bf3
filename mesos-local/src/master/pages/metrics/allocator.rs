//! Metrics of the allocator, except those about how long its work takes.

use std::collections::BTreeSet;

use mesos_sdk::proto::v1::Metric;
use mesos_sdk::resources::{ResourceQuantities, Resources, Scalar, roles};

use super::super::super::Master;
use super::super::super::framework::Framework;
use super::super::super::quotas::quantities;
use crate::pages::count;

/// The resources that are shown for the whole cluster.
const RESOURCES: [&str; 3] = ["cpus", "mem", "disk"];

impl Master {
    pub(super) fn allocator_metrics(&self) -> Vec<Metric> {
        let mut metrics = vec![
            count("allocator/event_queue_dispatches".to_owned(), 0),
            count("allocator/mesos/event_queue_dispatches".to_owned(), 0),
            count("allocator/mesos/allocation_runs".to_owned(), self.counters.allocations),
        ];
        metrics.extend(self.cluster_resources());
        metrics.extend(self.filters_and_shares());
        metrics.extend(self.quota_metrics());
        metrics
    }

    fn cluster_resources(&self) -> Vec<Metric> {
        let total: Resources = self.agents.values().map(|agent| &agent.total).sum();
        let held: Resources = self.agents.values().flat_map(|agent| agent.held.values()).sum();
        let resource = |name| {
            let metric = |what: &str, of: &Resources| {
                amount(&format!("resources/{name}/{what}"), of.scalar(name).unwrap_or_default())
            };
            [metric("total", &total), metric("offered_or_allocated", &held)]
        };
        RESOURCES.into_iter().flat_map(resource).collect()
    }

    fn filters_and_shares(&self) -> Vec<Metric> {
        let shares = self.shares();
        let known = self.known_roles();
        let filters = known.iter().map(|role| {
            let filters = self.frameworks.values().map(|framework| framework.filters.count(role));
            count(format!("allocator/mesos/offer_filters/roles/{role}/active"), filters.sum::<usize>() as u64)
        });
        let members: BTreeSet<_> = self.frameworks.values().flat_map(Framework::roles).collect();
        let dominant = members.iter().map(|role| {
            let is_above = known.iter().any(|other| roles::is_strict_subrole_of(other, role));
            let name = format!("allocator/mesos/roles/{role}/shares/dominant");
            Metric { name, value: Some(shares.dominant(role, is_above)) }
        });
        filters.chain(dominant).collect()
    }

    fn quota_metrics(&self) -> Vec<Metric> {
        let mut metrics = Vec::new();
        let total: Resources = self.agents.values().map(|agent| &agent.total).sum();
        let scalars = ResourceQuantities::from(&total.scalars());
        let is_scalar = |(name, _): &(&str, Scalar)| scalars.iter().any(|(other, _)| other == *name);
        let mut all = ResourceQuantities::default();
        for role in self.known_roles() {
            let consumed = self.consumed(&role);
            if roles::ancestors(&role).next().is_none() {
                all += &consumed;
            }
            metrics.extend(of_role(&role, "consumed", consumed.iter().filter(is_scalar)));
        }
        // The role above all others has no name.
        metrics.extend(of_role("", "consumed", all.iter().filter(is_scalar)));
        for (role, config) in self.roles.quotas.iter() {
            let guarantees = quantities(&config.guarantees);
            let held = self.held_in(role);
            let limited = config.limits.keys().map(String::as_str);
            let names: BTreeSet<_> = guarantees.iter().map(|(name, _)| name).chain(limited).collect();
            metrics.extend(names.into_iter().map(|name| {
                amount(&format!("quota/roles/{role}/resources/{name}/offered_or_allocated"), held.get(name))
            }));
            metrics.extend(of_role(role, "guarantee", guarantees.iter()));
            let limits = config.limits.iter().map(|(name, limit)| (name.as_str(), Scalar::from(*limit)));
            metrics.extend(of_role(role, "limit", limits));
        }
        metrics
    }

    /// Returns what the frameworks of a role, and of those below it, hold and are offered.
    fn held_in(&self, role: &str) -> ResourceQuantities {
        let held: Resources = self.agents.values().flat_map(|agent| agent.held.values()).sum();
        ResourceQuantities::from(&held.allocated_to_subtree(role))
    }
}

fn of_role<'a>(role: &str, what: &str, amounts: impl Iterator<Item = (&'a str, Scalar)>) -> Vec<Metric> {
    amounts
        .map(|(name, value)| amount(&format!("quota/roles/{role}/resources/{name}/{what}"), value))
        .collect()
}

fn amount(name: &str, value: Scalar) -> Metric {
    Metric { name: format!("allocator/mesos/{name}"), value: Some(value.as_f64()) }
}
