//! The amounts of quotas.

/// The largest guarantee or limit in megabytes: an exabyte.
const MAX_MEGABYTES: f64 = 1_099_511_627_776.0;
/// The largest guarantee or limit of anything else.
const MAX_AMOUNT: f64 = 1e12;

/// Checks whether a master can count so much of a resource in a quota.
///
/// # Errors
/// The master's reason.
pub fn quota_amount(resource: &str, amount: f64) -> Result<(), String> {
    let (limit, words) = match resource {
        "mem" | "disk" => (MAX_MEGABYTES, "1 exabyte"),
        _ => (MAX_AMOUNT, "1 trillion"),
    };
    match amount > limit {
        true => Err(format!(
            "{{'{resource}': {amount}}} is invalid: values greater than {words} ({limit}) are not supported"
        )),
        false => Ok(()),
    }
}
