//! A task on an executor that is driven by hand.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::{Executor, Framework, Records, TestCluster, executor_command, framework_info};

use crate::task::{launch, offer, task};

/// The one task.
pub(crate) const TASK: &str = "the-task";
/// UUIDs of version 4, for updates.
pub(crate) const UUIDS: [&str; 4] = [
    "AAAAAAAAQACAAAAAAAAAAQ==",
    "AAAAAAAAQACAAAAAAAAAAg==",
    "AAAAAAAAQACAAAAAAAAAAw==",
    "AAAAAAAAQACAAAAAAAAABA==",
];

/// A framework and the executor of its one task, whose process runs and has not subscribed.
pub(crate) struct Started {
    pub(crate) framework: Framework,
    pub(crate) executor: Executor,
    pub(crate) agent: Value,
    folder: TempDir,
}

/// The same when the executor has subscribed and got its task.
pub(crate) struct Running {
    pub(crate) framework: Framework,
    pub(crate) executor: Executor,
    pub(crate) agent: Value,
    /// The task as the executor got it.
    pub(crate) task: Value,
    /// What the agent sends to the executor.
    pub(crate) events: Records,
    _folder: TempDir,
}

pub(crate) async fn started(cluster: &TestCluster, info: Value) -> Result<Started> {
    let folder = tempfile::tempdir()?;
    let mut framework = Framework::subscribe(cluster, info).await?;
    let offer = offer(&mut framework).await?;
    let mut task = task(TASK, &offer["agent_id"]);
    task["executor"]["executor_id"] = json!({"value": "by-hand"});
    task["executor"]["command"] = executor_command(folder.path());
    launch(&framework, &[offer["id"].clone()], &[task]).await?;
    let executor = Executor::started(folder.path()).await;
    if executor.is_err() {
        framework.events.nothing("UPDATE", Duration::from_secs(1)).await?;
    }
    let executor = executor?;
    Ok(Started { framework, executor, agent: offer["agent_id"].clone(), folder })
}

pub(crate) async fn running(cluster: &TestCluster) -> Result<Running> {
    running_with(cluster, framework_info("running")).await
}

pub(crate) async fn running_with(cluster: &TestCluster, info: Value) -> Result<Running> {
    let Started { framework, executor, agent, folder } = started(cluster, info).await?;
    let mut events = executor.subscribe(nothing_unacknowledged()).await?;
    let launch = events.event("LAUNCH").await?;
    let task = launch["task"].clone();
    ensure!(task["task_id"]["value"] == TASK, "{launch}");
    Ok(Running { framework, executor, agent, task, events, _folder: folder })
}

/// The contents of an executor's first SUBSCRIBE.
pub(crate) fn nothing_unacknowledged() -> Value {
    json!({"unacknowledged_tasks": [], "unacknowledged_updates": []})
}

impl Running {
    /// The status of the next update, which must be in this state.
    pub(crate) async fn update(&mut self, state: &str) -> Result<Value> {
        let status = self.framework.events.event("UPDATE").await?["status"].clone();
        ensure!(status["state"] == state, "{status}");
        Ok(status)
    }

    /// The status of the first update that is in this state; all before it are acknowledged.
    pub(crate) async fn comes_to(&mut self, state: &str) -> Result<Value> {
        loop {
            let status = self.framework.events.event("UPDATE").await?["status"].clone();
            if status["state"] == state {
                return Ok(status);
            }
            self.acknowledge(&status).await?;
        }
    }

    /// The same, and the failure that comes before it or after it: nothing orders them.
    pub(crate) async fn fails_to(&mut self, state: &str) -> Result<(Value, Value)> {
        let (mut status, mut failure) = (None, None);
        loop {
            let event = self.framework.events.next().await?.context("the stream ended")?;
            match event["type"].as_str() {
                Some("FAILURE") => failure = Some(event["failure"].clone()),
                Some("UPDATE") if event["update"]["status"]["state"] == state => {
                    status = Some(event["update"]["status"].clone());
                }
                Some("UPDATE") => self.acknowledge(&event["update"]["status"]).await?,
                _ => (),
            }
            if let (Some(status), Some(failure)) = (&status, &failure) {
                return Ok((status.clone(), failure.clone()));
            }
        }
    }

    pub(crate) async fn acknowledge(&self, status: &Value) -> Result<()> {
        status.get("uuid").context("the status has no uuid")?;
        let parts = ["agent_id", "task_id", "uuid"].map(|part| (part.to_owned(), status[part].clone()));
        self.framework.call("ACKNOWLEDGE", Value::Object(parts.into_iter().collect())).await
    }
}
