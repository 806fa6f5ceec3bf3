//! Health checks and other checks.

use crate::proto::v1::{CheckInfo, CommandInfo, HealthCheck, check_info, health_check};

use super::command;

/// What the two kinds of checks have in common.
struct Check<'a> {
    /// `health check` or `check`.
    name: &'a str,
    /// `Health check` or `Check`.
    title: &'a str,
    /// Each optional, in seconds.
    lengths: &'a [(&'a str, Option<f64>)],
}

/// Checks whether a master would take this health check. Without a type it is invalid, though for a
/// task of LAUNCH the master guesses the type.
///
/// # Errors
/// The master's reason.
pub fn validate_health(check: &HealthCheck) -> Result<(), String> {
    use health_check::Type;
    let common = Check {
        name: "health check",
        title: "Health check",
        lengths: &[
            ("delay_seconds", check.delay_seconds),
            ("grace_period_seconds", check.grace_period_seconds),
            ("interval_seconds", check.interval_seconds),
            ("timeout_seconds", check.timeout_seconds),
        ],
    };
    match check.r#type.map(|_| check.r#type()) {
        None => return Err("HealthCheck must specify 'type'".to_owned()),
        Some(Type::Unknown) => return Err("'UNKNOWN' is not a valid health check type".to_owned()),
        Some(Type::Command) => common.command(check.command.as_deref(), "Command health check")?,
        Some(Type::Http) => {
            let http = check.http.as_ref().ok_or_else(|| common.missing("http", "HTTP"))?;
            match http.scheme.as_deref() {
                None | Some("http" | "https") => common.path(http.path.as_deref())?,
                Some(other) => return Err(format!("Unsupported HTTP health check scheme: '{other}'")),
            }
        }
        Some(Type::Tcp) => drop(check.tcp.as_ref().ok_or_else(|| common.missing("tcp", "TCP"))?),
    }
    common.lengths()
}

/// Checks whether a master would take this check.
///
/// # Errors
/// The master's reason.
pub fn validate(check: &CheckInfo) -> Result<(), String> {
    use check_info::Type;
    let common = Check {
        name: "check",
        title: "Check",
        lengths: &[
            ("delay_seconds", check.delay_seconds),
            ("interval_seconds", check.interval_seconds),
            ("timeout_seconds", check.timeout_seconds),
        ],
    };
    match check.r#type.map(|_| check.r#type()) {
        None => return Err("CheckInfo must specify 'type'".to_owned()),
        Some(Type::Unknown) => return Err("'UNKNOWN' is not a valid check type".to_owned()),
        Some(Type::Command) => {
            let command = check.command.as_ref().map(|check| &check.command);
            common.command(command, "Command check")?;
        }
        Some(Type::Http) => {
            let http = check.http.as_ref().ok_or_else(|| common.missing("http", "HTTP"))?;
            common.path(http.path.as_deref())?;
        }
        Some(Type::Tcp) => drop(check.tcp.as_ref().ok_or_else(|| common.missing("tcp", "TCP"))?),
    }
    common.lengths()
}

impl Check<'_> {
    fn missing(&self, field: &str, kind: &str) -> String {
        format!("Expecting '{field}' to be set for {kind} {}", self.name)
    }

    fn command(&self, command: Option<&CommandInfo>, title: &str) -> Result<(), String> {
        let command = command.ok_or_else(|| self.missing("command", "COMMAND"))?;
        if command.value.is_none() {
            let what = if command.shell() { "'shell command'" } else { "'executable path'" };
            return Err(format!("{title} must contain {what}"));
        }
        command::validate(command)
            .map_err(|reason| format!("{}'s `CommandInfo` is invalid: {reason}", self.title))
    }

    fn path(&self, path: Option<&str>) -> Result<(), String> {
        match path {
            Some(path) if !path.starts_with('/') => {
                Err(format!("The path '{path}' of HTTP {} must start with '/'", self.name))
            }
            _ => Ok(()),
        }
    }

    fn lengths(&self) -> Result<(), String> {
        match self.lengths.iter().find(|(_, length)| length.is_some_and(|length| length < 0.0)) {
            Some((field, _)) => Err(format!("Expecting '{field}' to be non-negative")),
            None => Ok(()),
        }
    }
}
