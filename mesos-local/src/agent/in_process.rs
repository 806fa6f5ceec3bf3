//! Executors that run as futures in this process, for tests that start no child processes.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;
use mesos_sdk::executor::ExecutorEnvironment;
use mesos_sdk::{ClientOptions, Connector, ExecutorDriver};

use super::machine::Launch;
use super::memory_connector::MemoryConnector;

/// What an executor that runs in this process gets in place of a process environment.
#[derive(Clone, Debug)]
pub struct InProcessEnvironment {
    variables: BTreeMap<String, String>,
    agent: MemoryConnector,
}

impl InProcessEnvironment {
    pub(super) fn new(variables: BTreeMap<String, String>, agent: MemoryConnector) -> Self {
        Self { variables, agent }
    }

    /// Returns the `MESOS_*` variables and those of the executor's command.
    pub fn variables(&self) -> &BTreeMap<String, String> {
        &self.variables
    }

    /// Returns a connector to the executor's agent. It opens in-memory pipes, whatever the address.
    pub fn connector(&self) -> Arc<dyn Connector> {
        Arc::new(self.agent.clone())
    }

    /// Creates a driver that reaches the executor's agent through in-memory pipes.
    ///
    /// # Errors
    ///
    /// Fails if the executor's command has overwritten a variable with an invalid value. The error
    /// names the variable.
    pub fn driver(&self) -> Result<ExecutorDriver, mesos_sdk::Error> {
        let environment = ExecutorEnvironment::from_variables(|name| self.variables.get(name).cloned())?;
        Ok(ExecutorDriver::new(environment).client_options(ClientOptions::new().connector(self.connector())))
    }
}

pub(super) type Executor = dyn Fn(InProcessEnvironment) -> BoxFuture<'static, i32> + Send + Sync;

/// Executors that run in this process instead of a child process, by executor id or name.
///
/// ```
/// use mesos_local::InProcessExecutors;
///
/// let mut executors = InProcessExecutors::default();
/// executors.add("greeter", |environment| async move {
///     println!("I am {:?}", environment.variables().get("MESOS_EXECUTOR_ID"));
///     0
/// });
/// ```
#[derive(Clone, Default)]
pub struct InProcessExecutors {
    by_name: BTreeMap<String, Arc<Executor>>,
}

impl InProcessExecutors {
    /// Registers an executor to run in this process. It replaces the command of each executor whose
    /// `ExecutorInfo.executor_id` or `ExecutorInfo.name` is `name`.
    ///
    /// The future resolves to the code that a process would exit with; a panic counts as SIGABRT.
    /// Where a process would be killed, the future is dropped.
    pub fn add<F, Running>(&mut self, name: impl Into<String>, executor: F)
    where
        F: Fn(InProcessEnvironment) -> Running + Send + Sync + 'static,
        Running: Future<Output = i32> + Send + 'static,
    {
        let boxed = move |environment| -> BoxFuture<'static, i32> { Box::pin(executor(environment)) };
        self.by_name.insert(name.into(), Arc::new(boxed));
    }

    pub(super) fn find(&self, launch: &Launch) -> Option<Arc<Executor>> {
        let by_id = self.by_name.get(&launch.executor_id);
        by_id.or_else(|| self.by_name.get(&launch.executor_name)).map(Arc::clone)
    }
}

impl fmt::Debug for InProcessExecutors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.by_name.keys()).finish()
    }
}
