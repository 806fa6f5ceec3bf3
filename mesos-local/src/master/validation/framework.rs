//! What a framework may say of itself.

use std::collections::BTreeSet;
use std::time::Duration;

use mesos_sdk::proto::v1::FrameworkInfo;
use mesos_sdk::proto::v1::framework_info::capability::Type as Capability;

use super::super::Master;
use super::super::framework::{has_capability, role, roles};
use super::super::limits::MAX_FAILOVER_TIMEOUT;
use super::id;

impl Master {
    /// Whether a framework may subscribe with this, or change to it.
    pub(in super::super) fn validate_framework(
        &self,
        info: &FrameworkInfo,
        suppressed_roles: &[String],
    ) -> Result<(), String> {
        validate_roles(info)?;
        let id = info.id.as_ref().map_or("", |id| &id.value);
        if !id.is_empty() {
            id::validate(id)?;
        }
        let roles = roles(info);
        if let Some(role) = suppressed_roles.iter().find(|role| !roles.contains(*role)) {
            return Err(format!("Suppressed role '{role}' is not contained in the list of roles"));
        }
        if self.is_completed(id) {
            return Err("Framework has been removed".to_owned());
        }
        failover_timeout(info).map(|_| ())
    }
}

/// How long a framework may be away. Mesos takes negative ones; they are as good as none.
pub(in super::super) fn failover_timeout(info: &FrameworkInfo) -> Result<Duration, String> {
    let seconds = info.failover_timeout();
    if seconds.is_nan() || seconds.abs() > MAX_FAILOVER_TIMEOUT {
        return Err(format!("The framework failover_timeout ({}) is invalid", number(seconds)));
    }
    Ok(Duration::from_secs_f64(seconds.max(0.0)))
}

/// What no framework can change; the principal not even when it subscribes again.
pub(in super::super) fn validate_update(old: &FrameworkInfo, new: &FrameworkInfo) -> Result<(), String> {
    if old.principal != new.principal {
        return Err("Changing framework's principal is not allowed.".to_owned());
    }
    let changed = |field: &str, old: &str, new: &str| {
        Err(format!(
            "Updating 'FrameworkInfo.{field}' is unsupported; attempted to update from '{old}' to '{new}'"
        ))
    };
    if old.user != new.user {
        return changed("user", &old.user, &new.user);
    }
    if old.checkpoint() != new.checkpoint() {
        return changed("checkpoint", &old.checkpoint().to_string(), &new.checkpoint().to_string());
    }
    Ok(())
}

fn validate_roles(info: &FrameworkInfo) -> Result<(), String> {
    if !has_capability(info, Capability::MultiRole) {
        if !info.roles.is_empty() {
            let text = "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable";
            return Err(text.to_owned());
        }
        let valid = super::role::validate(role(info).unwrap_or("*"));
        return valid.map_err(|reason| format!("'FrameworkInfo.role' is not a valid role: {reason}"));
    }
    if role(info).is_some() {
        let text = "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable";
        return Err(text.to_owned());
    }
    let duplicates = duplicates(&info.roles);
    if !duplicates.is_empty() {
        return Err(format!(
            "'FrameworkInfo.roles' contains duplicate items: {{ {} }}",
            duplicates.join(", ")
        ));
    }
    let invalid = info.roles.iter().find_map(|role| super::role::validate(role).err());
    invalid.map_or(Ok(()), |reason| Err(format!("'FrameworkInfo.roles' contains invalid role: {reason}")))
}

fn duplicates(roles: &[String]) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    let duplicates: BTreeSet<_> =
        roles.iter().filter(|role| !seen.insert(*role)).map(String::as_str).collect();
    duplicates.into_iter().collect()
}

/// A number as C++ streams write it when it is very large.
fn number(value: f64) -> String {
    match format!("{value:e}").split_once('e') {
        Some((digits, exponent)) if value.is_finite() => format!("{digits}e+{exponent:0>2}"),
        _ => value.to_string(),
    }
}
