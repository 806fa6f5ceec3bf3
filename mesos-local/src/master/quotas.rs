//! Quotas of roles, which operators set and read.

use std::collections::{BTreeMap, BTreeSet};

use mesos_sdk::proto::v1::quota::{QuotaConfig, QuotaInfo, QuotaRequest, QuotaStatus};
use mesos_sdk::proto::v1::value::{Scalar, Type};
use mesos_sdk::proto::v1::{Resource, master::call::UpdateQuota};
use mesos_sdk::resources::{ResourceLimits, ResourceQuantities, Resources, Scalar as Amount};
use mesos_sdk::validation::{self, role, well_formed};

use super::{CallResponse, Master};

/// The quotas that operators have set, by role.
#[derive(Debug, Default)]
pub(super) struct Quotas(BTreeMap<String, QuotaConfig>);

impl Master {
    /// Sets all of these quotas, or none.
    pub(super) fn update_quota(&mut self, update: &UpdateQuota) -> Result<(), String> {
        for config in &update.quota_configs {
            refuse_nested("Updating", &config.role)?;
            validate(config).map_err(|reason| format!("Invalid QuotaConfig: {reason}"))?;
        }
        if update.force != Some(true) {
            update.quota_configs.iter().try_for_each(|config| self.check_consumed(config))?;
        }
        let quotas = self.roles.quotas.with(update.quota_configs.iter().cloned());
        if let Some((total, capacity)) = self.overcommitted(&quotas).filter(|_| update.force != Some(true)) {
            return Err(format!(
                "Invalid QuotaConfig: total quota guarantees '{total}' exceed cluster capacity '{capacity}' (use \
                 'force' flag to bypass this check)"
            ));
        }
        self.roles.quotas = quotas;
        update.quota_configs.iter().for_each(|config| self.rebalance_quota(config));
        Ok(())
    }

    /// Sets a quota in the older way: the guarantee is the limit, and a role's quota can only be
    /// set once.
    pub(super) fn set_quota(&mut self, request: &QuotaRequest) -> CallResponse {
        if let Err(reason) = self.check_request(request) {
            return CallResponse::BadRequest(reason);
        }
        let amounts = amounts(request);
        let role = request.role().to_owned();
        let guarantees = quantities(&amounts);
        let config = QuotaConfig { role, guarantees: amounts.clone(), limits: amounts };
        let countable = validate(&config);
        let quotas = self.roles.quotas.with([config]);
        if let Some((total, capacity)) = self.overcommitted(&quotas).filter(|_| request.force != Some(true)) {
            return CallResponse::Conflict(format!(
                "Quota guarantees overcommit the cluster (use 'force' to bypass this check): Total quota \
                 guarantees '{total}' exceed cluster capacity '{capacity}'"
            ));
        }
        // A real master crashes when `force` lets such amounts through.
        if let Err(reason) = countable {
            return CallResponse::BadRequest(reason);
        }
        self.roles.quotas = quotas;
        self.rebalance_guarantee(request.role(), &guarantees);
        CallResponse::Ok
    }

    fn check_request(&self, request: &QuotaRequest) -> Result<(), String> {
        let invalid = |reason: String| format!("Failed to validate set quota request: {reason}");
        well_formed(&request.guarantee)
            .map_err(|reason| invalid(format!("QuotaInfo with invalid resource: {reason}")))?;
        validate_request(request).map_err(invalid)?;
        if self.roles.quotas.0.contains_key(request.role()) {
            let role = request.role();
            return Err(invalid(format!("Cannot set quota for role '{role}' which already has quota")));
        }
        self.check_parent(request).map_err(invalid)?;
        refuse_nested("Setting", request.role())
    }

    /// Checks that a role's guarantee fits into that of its parent role.
    fn check_parent(&self, request: &QuotaRequest) -> Result<(), String> {
        let Some((parent, _)) = request.role().rsplit_once('/') else { return Ok(()) };
        let above = self.roles.quotas.of(parent);
        let above = above.map(|quota| quantities(&quota.guarantees)).unwrap_or_default();
        let wanted = quantities(&amounts(request));
        match above.contains(&wanted) {
            true => Ok(()),
            false => Err(format!(
                "Invalid quota configuration. Parent role '{parent}' with guarantees ({above}) does not contain the sum of \
                 its children's guarantees ({wanted})"
            )),
        }
    }

    /// Checks that a role's tasks, executors and reservations fit into its new limits.
    fn check_consumed(&self, config: &QuotaConfig) -> Result<(), String> {
        let role = &config.role;
        let consumed = self.consumed(role);
        let exceeded = consumed
            .iter()
            .any(|(name, amount)| config.limits.get(name).is_some_and(|limit| amount > Amount::from(*limit)));
        match exceeded {
            true => Err(format!(
                "Invalid QuotaConfig: Role '{role}' is already consuming '{consumed}'; this is more than the requested \
                 limits '{}' (use 'force' flag to bypass this check)",
                quantities(&config.limits)
            )),
            false => Ok(()),
        }
    }

    /// Returns what a role uses and what is reserved for it.
    pub(super) fn consumed(&self, role: &str) -> ResourceQuantities {
        let offered = self.offered();
        let none = Resources::default();
        self.held_or_reserved(role, |agent| offered.get(agent).unwrap_or(&none))
    }

    /// Returns the same with what the role is offered.
    pub(super) fn offered_or_consumed(&self, role: &str) -> ResourceQuantities {
        let none = Resources::default();
        self.held_or_reserved(role, |_| &none)
    }

    /// Returns what is reserved for a role or held by it, without what `except` returns for an
    /// agent.
    fn held_or_reserved<'a>(&self, role: &str, except: impl Fn(&str) -> &'a Resources) -> ResourceQuantities {
        let mut total = ResourceQuantities::default();
        for agent in self.agents.values() {
            total += &ResourceQuantities::from(&agent.total.reserved_to_subtree(role));
            let held: Resources = agent.held.values().sum();
            let held = (held - except(agent.id())).allocated_to_subtree(role);
            total += &ResourceQuantities::from(&held.unreserved().non_revocable());
        }
        total
    }

    /// Returns all guarantees and what all agents have, if that is less.
    fn overcommitted(&self, quotas: &Quotas) -> Option<(ResourceQuantities, ResourceQuantities)> {
        let mut total = ResourceQuantities::default();
        for config in quotas.0.values() {
            total += &quantities(&config.guarantees);
        }
        let all: Resources = self.agents.values().map(|agent| &agent.total).sum();
        let capacity = ResourceQuantities::from(&all.non_revocable().scalars());
        (!capacity.contains(&total)).then_some((total, capacity))
    }
}

impl Quotas {
    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &QuotaConfig)> {
        self.0.iter()
    }

    pub(super) fn roles(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(super) fn of(&self, role: &str) -> Option<&QuotaConfig> {
        self.0.get(role)
    }

    fn with(&self, configs: impl IntoIterator<Item = QuotaConfig>) -> Self {
        let mut quotas = self.0.clone();
        quotas.extend(configs.into_iter().map(|config| (config.role.clone(), counted(config))));
        Self(quotas)
    }

    /// Removes a quota. A real master crashes if there is no such quota.
    pub(super) fn remove(&mut self, role: &str) -> Result<(), String> {
        let removed = self.0.remove(role);
        removed.map(drop).ok_or_else(|| format!("Failed to remove quota: Role '{role}' has no quota set"))
    }

    /// Returns the quotas in the newer form and in the older one.
    #[expect(deprecated, reason = "the response has the older form, too")]
    pub(super) fn status(&self) -> QuotaStatus {
        let info = |config: &QuotaConfig| QuotaInfo {
            role: Some(config.role.clone()),
            guarantee: config.guarantees.iter().map(|(name, amount)| scalar(name, *amount)).collect(),
            ..QuotaInfo::default()
        };
        QuotaStatus {
            infos: self.0.values().map(info).collect(),
            configs: self.0.values().cloned().collect(),
        }
    }
}

/// Returns an amount of an unreserved resource.
pub(super) fn scalar(name: &str, amount: Scalar) -> Resource {
    Resource {
        name: name.to_owned(),
        r#type: Type::Scalar.into(),
        scalar: Some(amount),
        ..Resource::default()
    }
}

/// Returns the guarantee by the names of the resources.
fn amounts(request: &QuotaRequest) -> BTreeMap<String, Scalar> {
    let amounts = request.guarantee.iter().map(|resource| (resource.name.clone(), resource.scalar));
    amounts.map(|(name, scalar)| (name, scalar.unwrap_or_default())).collect()
}

fn refuse_nested(verb: &str, role: &str) -> Result<(), String> {
    match role.contains('/') {
        true => Err(format!("{verb} quota on nested role '{role}' is not supported yet")),
        false => Ok(()),
    }
}

fn validate_request(request: &QuotaRequest) -> Result<(), String> {
    role(request.role()).map_err(|reason| format!("QuotaInfo with invalid role: {reason}"))?;
    if request.guarantee.is_empty() {
        return Err("QuotaInfo with empty 'guarantee'".to_owned());
    }
    let mut names = BTreeSet::new();
    request.guarantee.iter().try_for_each(|resource| {
        let fault = if is_reserved(resource) {
            "must not contain any ReservationInfo"
        } else if resource.disk.is_some() {
            "must not contain DiskInfo"
        } else if resource.revocable.is_some() {
            "must not contain RevocableInfo"
        } else if resource.r#type() != Type::Scalar {
            "must not include non-scalar resources"
        } else if !names.insert(&resource.name) {
            return Err(format!("QuotaInfo contains duplicate resource name '{}'", resource.name));
        } else {
            return Ok(());
        };
        Err(format!("QuotaInfo {fault}"))
    })
}

/// Returns whether a resource is reserved, in either form.
#[expect(deprecated, reason = "operators still use the older one")]
fn is_reserved(resource: &Resource) -> bool {
    !resource.reservations.is_empty() || resource.role.as_deref().is_some_and(|role| role != "*")
}

fn validate(config: &QuotaConfig) -> Result<(), String> {
    role(&config.role).map_err(|reason| format!("Invalid 'QuotaConfig.role': {reason}"))?;
    for (field, amounts) in [("guarantees", &config.guarantees), ("limits", &config.limits)] {
        amounts.iter().try_for_each(|(name, amount)| {
            validation::quota_amount(name, amount.value)
                .map_err(|reason| format!("Invalid 'QuotaConfig.{field}': {reason}"))
        })?;
    }
    for (kind, amounts) in [("guarantee", &config.guarantees), ("limit", &config.limits)] {
        amounts.iter().try_for_each(|(name, amount)| {
            validation::amount(amount.value).map_err(|reason| {
                format!("Invalid {kind} configuration {{'{name}': {}}}: {reason}", amount.value)
            })
        })?;
    }
    let above = config.guarantees.iter().any(|(resource, guarantee)| {
        config.limits.get(resource).is_some_and(|limit| guarantee.value > limit.value)
    });
    match above {
        true => Err(format!(
            "'QuotaConfig.guarantees' {} is not contained within the 'QuotaConfig.limits' {}",
            printed(&config.guarantees),
            printed(&config.limits)
        )),
        false => Ok(()),
    }
}

/// Returns the quota without guarantees that are zero in thousandths, in which Mesos counts.
fn counted(mut config: QuotaConfig) -> QuotaConfig {
    config.guarantees.retain(|_, amount| Amount::from(*amount) > Amount::default());
    config
}

/// Converts amounts of a message into quantities, without those of zero.
pub(super) fn quantities(amounts: &BTreeMap<String, Scalar>) -> ResourceQuantities {
    amounts.iter().map(|(name, amount)| (name.clone(), (*amount).into())).collect()
}

/// Converts amounts of a message into limits.
pub(super) fn limits(amounts: &BTreeMap<String, Scalar>) -> ResourceLimits {
    amounts.iter().map(|(name, amount)| (name.clone(), (*amount).into())).collect()
}

fn printed(amounts: &BTreeMap<String, Scalar>) -> String {
    let each: Vec<_> = amounts.iter().map(|(name, scalar)| format!("{name}: {}", scalar.value)).collect();
    format!("{{ {} }}", each.join(", "))
}
