//! Dominant resource fairness: who holds least is offered first.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use mesos_sdk::resources::Resources;

/// What roles and frameworks hold of the cluster.
#[derive(Debug, Default)]
pub(super) struct Shares {
    total: BTreeMap<String, f64>,
    roles: BTreeMap<String, Usage>,
    /// By role and framework.
    frameworks: BTreeMap<(String, String), Usage>,
}

#[derive(Debug, Default)]
struct Usage {
    quantities: BTreeMap<String, f64>,
    allocations: u64,
}

impl Shares {
    /// Counts the resources of an agent.
    pub(super) fn add_total(&mut self, resources: &Resources) {
        add(&mut self.total, resources);
    }

    /// Counts what a framework holds, allocated to roles.
    pub(super) fn add_held(&mut self, framework: &str, resources: &Resources) {
        for (role, resources) in resources.allocations() {
            self.frameworks.entry((role.clone(), framework.to_owned())).or_default().add(&resources);
            self.roles.entry(role).or_default().add(&resources);
        }
    }

    /// Compares two pairs of role and framework: first their roles, then they themselves.
    pub(super) fn compare(&self, left: (&str, &str), right: (&str, &str)) -> Ordering {
        let role = |role: &str| self.weight(self.roles.get(role));
        let framework = |(role, framework): (&str, &str)| {
            self.weight(self.frameworks.get(&(role.to_owned(), framework.to_owned())))
        };
        by_weight(role(left.0), role(right.0))
            .then_with(|| left.0.cmp(right.0))
            .then_with(|| by_weight(framework(left), framework(right)))
            .then_with(|| left.1.cmp(right.1))
    }

    /// Returns the largest share of any one resource, and the number of allocations to decide
    /// between equals.
    fn weight(&self, usage: Option<&Usage>) -> (f64, u64) {
        let Some(usage) = usage else { return (0.0, 0) };
        let quantities = usage.quantities.iter();
        let shares = quantities.filter_map(|(name, held)| self.total.get(name).map(|total| held / total));
        (shares.fold(0.0, f64::max), usage.allocations)
    }
}

impl Usage {
    fn add(&mut self, resources: &Resources) {
        add(&mut self.quantities, resources);
        self.allocations += 1;
    }
}

fn add(quantities: &mut BTreeMap<String, f64>, resources: &Resources) {
    for resource in resources {
        if let Some(scalar) = &resource.scalar {
            *quantities.entry(resource.name.clone()).or_default() += scalar.value;
        }
    }
}

fn by_weight(left: (f64, u64), right: (f64, u64)) -> Ordering {
    left.0.total_cmp(&right.0).then(left.1.cmp(&right.1))
}
