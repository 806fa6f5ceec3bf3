//! Health checks, and checks that only look.

use std::time::Duration;

use super::Command;
use crate::proto::v1::health_check::{HttpCheckInfo, TcpCheckInfo};
use crate::proto::v1::{CheckInfo, check_info, health_check};

/// When to look, which both kinds say alike.
macro_rules! times {
    ($check:ident) => {
        impl $check {
            /// From the start to the first look.
            pub fn delay(mut self, delay: Duration) -> Self {
                self.0.delay_seconds = Some(delay.as_secs_f64());
                self
            }

            /// From one look to the next.
            pub fn interval(mut self, interval: Duration) -> Self {
                self.0.interval_seconds = Some(interval.as_secs_f64());
                self
            }

            /// How long an answer may take.
            pub fn timeout(mut self, timeout: Duration) -> Self {
                self.0.timeout_seconds = Some(timeout.as_secs_f64());
                self
            }
        }
    };
}

times!(HealthCheck);
times!(Check);

/// A health check in the making: a task that fails it is killed.
///
/// Mesos looks for the first time 15 s after the start, then every 10 s, and takes 20 s without an answer for a failure;
/// the third failure in a row kills the task. Failures in the first 10 s do not count.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct HealthCheck(crate::proto::v1::HealthCheck);

impl HealthCheck {
    /// Healthy while this command exits with 0.
    pub fn command(command: impl Into<Command>) -> Self {
        let command = Some(command.into().into());
        Self(crate::proto::v1::HealthCheck { command, ..health(health_check::Type::Command) })
    }

    /// Healthy while `GET` on this port is answered with a status from 200 to 399.
    pub fn http(port: u16) -> Self {
        let http = Some(HttpCheckInfo { port: port.into(), ..HttpCheckInfo::default() });
        Self(crate::proto::v1::HealthCheck { http, ..health(health_check::Type::Http) })
    }

    /// Healthy while this port takes connections.
    pub fn tcp(port: u16) -> Self {
        let tcp = Some(TcpCheckInfo { port: port.into(), ..TcpCheckInfo::default() });
        Self(crate::proto::v1::HealthCheck { tcp, ..health(health_check::Type::Tcp) })
    }

    /// What to `GET`, beginning with `/`. Only for HTTP.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        if let Some(http) = &mut self.0.http {
            http.path = Some(path.into());
        }
        self
    }

    /// By `https`, without a look at the certificate. Only for HTTP.
    pub fn https(mut self) -> Self {
        if let Some(http) = &mut self.0.http {
            http.scheme = Some("https".to_owned());
        }
        self
    }

    /// How long after the start failures do not count, until it was healthy once.
    pub fn grace_period(mut self, grace: Duration) -> Self {
        self.0.grace_period_seconds = Some(grace.as_secs_f64());
        self
    }

    /// How many failures in a row kill the task.
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

/// A check in the making: its outcome comes in status updates, and kills nothing.
///
/// Mesos looks for the first time 15 s after the start, then every 10 s, and waits 20 s for an answer.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Check(CheckInfo);

impl Check {
    /// Tells the exit code of this command.
    pub fn command(command: impl Into<Command>) -> Self {
        let command = Some(check_info::Command { command: command.into().into() });
        Self(CheckInfo { command, ..check(check_info::Type::Command) })
    }

    /// Tells the status that `GET` of `path`, which begins with `/`, is answered with on this port.
    pub fn http(port: u16, path: impl Into<String>) -> Self {
        let http = Some(check_info::Http { port: port.into(), path: Some(path.into()) });
        Self(CheckInfo { http, ..check(check_info::Type::Http) })
    }

    /// Tells whether this port takes connections.
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
