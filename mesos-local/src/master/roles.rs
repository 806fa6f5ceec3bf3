//! Operators' settings for roles.

use std::collections::{BTreeMap, BTreeSet};

use mesos_sdk::proto::v1::WeightInfo;
use mesos_sdk::validation::role;

use super::quotas::Quotas;

/// The settings of all roles.
#[derive(Debug, Default)]
pub(super) struct Roles {
    weights: BTreeMap<String, f64>,
    pub(super) quotas: Quotas,
}

impl Roles {
    /// Returns all roles with a setting.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let names: BTreeSet<_> = self.weights.keys().map(String::as_str).chain(self.quotas.roles()).collect();
        names.into_iter()
    }

    /// Returns the weight of a role, which is 1 by default.
    pub(super) fn weight(&self, role: &str) -> f64 {
        self.weights.get(role).copied().unwrap_or(1.0)
    }

    pub(super) fn weights(&self) -> Vec<WeightInfo> {
        let weights = self.weights.iter();
        weights.map(|(role, weight)| WeightInfo { role: Some(role.clone()), weight: *weight }).collect()
    }

    /// Returns the weights that were set, by role.
    pub(super) fn weights_by_role(&self) -> BTreeMap<String, f64> {
        self.weights.clone()
    }

    /// Sets all of these weights, or none.
    pub(super) fn set_weights(&mut self, weights: &[WeightInfo]) -> Result<(), String> {
        for weight in weights {
            let name = trimmed(weight);
            role(name).map_err(|reason| {
                format!("Failed to validate update weights request JSON: Invalid role '{name}': {reason}")
            })?;
            if weight.weight <= 0.0 {
                return Err(format!(
                    "Failed to validate update weights request JSON for role '{name}': Invalid weight '{}': Weights \
                     must be positive",
                    weight.weight
                ));
            }
        }
        self.weights.extend(weights.iter().map(|weight| (trimmed(weight).to_owned(), weight.weight)));
        Ok(())
    }
}

/// Returns the role without surrounding white space, which Mesos strips here.
fn trimmed(weight: &WeightInfo) -> &str {
    weight.role().trim_matches([' ', '\t', '\n', '\r'])
}
