//! How the health of a task is checked.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::port::Port;

/// How the health of a task is checked, by its executor.
///
/// Mesos checks for the first time 15 s after the start, then every 10 s. Three failures in a row
/// kill the task, but none counts in its first 10 s.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct Health {
    pub(crate) check: Check,
    pub(crate) delay: Option<Duration>,
    pub(crate) interval: Option<Duration>,
    pub(crate) grace: Option<Duration>,
    pub(crate) failures: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Check {
    Http(Port, String),
    Tcp(Port),
    Command(String),
}

impl Health {
    /// Creates a check that succeeds if the response to `GET` on this port has a status from 200 to
    /// 399. The port is a number, or the name of a [port](crate::Task::port) of the task. The path
    /// begins with `/`.
    pub fn http(port: impl Into<Port>, path: impl Into<String>) -> Self {
        Self::new(Check::Http(port.into(), path.into()))
    }

    /// Creates a check that succeeds if this port accepts connections. The port is a number, or the
    /// name of a [port](crate::Task::port) of the task.
    pub fn tcp(port: impl Into<Port>) -> Self {
        Self::new(Check::Tcp(port.into()))
    }

    /// Creates a check that succeeds if this line, in a shell, exits with 0.
    pub fn command(line: impl Into<String>) -> Self {
        Self::new(Check::Command(line.into()))
    }

    /// Returns the port that is checked.
    pub(crate) fn port(&self) -> Option<&Port> {
        match &self.check {
            Check::Http(port, _) | Check::Tcp(port) => Some(port),
            Check::Command(_) => None,
        }
    }

    fn new(check: Check) -> Self {
        Self { check, delay: None, interval: None, grace: None, failures: None }
    }

    /// Sets the time from the start of the task to the first check. The default is 15 s.
    pub fn delay(self, delay: Duration) -> Self {
        Self { delay: Some(delay), ..self }
    }

    /// Sets the time from one check to the next, at least 10 ms. The default is 10 s.
    pub fn interval(self, interval: Duration) -> Self {
        Self { interval: Some(interval), ..self }
    }

    /// Sets how long after the start failures do not count. The default is 10 s.
    pub fn grace_period(self, grace: Duration) -> Self {
        Self { grace: Some(grace), ..self }
    }

    /// Sets how many failures in a row kill the task. The default is 3.
    pub fn failures(self, count: u32) -> Self {
        Self { failures: Some(count), ..self }
    }
}
