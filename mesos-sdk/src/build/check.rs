//! Health checks, and checks that only report.

use std::time::Duration;

use super::Command;
use crate::proto::v1::health_check::{HttpCheckInfo, TcpCheckInfo};
use crate::proto::v1::{CheckInfo, check_info, health_check};

/// The shortest time from one check to the next: without one, checks that end at once would keep
/// the agent busy.
const MIN_INTERVAL: Duration = Duration::from_millis(10);
/// The longest time of a check, 285 years. Mesos' executors abort if one has no room in 64 bits of
/// nanoseconds.
const MAX_TIME: Duration = Duration::from_secs(9_000_000_000);

fn seconds(time: Duration) -> f64 {
    time.min(MAX_TIME).as_secs_f64()
}

/// The times that both kinds of checks have.
macro_rules! times {
    ($check:ident) => {
        impl $check {
            /// Sets the time from the start of the task to the first check.
            pub fn delay(mut self, delay: Duration) -> Self {
                self.0.delay_seconds = Some(seconds(delay));
                self
            }

            /// Sets the time from one check to the next, at least 10 ms.
            pub fn interval(mut self, interval: Duration) -> Self {
                self.0.interval_seconds = Some(seconds(interval.max(MIN_INTERVAL)));
                self
            }

            /// Sets how long a check may take.
            pub fn timeout(mut self, timeout: Duration) -> Self {
                self.0.timeout_seconds = Some(seconds(timeout));
                self
            }
        }
    };
}

times!(HealthCheck);
times!(Check);

/// Builder for a health check: a task that fails it is killed.
///
/// Mesos checks for the first time 15 s after the start, then every 10 s, and counts 20 s without a
/// response as a failure; the third consecutive failure kills the task. Failures in the first 10 s
/// do not count.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct HealthCheck(crate::proto::v1::HealthCheck);

impl HealthCheck {
    /// Creates a check that succeeds if this command exits with 0.
    pub fn command(command: impl Into<Command>) -> Self {
        let command = Some(Box::new(command.into().into()));
        Self(crate::proto::v1::HealthCheck { command, ..health(health_check::Type::Command) })
    }

    /// Creates a check that succeeds if the response to `GET` on this port has a status from 200 to
    /// 399.
    pub fn http(port: u16) -> Self {
        let http = HttpCheckInfo { port: port.into(), ..HttpCheckInfo::default() };
        Self(crate::proto::v1::HealthCheck { http: Some(http.into()), ..health(health_check::Type::Http) })
    }

    /// Creates a check that succeeds if this port accepts connections.
    pub fn tcp(port: u16) -> Self {
        let tcp = Some(TcpCheckInfo { port: port.into(), ..TcpCheckInfo::default() });
        Self(crate::proto::v1::HealthCheck { tcp, ..health(health_check::Type::Tcp) })
    }

    /// Sets the path to `GET`, which begins with `/`. Only for HTTP.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        if let Some(http) = &mut self.0.http {
            http.path = Some(path.into());
        }
        self
    }

    /// Uses `https`, without verifying the certificate. Only for HTTP.
    pub fn https(mut self) -> Self {
        if let Some(http) = &mut self.0.http {
            http.scheme = Some("https".to_owned());
        }
        self
    }

    /// Sets how long after the start failures do not count, unless a check has succeeded before.
    pub fn grace_period(mut self, grace: Duration) -> Self {
        self.0.grace_period_seconds = Some(seconds(grace));
        self
    }

    /// Sets how many consecutive failures kill the task.
    pub fn failures(mut self, count: u32) -> Self {
        self.0.consecutive_failures = Some(count);
        self
    }
}

fn health(kind: health_check::Type) -> crate::proto::v1::HealthCheck {
    crate::proto::v1::HealthCheck { r#type: Some(kind.into()), ..Default::default() }
}

impl From<HealthCheck> for crate::proto::v1::HealthCheck {
    fn from(check: HealthCheck) -> Self {
        check.0
    }
}

/// Builder for a check whose outcome is reported in status updates and has no other effect.
///
/// Mesos checks for the first time 15 s after the start, then every 10 s, and waits 20 s for a
/// response.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Check(CheckInfo);

impl Check {
    /// Creates a check that reports the exit code of this command.
    pub fn command(command: impl Into<Command>) -> Self {
        let command = check_info::Command { command: command.into().into() };
        Self(CheckInfo { command: Some(command.into()), ..check(check_info::Type::Command) })
    }

    /// Creates a check that reports the status of the response to `GET` of `path`, which begins
    /// with `/`, on this port.
    pub fn http(port: u16, path: impl Into<String>) -> Self {
        let http = check_info::Http { port: port.into(), path: Some(path.into()) };
        Self(CheckInfo { http: Some(http.into()), ..check(check_info::Type::Http) })
    }

    /// Creates a check that reports whether this port accepts connections.
    pub fn tcp(port: u16) -> Self {
        let tcp = Some(check_info::Tcp { port: port.into() });
        Self(CheckInfo { tcp, ..check(check_info::Type::Tcp) })
    }
}

fn check(kind: check_info::Type) -> CheckInfo {
    CheckInfo { r#type: Some(kind.into()), ..CheckInfo::default() }
}

impl From<Check> for CheckInfo {
    fn from(check: Check) -> Self {
        check.0
    }
}
