//! How much of each resource is used.

use std::collections::BTreeMap;

use foldhash::HashMap;

/// How much of each resource is used, in thousandths; of ports how many. What is not used is not in
/// it.
#[derive(Debug, Default)]
pub(crate) struct Usage(BTreeMap<String, i64>);

impl Usage {
    /// Adds what a task of a group uses.
    pub(crate) fn add_to(groups: &mut HashMap<String, Self>, group: &str, uses: &[(String, i64)]) {
        match groups.get_mut(group) {
            Some(usage) => usage.add(uses),
            None => groups.entry(group.to_owned()).or_default().add(uses),
        }
    }

    /// Subtracts it again.
    pub(crate) fn subtract_from(groups: &mut HashMap<String, Self>, group: &str, uses: &[(String, i64)]) {
        let Some(usage) = groups.get_mut(group) else { return };
        usage.subtract(uses);
        if usage.0.is_empty() {
            groups.remove(group);
        }
    }

    pub(crate) fn get(&self, name: &str) -> i64 {
        self.0.get(name).copied().unwrap_or(0)
    }

    pub(crate) fn add(&mut self, uses: &[(String, i64)]) {
        for (name, amount) in uses.iter().filter(|(_, amount)| *amount != 0) {
            match self.0.get_mut(name) {
                Some(sum) => *sum = sum.saturating_add(*amount),
                None => _ = self.0.insert(name.clone(), *amount),
            }
        }
    }

    pub(crate) fn subtract(&mut self, uses: &[(String, i64)]) {
        for (name, amount) in uses {
            if let Some(sum) = self.0.get_mut(name) {
                *sum = sum.saturating_sub(*amount);
            }
        }
        self.0.retain(|_, sum| *sum != 0);
    }
}
