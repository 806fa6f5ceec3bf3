//! Executors.

use std::time::Duration;

use bytes::Bytes;

use super::{Command, Container, add_label, resources};
use crate::proto::v1::executor_info::Type;
use crate::proto::v1::{ExecutorId, ExecutorInfo};
use crate::validation::{self, ValidationError};

/// Builder for an executor.
///
/// While an executor with this id runs on an agent, tasks there must describe it in exactly the
/// same way.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Executor(ExecutorInfo);

impl Executor {
    /// Creates an executor of yours, started by `command`. Text is a shell command line.
    pub fn custom(id: impl Into<String>, command: impl Into<Command>) -> Self {
        let command = Some(Box::new(command.into().into()));
        Self(ExecutorInfo { command, ..of(id.into(), Type::Custom) })
    }

    /// Creates the default executor of Mesos, for pods (`DEFAULT`). It needs at least 0.01 cores,
    /// 32 MB of memory, and disk.
    pub fn default_executor(id: impl Into<String>) -> Self {
        Self(of(id.into(), Type::Default))
    }

    /// Sets its human-readable name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.0.name = Some(name.into());
        self
    }

    resources!();

    /// Sets the data that it receives when it subscribes.
    pub fn data(mut self, data: impl Into<Bytes>) -> Self {
        self.0.data = Some(data.into());
        self
    }

    /// Adds a label.
    pub fn label(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        add_label(&mut self.0.labels, key, value);
        self
    }

    /// Sets how long it may take to end when it is shut down, before it is killed. By default the
    /// agent decides: 5 s unless it is configured otherwise.
    pub fn shutdown_grace(mut self, grace: Duration) -> Self {
        self.0.shutdown_grace_period = Some(grace.into());
        self
    }

    /// Sets the container that it runs in.
    pub fn container(mut self, container: Container) -> Self {
        self.0.container = Some(Box::new(container.into()));
        self
    }

    /// Builds the executor.
    ///
    /// # Errors
    ///
    /// Fails if the master would refuse it.
    pub fn build(&self) -> Result<ExecutorInfo, ValidationError> {
        validation::executor(&self.0)?;
        Ok(self.0.clone())
    }
}

fn of(value: String, kind: Type) -> ExecutorInfo {
    let executor_id = ExecutorId::from(value);
    ExecutorInfo { executor_id, r#type: Some(kind.into()), ..ExecutorInfo::default() }
}

impl From<Executor> for ExecutorInfo {
    fn from(executor: Executor) -> Self {
        executor.0
    }
}
