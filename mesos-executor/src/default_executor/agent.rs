//! The agent's calls about containers.

use std::time::Duration;

use mesos_sdk::operator::AgentOperator;
use mesos_sdk::proto::v1::ContainerId;
use mesos_sdk::proto::v1::agent::call::LaunchContainer;
use mesos_sdk::{ErrorKind, Sent};
use rustix::process::Signal;
use tokio::time::sleep;

use crate::pod::Input;

/// How long to wait before a call that has failed is sent again. Such calls are sent until the
/// agent responds: without an agent, the driver ends the executor.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// The agent of an executor.
#[derive(Clone, Debug)]
pub(super) struct Agent(pub(super) AgentOperator);

impl Agent {
    /// Starts a container. If nobody knows whether the agent has, this counts as done, because a
    /// repetition could run it twice: its end then shows that the agent does not know it.
    pub(super) async fn launch(self, launch: LaunchContainer) -> Option<Input> {
        let container = launch.container_id.clone();
        let launched = match self.0.launch_container(launch).await {
            Err(error) if error.was_sent() != Sent::Maybe => Err(format!("{error:#}")),
            launched => {
                let _ = launched.inspect_err(|error| tracing::warn!(%error, "a container may run"));
                Ok(())
            }
        };
        Some(Input::Launched(container, launched))
    }

    /// Waits for the end of a container.
    pub(super) async fn wait(self, container: ContainerId) -> Option<Input> {
        loop {
            let error = match self.0.wait_container(container.clone()).await {
                Ok(ended) => return Some(Input::Ended(container, Some(Box::new(ended)))),
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    return Some(Input::Ended(container, None));
                }
                Err(error) => error,
            };
            if !error.is_retryable() {
                tracing::error!(container = container.value, %error, "can't wait for a container");
                return Some(Input::Refused);
            }
            tracing::debug!(container = container.value, %error, "waits again for a container");
            sleep(RETRY_INTERVAL).await;
        }
    }

    /// Sends a signal to a container: SIGKILL until it has arrived.
    pub(super) async fn signal(self, container: ContainerId, signal: Signal) -> Option<Input> {
        while let Err(error) = self.0.kill_container(container.clone(), Some(signal.as_raw())).await {
            if error.kind() == ErrorKind::NotFound {
                break;
            }
            tracing::warn!(container = container.value, ?signal, %error, "can't signal a container");
            if signal != Signal::KILL || !error.is_retryable() {
                break;
            }
            sleep(RETRY_INTERVAL).await;
        }
        None
    }
}
