//! Which states end a task.

use anyhow::{Context, Result, ensure};
use mesos_sdk::proto::v1::TaskState;
use serde_json::Value;
use testkit::{TestCluster, framework_info};

use crate::running::{TASK, UUIDS, running_with};

testkit::cases![task_is_over_in_these_states, task_goes_on_in_these_states];

/// Whether the library takes this state for final.
fn is_terminal(state: &str) -> Result<bool> {
    Ok(TaskState::from_str_name(state).with_context(|| format!("no state {state}"))?.is_terminal())
}

/// What the master knows is completed when the update is acknowledged, and no sooner.
#[statement::proves(terminal)]
async fn task_is_over_in_these_states(cluster: TestCluster) -> Result<()> {
    for state in ["FINISHED", "FAILED", "KILLED", "ERROR", "DROPPED", "GONE", "GONE_BY_OPERATOR", "LOST"] {
        let state = format!("TASK_{state}");
        ensure!(is_terminal(&state)?);
        let mut running = running_with(&cluster, framework_info(&state)).await?;
        running.executor.update(TASK, &state, UUIDS[0]).await?;
        let status = running.update(&state).await?;
        running.acknowledge(&status).await?;
        let id = running.framework.id().to_owned();
        cluster.until(|master| completed(master, &id).is_some_and(|found| found == state)).await?;
        // Else the next one may be offered what this one gives back, bit by bit.
        running.framework.call("TEARDOWN", Value::Null).await?;
    }
    Ok(())
}

/// The state of the framework's completed task.
fn completed<'a>(master: &'a Value, framework: &str) -> Option<&'a str> {
    let known = master["frameworks"].as_array()?.iter().find(|known| known["id"] == framework)?;
    known["completed_tasks"][0]["state"].as_str()
}

/// A further update comes after each of them, and the master still knows the task.
/// `TASK_UNREACHABLE` is another such state, but a real master ends itself when an executor reports
/// it.
#[statement::proves(terminal)]
async fn task_goes_on_in_these_states(cluster: TestCluster) -> Result<()> {
    for state in ["STARTING", "RUNNING", "KILLING", "UNKNOWN"] {
        let state = format!("TASK_{state}");
        ensure!(!is_terminal(&state)?);
        let mut running = running_with(&cluster, framework_info(&state)).await?;
        running.executor.update(TASK, &state, UUIDS[0]).await?;
        let status = running.update(&state).await?;
        running.executor.update(TASK, "TASK_RUNNING", UUIDS[1]).await?;
        running.acknowledge(&status).await?;
        running.update("TASK_RUNNING").await?;
        let known = cluster.framework(running.framework.id()).await?;
        ensure!(known["tasks"][0]["id"] == TASK, "{known}");
        running.framework.call("TEARDOWN", Value::Null).await?;
    }
    Ok(())
}
