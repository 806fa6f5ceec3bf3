//! What a framework may say of itself.

use std::collections::{BTreeMap, BTreeSet};
use std::num::FpCategory;
use std::time::Duration;

use crate::duration;
use crate::proto::v1::framework_info::capability::Type as Capability;
use crate::proto::v1::{FrameworkInfo, OfferFilters};

use super::id;
use super::invalid::{ValidationError, at};

/// The longest failover timeout in seconds: what 64 bits of nanoseconds hold.
const MAX_FAILOVER_TIMEOUT: f64 = 9_223_372_036.0;

/// Checks whether a master would let this framework subscribe.
///
/// # Errors
/// The first field that is wrong, in the order in which the master looks at them.
pub fn validate(info: &FrameworkInfo) -> Result<(), ValidationError> {
    validate_roles(info)?;
    let id = info.id.as_ref().map_or("", |id| &id.value);
    if !id.is_empty() {
        id::validate(id).map_err(at("id"))?;
    }
    info.offer_filters.values().try_for_each(validate_filters).map_err(at("offer_filters"))
}

/// Checks whether a framework may suppress these roles: it must have each of them.
///
/// # Errors
/// The master's reason.
pub fn suppressed_roles(info: &FrameworkInfo, suppressed: &[String]) -> Result<(), String> {
    let roles = roles_of(info);
    match suppressed.iter().find(|role| !roles.contains(*role)) {
        Some(role) => Err(format!("Suppressed role '{role}' is not contained in the list of roles")),
        None => Ok(()),
    }
}

/// Returns how long a framework may be away. Mesos takes negative ones; they are as good as none.
///
/// # Errors
/// The master's reason: it is not a number, or longer than 64 bits of nanoseconds.
pub fn failover_timeout(info: &FrameworkInfo) -> Result<Duration, String> {
    let seconds = info.failover_timeout();
    if seconds.is_nan() || seconds.abs() > MAX_FAILOVER_TIMEOUT {
        return Err(format!("The framework failover_timeout ({}) is invalid", number(seconds)));
    }
    Ok(duration::from_secs(seconds))
}

/// Checks what no framework can change by `UPDATE_FRAMEWORK`; the principal not even when it
/// subscribes again.
///
/// # Errors
/// The master's reason.
pub fn update(old: &FrameworkInfo, new: &FrameworkInfo) -> Result<(), String> {
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

/// Returns the roles of a framework; one without `MULTI_ROLE` has one, by default `*`.
pub fn roles_of(info: &FrameworkInfo) -> BTreeSet<String> {
    match has_capability(info, Capability::MultiRole) {
        true => info.roles.iter().cloned().collect(),
        false => BTreeSet::from([role(info).unwrap_or("*").to_owned()]),
    }
}

/// Returns whether a framework declares this capability.
pub fn has_capability(info: &FrameworkInfo, capability: Capability) -> bool {
    info.capabilities.iter().any(|held| held.r#type == Some(capability.into()))
}

/// Returns the one role of a framework without `MULTI_ROLE`.
#[expect(deprecated, reason = "such frameworks exist")]
fn role(info: &FrameworkInfo) -> Option<&str> {
    info.role.as_deref()
}

fn validate_roles(info: &FrameworkInfo) -> Result<(), ValidationError> {
    match has_capability(info, Capability::MultiRole) {
        true => validate_many(info).map_err(at("roles")),
        false => validate_one(info).map_err(at("role")),
    }
}

fn validate_one(info: &FrameworkInfo) -> Result<(), String> {
    if !info.roles.is_empty() {
        let text = "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable";
        return Err(text.to_owned());
    }
    let valid = super::role::validate(role(info).unwrap_or("*"));
    valid.map_err(|reason| format!("'FrameworkInfo.role' is not a valid role: {reason}"))
}

fn validate_many(info: &FrameworkInfo) -> Result<(), String> {
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

/// Quantities without which an offer is not wanted.
fn validate_filters(filters: &OfferFilters) -> Result<(), String> {
    let minimum = filters.min_allocatable_resources.iter().flat_map(|minimum| &minimum.quantities);
    minimum.into_iter().try_for_each(|quantities| {
        if quantities.quantities.is_empty() {
            return Err("Resource quantities must contain at least one quantity".to_owned());
        }
        // In one order, whatever the map's.
        let sorted: BTreeMap<_, _> = quantities.quantities.iter().collect();
        sorted.into_iter().try_for_each(|(name, amount)| {
            self::amount(amount.value)
                .map_err(|reason| format!("Invalid resource quantity for '{name}': {reason}"))
        })
    })
}

/// Checks whether a master takes a number as the amount of a quota or of an offer filter.
///
/// # Errors
/// The master's reason.
pub fn amount(amount: f64) -> Result<(), &'static str> {
    match amount.classify() {
        FpCategory::Infinite => Err("Infinite values not supported"),
        FpCategory::Nan => Err("NaN not supported"),
        FpCategory::Subnormal => Err("Subnormal values not supported"),
        FpCategory::Normal if amount < 0.0 => Err("Negative values not supported"),
        FpCategory::Normal | FpCategory::Zero => Ok(()),
    }
}

/// Returns a number as C++ streams write it when it is very large: with at most six digits.
fn number(value: f64) -> String {
    match format!("{value:.5e}").split_once('e') {
        Some((digits, exponent)) if value.is_finite() => {
            format!("{}e+{exponent:0>2}", digits.trim_end_matches('0').trim_end_matches('.'))
        }
        _ => value.to_string(),
    }
}
