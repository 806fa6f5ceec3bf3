//! Checks that are commands: each runs as a session within the container of its task.

use std::time::Duration;

use futures::StreamExt as _;
use mesos_sdk::Error;
use mesos_sdk::operator::AgentOperator;
use mesos_sdk::proto::v1::agent::call::LaunchNestedContainerSession;
use mesos_sdk::proto::v1::{CommandInfo, ContainerId};
use tokio::sync::oneshot;
use tokio::time::timeout;
use uuid::Uuid;

use super::agent::Agent;
use crate::machine::Outcome;

/// How long the agent may take to kill a check and to remove what is left of it.
const REMOVAL_TIMEOUT: Duration = Duration::from_secs(10);

impl Agent {
    /// Runs a command within a container, with the variables that the command brings along. If the
    /// future is dropped, the command is killed.
    pub(super) async fn check(self, task: ContainerId, command: CommandInfo) -> Outcome {
        let value = format!("check-{}", Uuid::new_v4());
        let container = ContainerId { value, parent: Some(Box::new(task)) };
        let (outcome, received) = oneshot::channel();
        tokio::spawn(run(self.0, container, command, outcome));
        received.await.unwrap_or_else(|_| Outcome::Failed("it was not carried out".to_owned()))
    }
}

/// Runs the session to its end, or until nobody waits for the outcome; removes its remains.
async fn run(
    agent: AgentOperator,
    container_id: ContainerId,
    command: CommandInfo,
    mut outcome: oneshot::Sender<Outcome>,
) {
    let container = container_id.clone();
    let command = Some(Box::new(command));
    let launch = LaunchNestedContainerSession { container_id, command, container: None };
    let ended = tokio::select! {
        ended = session(&agent, launch) => Some(ended),
        () = outcome.closed() => None,
    };
    if let Some(ended) = ended {
        let failed = |error: Error| Outcome::Failed(format!("{error:#}"));
        // Nobody waits for it any more if it comes too late.
        let _ = outcome.send(ended.unwrap_or_else(failed));
    }
    let removed = timeout(REMOVAL_TIMEOUT, async {
        agent.wait_container(container.clone()).await?;
        agent.remove_container(container.clone()).await
    });
    if let Ok(Err(error)) = removed.await {
        tracing::debug!(container = container.value, %error, "a check leaves something behind");
    }
}

/// Runs the session to its end. Dropping the future makes the agent kill it.
async fn session(agent: &AgentOperator, launch: LaunchNestedContainerSession) -> Result<Outcome, Error> {
    let container = launch.container_id.clone();
    let mut output = agent.launch_nested_container_session(launch).await?;
    while let Some(record) = output.next().await {
        record?;
    }
    let ended = agent.wait_container(container).await?;
    let unknown = || Outcome::Failed("it has ended in an unknown way".to_owned());
    Ok(ended.exit_status.map_or_else(unknown, Outcome::Exited))
}
