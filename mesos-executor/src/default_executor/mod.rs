//! The default executor: passes the driver's events to the machine of [`pod`](crate::pod), and
//! carries out the machine's actions with calls to the agent.

mod agent;
mod check;
mod runner;

use async_trait::async_trait;
use bytes::Bytes;
use mesos_sdk::executor::Subscription;
use mesos_sdk::proto::v1::framework_info::capability;
use mesos_sdk::proto::v1::{KillPolicy, TaskId, TaskInfo};
use mesos_sdk::{Error, Executor, ExecutorDriver, ExecutorHandle, HandlerResult, Undecodable};
use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use self::runner::Runner;
use crate::pod::Input;

/// How many inputs may wait; then the handlers do.
const MAX_INPUTS: usize = 64;

/// Runs task groups, each task in a container within the executor's; for an [`ExecutorDriver`].
///
/// It ends when no task is left.
#[derive(Debug)]
pub struct DefaultExecutor {
    inputs: mpsc::Sender<Input>,
    over: watch::Receiver<bool>,
}

impl DefaultExecutor {
    /// Creates an executor that `driver` is going to run, and whose tasks have this address. Must
    /// be called within a tokio runtime with I/O and time.
    ///
    /// # Errors
    ///
    /// The driver's environment has a malformed path.
    pub fn new(driver: &ExecutorDriver, ip: String) -> Result<Self, Error> {
        let (inputs, receiver) = mpsc::channel(MAX_INPUTS);
        let (over, is_over) = watch::channel(false);
        tokio::spawn(Runner::new(driver, ip, (receiver, over))?.run());
        Ok(Self { inputs, over: is_over })
    }

    /// The runner lives as long as this.
    async fn pass(&self, input: Input) -> HandlerResult {
        Ok(self.inputs.send(input).await?)
    }
}

#[async_trait]
impl Executor for DefaultExecutor {
    async fn subscribed(&mut self, _: &ExecutorHandle, subscription: Subscription) -> HandlerResult {
        let capabilities = &subscription.framework.capabilities;
        let knows_killing = capabilities.iter().any(|it| it.r#type() == capability::Type::TaskKillingState);
        let container =
            subscription.container_id.ok_or("the agent does not name the executor's container")?;
        self.pass(Input::Subscribed { container, knows_killing }).await
    }

    async fn disconnected(&mut self, _: &ExecutorHandle) -> HandlerResult {
        self.pass(Input::Disconnected).await
    }

    /// As in Mesos, a task outside of a group ends the executor: agents send none.
    async fn launch(&mut self, _: &ExecutorHandle, _: TaskInfo) -> HandlerResult {
        tracing::error!("LAUNCH is not supported");
        self.pass(Input::Shutdown).await
    }

    async fn launch_group(&mut self, _: &ExecutorHandle, tasks: Vec<TaskInfo>) -> HandlerResult {
        let named = tasks.into_iter().map(|task| (Uuid::new_v4().to_string(), task));
        self.pass(Input::LaunchGroup(named.collect())).await
    }

    async fn kill(&mut self, _: &ExecutorHandle, task: TaskId, policy: Option<KillPolicy>) -> HandlerResult {
        self.pass(Input::Kill(task, policy)).await
    }

    async fn acknowledged(&mut self, _: &ExecutorHandle, _: TaskId, _: Bytes) -> HandlerResult {
        self.pass(Input::Acknowledged).await
    }

    /// It may have been the launch of a group, which would never start.
    async fn undecodable_event(&mut self, _: &ExecutorHandle, event: Undecodable) -> HandlerResult {
        Err(event.error.into())
    }

    /// Returns when all tasks have ended; the driver sees to it that this becomes known.
    async fn shutdown(&mut self, _: &ExecutorHandle) -> HandlerResult {
        self.pass(Input::Shutdown).await?;
        self.over.wait_for(|over| *over).await?;
        Ok(())
    }
}
