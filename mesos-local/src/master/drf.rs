//! Dominant resource fairness: who holds least for their weight is offered first.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use mesos_sdk::resources::{Resources, roles};

/// What roles and frameworks hold of the cluster.
#[derive(Debug)]
pub(super) struct Shares {
    total: BTreeMap<String, f64>,
    weights: BTreeMap<String, f64>,
    roles: BTreeMap<Node, Usage>,
    /// By role and framework.
    frameworks: BTreeMap<(String, String), Usage>,
}

/// Roles that share with their siblings.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    /// A role that has roles below it, without these.
    Itself(String),
    /// A role and all roles below it.
    Subtree(String),
}

#[derive(Debug, Default)]
struct Usage {
    quantities: BTreeMap<String, f64>,
    allocations: u64,
}

impl Shares {
    pub(super) fn new(weights: BTreeMap<String, f64>) -> Self {
        Self { total: BTreeMap::new(), weights, roles: BTreeMap::new(), frameworks: BTreeMap::new() }
    }

    /// Counts the resources of an agent.
    pub(super) fn add_total(&mut self, resources: &Resources) {
        add(&mut self.total, resources);
    }

    /// Counts what a framework holds, allocated to roles.
    pub(super) fn add_held(&mut self, framework: &str, resources: &Resources) {
        for (role, resources) in resources.allocations() {
            self.frameworks.entry((role.clone(), framework.to_owned())).or_default().add(&resources);
            for above in roles::ancestors(&role) {
                self.roles.entry(Node::Subtree(above.to_owned())).or_default().add(&resources);
            }
            self.roles.entry(Node::Subtree(role.clone())).or_default().add(&resources);
            self.roles.entry(Node::Itself(role)).or_default().add(&resources);
        }
    }

    /// Returns the largest share of any one resource that a role holds, for its weight. `is_above`
    /// if other roles are below it, which do not count.
    pub(super) fn dominant(&self, role: &str, is_above: bool) -> f64 {
        let role = role.to_owned();
        self.of_role(&if is_above { Node::Itself(role) } else { Node::Subtree(role) }).0
    }

    /// Compares two pairs of role and framework: first their roles, then they themselves.
    pub(super) fn compare(&self, left: (&str, &str), right: (&str, &str)) -> Ordering {
        self.compare_roles(left.0, right.0)
            .then_with(|| by_share(self.of_framework(left), self.of_framework(right)))
            .then_with(|| left.1.cmp(right.1))
    }

    /// Compares two roles, as what they belong to on the first level where they differ.
    fn compare_roles(&self, left: &str, right: &str) -> Ordering {
        if left == right {
            return Ordering::Equal;
        }
        let (left, right) = (Node::beside(left, right), Node::beside(right, left));
        by_share(self.of_role(&left), self.of_role(&right)).then_with(|| left.cmp(&right))
    }

    fn of_role(&self, node: &Node) -> (f64, u64) {
        let (share, allocations) = self.share(self.roles.get(node));
        let weight = match node {
            Node::Subtree(role) => self.weights.get(role).copied().unwrap_or(1.0),
            Node::Itself(_) => 1.0,
        };
        (share / weight, allocations)
    }

    fn of_framework(&self, (role, framework): (&str, &str)) -> (f64, u64) {
        self.share(self.frameworks.get(&(role.to_owned(), framework.to_owned())))
    }

    /// Returns the largest share of any one resource, and the number of allocations to decide
    /// between equals.
    fn share(&self, usage: Option<&Usage>) -> (f64, u64) {
        let Some(usage) = usage else { return (0.0, 0) };
        let quantities = usage.quantities.iter();
        let shares = quantities.filter_map(|(name, held)| self.total.get(name).map(|total| held / total));
        (shares.fold(0.0, f64::max), usage.allocations)
    }
}

impl Node {
    /// Returns what the role belongs to on the first level where it differs from the other one.
    fn beside(role: &str, other: &str) -> Self {
        let nodes = std::iter::once(role).chain(roles::ancestors(role));
        let own = nodes.filter(|node| *node != other && !roles::is_strict_subrole_of(other, node));
        match own.last() {
            Some(node) => Self::Subtree(node.to_owned()),
            None => Self::Itself(role.to_owned()),
        }
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

fn by_share(left: (f64, u64), right: (f64, u64)) -> Ordering {
    left.0.total_cmp(&right.0).then(left.1.cmp(&right.1))
}
