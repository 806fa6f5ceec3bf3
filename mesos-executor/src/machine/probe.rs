//! One look at a task: what to do, and what came of it.

use mesos_sdk::proto::v1::check_info::Type as CheckType;
use mesos_sdk::proto::v1::health_check::Type as HealthType;
use mesos_sdk::proto::v1::network_info::Protocol;
use mesos_sdk::proto::v1::{CheckInfo, CommandInfo, HealthCheck};

/// Which of a task's two kinds of checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Which {
    /// `TaskInfo.check`: its outcome is reported, and has no other effect.
    Check,
    /// `TaskInfo.health_check`: an unhealthy task is killed.
    Health,
}

/// What to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Probe {
    /// Run this command in the task's environment.
    Command(Box<CommandInfo>),
    /// GET this URL, following redirects.
    Http(String),
    /// Connect to a port of this host. Mesos accepts any number in a check; connecting to one above
    /// 65535 fails.
    Tcp(&'static str, u32),
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The command has ended with this status, as waitpid gives it.
    Exited(i32),
    /// The HTTP status of the response.
    Responded(u16),
    /// Whether the port took the connection.
    Connected(bool),
    /// It could not be carried out, or not in time, for this reason.
    Failed(String),
}

impl Outcome {
    /// Returns whether a health check counts it as a success.
    pub(super) fn is_healthy(&self) -> bool {
        match self {
            Self::Exited(status) => *status == 0,
            Self::Responded(status) => (200..400).contains(status),
            Self::Connected(connected) => *connected,
            Self::Failed(_) => false,
        }
    }
}

/// Returns where a task listens as its executor sees it.
fn loopback(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::IPv4 => "127.0.0.1",
        Protocol::IPv6 => "::1",
    }
}

fn url(scheme: &str, host: &str, port: u32, path: &str) -> String {
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    format!("{scheme}://{host}:{port}{path}")
}

/// Returns the probe of a check, or `None` if the description is incomplete, which the master
/// rejects.
pub(super) fn of_check(check: &CheckInfo) -> Option<Probe> {
    match check.r#type() {
        CheckType::Command => check.command.as_ref().map(|it| Probe::Command(Box::new(it.command.clone()))),
        CheckType::Http => check
            .http
            .as_ref()
            .map(|it| Probe::Http(url("http", loopback(Protocol::IPv4), it.port, it.path()))),
        CheckType::Tcp => Some(Probe::Tcp(loopback(Protocol::IPv4), check.tcp.as_ref()?.port)),
        CheckType::Unknown => None,
    }
}

/// Returns the probe of a health check, or `None` if the description is incomplete, which the
/// master rejects.
pub(super) fn of_health_check(check: &HealthCheck) -> Option<Probe> {
    match check.r#type() {
        HealthType::Command => check.command.clone().map(Probe::Command),
        HealthType::Http => check.http.as_ref().map(|it| {
            let scheme = it.scheme.as_deref().unwrap_or("http");
            Probe::Http(url(scheme, loopback(it.protocol()), it.port, it.path()))
        }),
        HealthType::Tcp => {
            let tcp = check.tcp.as_ref()?;
            Some(Probe::Tcp(loopback(tcp.protocol()), tcp.port))
        }
        HealthType::Unknown => None,
    }
}
