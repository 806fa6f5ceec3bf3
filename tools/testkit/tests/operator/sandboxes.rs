//! From a task to its sandbox and its output.

use anyhow::{Context, Result, ensure};
use futures::StreamExt as _;
use mesos_sdk::ErrorKind;
use mesos_sdk::proto::v1::{AgentId, FrameworkId, TaskId};
use serde_json::json;
use testkit::{Framework, TestCluster, framework_info};
use tokio::time::Duration;

use crate::cluster::{agent_id, ensure_refused, master};
use crate::running::{self, TASK};
use crate::task::{launch, offer, scalar};

testkit::cases![output_of_a_command_is_read, sandbox_of_an_executor_is_found, unknown_tasks_have_no_sandbox];

async fn command(cluster: &TestCluster, line: &str) -> Result<Framework> {
    let mut framework = Framework::subscribe(cluster, framework_info("sandboxes")).await?;
    let offer = offer(&mut framework).await?;
    let task = json!({
        "name": TASK, "task_id": {"value": TASK}, "agent_id": offer["agent_id"], "command": {"value": line},
        "resources": [scalar("cpus", 0.1), scalar("mem", 32.0)],
    });
    launch(&framework, &[offer["id"].clone()], &[task]).await?;
    Ok(framework)
}

async fn ended(framework: &mut Framework) -> Result<()> {
    loop {
        let status = framework.events.event("UPDATE").await?["status"].clone();
        let parts = ["agent_id", "task_id", "uuid"].map(|part| (part.to_owned(), status[part].clone()));
        framework.call("ACKNOWLEDGE", serde_json::Value::Object(parts.into_iter().collect())).await?;
        if status["state"] == "TASK_FINISHED" {
            return Ok(());
        }
    }
}

async fn output_of_a_command_is_read(cluster: TestCluster) -> Result<()> {
    let mut framework = command(&cluster, "echo to-stdout; echo to-stderr >&2; echo in-file > file").await?;
    let (framework_id, task_id) = (FrameworkId::from(framework.id()), TaskId::from(TASK));
    ended(&mut framework).await?;
    let sandbox = master(&cluster)?.sandbox(&framework_id, &task_id).await?;
    ensure!(sandbox.stdout().text().await?.contains("to-stdout\n"));
    ensure!(sandbox.stderr().text().await?.contains("to-stderr\n"));
    ensure!(sandbox.file("file").text().await? == "in-file\n");
    ensure_refused(sandbox.file("nothing").text().await, ErrorKind::NotFound, "")?;
    let mut followed = sandbox.file("file").follow(Duration::from_millis(50));
    ensure!(followed.next().await.context("no chunk")?? == "in-file\n");
    Ok(())
}

async fn sandbox_of_an_executor_is_found(cluster: TestCluster) -> Result<()> {
    let running = running::running(&cluster).await?;
    let directory = running.executor.variable("MESOS_DIRECTORY").context("no MESOS_DIRECTORY")?;
    std::fs::write(format!("{directory}/notes"), "a note \u{fc}")?;
    let operator = master(&cluster)?;
    let tasks = operator.get_tasks().await?.tasks;
    let sandbox = operator.sandbox_of(tasks.first().context("no task")?).await?;
    ensure!(sandbox.file("notes").text().await? == "a note \u{fc}");
    let listed = sandbox.agent().list_files(sandbox.path()).await?.file_infos;
    ensure!(listed.iter().any(|file| file.path.ends_with("/notes")), "{listed:?}");
    Ok(())
}

async fn unknown_tasks_have_no_sandbox(cluster: TestCluster) -> Result<()> {
    let operator = master(&cluster)?;
    let unknown = operator.sandbox(&FrameworkId::from("f"), &TaskId::from("t")).await;
    ensure_refused(unknown, ErrorKind::NotFound, "task t of framework f")?;
    ensure_refused(operator.agent(&AgentId::from("a")).await, ErrorKind::NotFound, "agent a")?;
    let agent = operator.agent(&agent_id(&operator).await?).await?;
    ensure!(agent.get_agent().await?.agent_info.is_some());
    Ok(())
}
