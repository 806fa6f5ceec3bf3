//! KILL for a task of which its agent knows nothing.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use http::Method;
use testkit::{Request, TestCluster};

use crate::running::running;

// No master asks an agent for it at will, so this test speaks to the agent in the master's name, as
// masters speak. The embedded master and its agents do so in memory, where the agent's own tests
// say the same.
testkit::cases![; real only: task_without_executor_is_lost];

#[statement::proves(killunk)]
async fn task_without_executor_is_lost(cluster: TestCluster) -> Result<()> {
    let mut running = running(&cluster).await?;
    // It reports nothing of a framework that the agent does not know.
    kill(&cluster, "nobody", "silent").await?;
    running.framework.events.nothing("UPDATE", Duration::from_secs(1)).await?;
    kill(&cluster, running.framework.id(), "lost").await?;
    let status = running.update("TASK_LOST").await?;
    ensure!(status["task_id"]["value"] == "lost" && status["agent_id"] == running.agent, "{status}");
    ensure!(status["reason"] == "REASON_EXECUTOR_TERMINATED", "{status}");
    ensure!(status["message"] == "Cannot find executor", "{status}");
    Ok(())
}

/// A `KillTaskMessage` from the master to its agent.
async fn kill(cluster: &TestCluster, framework: &str, task: &str) -> Result<()> {
    let state = cluster.state().await?;
    let master = state["pid"].as_str().context("the master has no pid")?;
    let agent = state["slaves"][0]["pid"].as_str().context("the agent has no pid")?;
    let (process, address) = agent.split_once('@').context("a strange pid")?;
    let id = |value: &str| field(1, value.as_bytes());
    let message = [field(1, &id(framework)), field(2, &id(task))].concat();
    let path = format!("/{process}/mesos.internal.KillTaskMessage");
    let request = Request::new(Method::POST, &path).with("Libprocess-From", master)?.with_body(message);
    let response = request.send(address).await?;
    ensure!(response.status() == 202, "{}", response.status());
    Ok(())
}

/// A field of protobuf that holds bytes, fewer than 128 of them.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let length = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
    [&[number << 3 | 2, length], bytes].concat()
}
