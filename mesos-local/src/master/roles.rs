//! Weights and quotas of roles: kept and told, but not heeded by the allocator.

use std::collections::{BTreeMap, BTreeSet};

use mesos_sdk::proto::v1::WeightInfo;
use mesos_sdk::proto::v1::quota::{QuotaConfig, QuotaStatus};
use mesos_sdk::proto::v1::value::Scalar;
use mesos_sdk::validation::role;

/// What operators have set.
#[derive(Debug, Default)]
pub(super) struct Roles {
    weights: BTreeMap<String, f64>,
    quotas: BTreeMap<String, QuotaConfig>,
}

impl Roles {
    /// All roles of which something was set.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let names: BTreeSet<_> = self.weights.keys().chain(self.quotas.keys()).map(String::as_str).collect();
        names.into_iter()
    }

    /// 1 unless it was set.
    pub(super) fn weight(&self, role: &str) -> f64 {
        self.weights.get(role).copied().unwrap_or(1.0)
    }

    pub(super) fn weights(&self) -> Vec<WeightInfo> {
        let weights = self.weights.iter();
        weights.map(|(role, weight)| WeightInfo { role: Some(role.clone()), weight: *weight }).collect()
    }

    /// Sets all of these weights, or none.
    pub(super) fn set_weights(&mut self, weights: &[WeightInfo]) -> Result<(), String> {
        for weight in weights {
            let name = weight.role();
            role(name).map_err(|reason| format!("Invalid role '{name}': {reason}"))?;
            if weight.weight <= 0.0 {
                return Err(format!(
                    "Invalid weight '{}' for role '{name}': Weights must be positive",
                    weight.weight
                ));
            }
        }
        self.weights.extend(weights.iter().map(|weight| (weight.role().to_owned(), weight.weight)));
        Ok(())
    }

    #[expect(deprecated, reason = "the older form is told, too, and is empty")]
    pub(super) fn quotas(&self) -> QuotaStatus {
        QuotaStatus { infos: Vec::new(), configs: self.quotas.values().cloned().collect() }
    }

    /// Sets all of these quotas, or none.
    pub(super) fn set_quotas(&mut self, configs: &[QuotaConfig]) -> Result<(), String> {
        for config in configs {
            validate(config).map_err(|reason| format!("Invalid QuotaConfig: {reason}"))?;
        }
        self.quotas.extend(configs.iter().map(|config| (config.role.clone(), config.clone())));
        Ok(())
    }
}

fn validate(config: &QuotaConfig) -> Result<(), String> {
    let name = &config.role;
    role(name).map_err(|reason| format!("Invalid 'QuotaConfig.role': {reason}"))?;
    if name == "*" {
        return Err(
            "Invalid 'QuotaConfig.role': setting quota for the default '*' role is not supported".to_owned()
        );
    }
    let above = config.guarantees.iter().any(|(resource, guarantee)| {
        config.limits.get(resource).is_some_and(|limit| guarantee.value > limit.value)
    });
    match above {
        true => Err(format!(
            "'QuotaConfig.guarantees' {} is not contained within the 'QuotaConfig.limits' {}",
            quantities(&config.guarantees),
            quantities(&config.limits)
        )),
        false => Ok(()),
    }
}

fn quantities(quantities: &BTreeMap<String, Scalar>) -> String {
    let each: Vec<_> = quantities.iter().map(|(name, scalar)| format!("{name}: {}", scalar.value)).collect();
    format!("{{ {} }}", each.join(", "))
}
