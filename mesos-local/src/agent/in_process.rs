//! Executors that run as futures in this process: for tests that want no child processes.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;

use super::machine::Launch;

/// What an executor finds out about itself when it starts: the variables that a process would have in its
/// environment.
#[derive(Clone, Debug)]
pub struct ExecutorEnvironment {
    variables: BTreeMap<String, String>,
}

impl ExecutorEnvironment {
    pub(super) fn new(variables: BTreeMap<String, String>) -> Self {
        Self { variables }
    }

    /// The `MESOS_*` variables and those of the executor's command.
    pub fn variables(&self) -> &BTreeMap<String, String> {
        &self.variables
    }

    /// One variable.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }
}

/// An executor that runs in this process. It gives the code that a process would exit with. When a process would be
/// killed, its future is dropped.
#[derive(Clone)]
pub(super) struct InProcessExecutor(
    Arc<dyn Fn(ExecutorEnvironment) -> BoxFuture<'static, i32> + Send + Sync>,
);

impl InProcessExecutor {
    pub(super) fn run(&self, environment: ExecutorEnvironment) -> BoxFuture<'static, i32> {
        (self.0)(environment)
    }
}

impl fmt::Debug for InProcessExecutor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("InProcessExecutor")
    }
}

/// Which executors run in this process instead of one of their own: by executor id, or by name.
///
/// ```
/// use mesos_local::InProcessExecutors;
///
/// let mut executors = InProcessExecutors::default();
/// executors.add("greeter", |environment| async move {
///     println!("I am {:?}", environment.get("MESOS_EXECUTOR_ID"));
///     0
/// });
/// ```
#[derive(Clone, Debug, Default)]
pub struct InProcessExecutors {
    by_name: BTreeMap<String, InProcessExecutor>,
}

impl InProcessExecutors {
    /// Runs `executor` for every executor whose id or name (`ExecutorInfo.executor_id` or `.name`) is `name`,
    /// whatever its command says. It gives the exit code; when its process would be killed, its future is dropped.
    pub fn add<F, Running>(&mut self, name: impl Into<String>, executor: F)
    where
        F: Fn(ExecutorEnvironment) -> Running + Send + Sync + 'static,
        Running: Future<Output = i32> + Send + 'static,
    {
        let boxed = move |environment| -> BoxFuture<'static, i32> { Box::pin(executor(environment)) };
        self.by_name.insert(name.into(), InProcessExecutor(Arc::new(boxed)));
    }

    pub(super) fn find(&self, launch: &Launch) -> Option<InProcessExecutor> {
        let by_id = self.by_name.get(&launch.executor_id);
        by_id.or_else(|| self.by_name.get(&launch.executor_name)).cloned()
    }
}
