//! What agents know of executors, tasks and operations.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use mesos_sdk::proto::v1::{OperationState, TaskState};
use mesos_sdk::resources::Resources;
use serde_json::{Value, json};
use testkit::{Framework, Request, TestCluster, framework_info};

use crate::cluster::{agent, agent_address, master, until};
use crate::running::{self, TASK, UUIDS};
use crate::task::{launch, offer, scalar};

testkit::cases![
    command_executor_is_shown_as_started,
    task_shows_the_last_sent_update,
    tasks_of_a_removed_framework_are_terminated,
    operations_are_shown_until_acknowledged,
    a_recovering_agent_has_no_state,
    no_containers_no_field,
    pages_have_the_declared_defaults,
];

fn command(agent: &Value) -> Value {
    let variables = [json!({"name": "A", "value": "b"})];
    json!({
        "name": "c", "task_id": {"value": "c"}, "agent_id": agent, "labels": {"labels": [{"key": "k"}]},
        "resources": [scalar("cpus", 0.1), scalar("mem", 32.0)],
        "command": {"value": "exec sleep 1000", "environment": {"variables": variables}},
        "health_check": {"type": "COMMAND", "command": {"value": "true"}},
    })
}

async fn with_command(cluster: &TestCluster) -> Result<Framework> {
    let mut framework = Framework::subscribe(cluster, framework_info("command")).await?;
    let offer = offer(&mut framework).await?;
    launch(&framework, &[offer["id"].clone()], &[command(&offer["agent_id"])]).await?;
    framework.events.event("UPDATE").await?;
    Ok(framework)
}

#[expect(deprecated, reason = "agents still name a source")]
async fn command_executor_is_shown_as_started(cluster: TestCluster) -> Result<()> {
    let _framework = with_command(&cluster).await?;
    let info = agent(&cluster).await?.get_executors().await?.executors[0].executor_info.clone();
    ensure!(info.source.as_deref() == Some("c") && info.labels.is_some(), "{info:?}");
    let command = info.command.context("no command")?;
    let value = command.value.context("no value")?;
    let folder = value.strip_suffix("/mesos-executor").context(value.clone())?;
    ensure!(command.shell == Some(false) && folder.starts_with('/'), "{value}");
    let [program, option] = &command.arguments[..] else { anyhow::bail!("{:?}", command.arguments) };
    ensure!(program == "mesos-executor" && option.starts_with("--launcher_dir=/"), "{option}");
    let variables = command.environment.context("no environment")?.variables;
    ensure!(variables.len() == 1 && variables[0].name == "A", "{variables:?}");
    Ok(())
}

async fn task_shows_the_last_sent_update(cluster: TestCluster) -> Result<()> {
    let mut running = running::running(&cluster).await?;
    running.executor.update(TASK, "TASK_STARTING", UUIDS[0]).await?;
    running.executor.update(TASK, "TASK_RUNNING", UUIDS[1]).await?;
    let starting = running.update("TASK_STARTING").await?;
    let agent = agent(&cluster).await?;
    let tasks = until(|| agent.get_tasks(), |tasks| tasks.launched_tasks[0].statuses.len() == 2).await?;
    let task = &tasks.launched_tasks[0];
    // The second update waits until the first one is acknowledged.
    ensure!(task.state() == TaskState::Running, "{task:?}");
    ensure!(task.status_update_state() == Some(TaskState::Starting), "{task:?}");
    ensure!(
        task.status_update_uuid == task.statuses[0].uuid && task.status_update_uuid.is_some(),
        "{task:?}"
    );
    running.acknowledge(&starting).await?;
    running.update("TASK_RUNNING").await?;
    let task = agent.get_tasks().await?.launched_tasks[0].clone();
    ensure!(task.status_update_state() == Some(TaskState::Running), "{task:?}");
    Ok(())
}

async fn tasks_of_a_removed_framework_are_terminated(cluster: TestCluster) -> Result<()> {
    let mut running = running::running(&cluster).await?;
    running.executor.update(TASK, "TASK_RUNNING", UUIDS[0]).await?;
    running.update("TASK_RUNNING").await?;
    cluster.tear_down(running.framework.id()).await?;
    running.events.event("SHUTDOWN").await?;
    running.executor.end(0)?;
    let agent = agent(&cluster).await?;
    let tasks = until(|| agent.get_tasks(), |tasks| tasks.launched_tasks.is_empty()).await?;
    ensure!(tasks.completed_tasks.is_empty(), "{tasks:?}");
    let [task] = &tasks.terminated_tasks[..] else { anyhow::bail!("{tasks:?}") };
    // Nobody was there to learn of its end.
    ensure!(task.state() == TaskState::Running && task.statuses.len() == 1, "{task:?}");
    Ok(())
}

async fn operations_are_shown_until_acknowledged(cluster: TestCluster) -> Result<()> {
    let info = json!({
        "user": "tester", "name": "reserves", "roles": ["a"],
        "capabilities": [{"type": "MULTI_ROLE"}, {"type": "RESERVATION_REFINEMENT"}],
    });
    let mut framework = Framework::subscribe(&cluster, info).await?;
    let offer = offer(&mut framework).await?;
    let mut reserved = scalar("cpus", 1.0);
    reserved["allocation_info"] = json!({"role": "a"});
    reserved["reservations"] = json!([{"type": "DYNAMIC", "role": "a"}]);
    let operation = json!({"type": "RESERVE", "id": {"value": "mine"}, "reserve": {"resources": [reserved]}});
    framework.call("ACCEPT", json!({"offer_ids": [offer["id"]], "operations": [operation]})).await?;
    let event = framework.events.event("UPDATE_OPERATION_STATUS").await?["status"].clone();
    let (master, agent) = (master(&cluster)?, agent(&cluster).await?);
    let total = &agent.get_agent().await?.agent_info.context("no info")?.resources;
    ensure!(Resources::from(&total[..]).reserved().is_empty(), "the info is as at the start: {total:?}");
    for operations in [master.get_operations().await?.operations, agent.get_operations().await?.operations] {
        let [operation] = &operations[..] else { anyhow::bail!("{operations:?}") };
        let latest = &operation.latest_status;
        ensure!(latest.state() == OperationState::Finished && latest.uuid.is_some(), "{latest:?}");
        ensure!(operation.statuses == [latest.clone()], "{operation:?}");
        let info = &operation.info;
        ensure!(info.id.as_ref().is_some_and(|id| id.value == "mine"), "{info:?}");
        let resources = &info.reserve.as_ref().context("no RESERVE")?.resources;
        ensure!(resources[0].allocation_info.is_some() && operation.agent_id.is_some(), "{operation:?}");
        ensure!(operation.framework_id.as_ref().is_some_and(|id| id.value == framework.id()));
    }
    let acknowledgement = json!({
        "agent_id": event["agent_id"], "operation_id": {"value": "mine"}, "uuid": event["uuid"]["value"],
    });
    framework.call("ACKNOWLEDGE_OPERATION_STATUS", acknowledgement).await?;
    until(|| agent.get_operations(), |all| all.operations.is_empty()).await?;
    until(|| master.get_operations(), |all| all.operations.is_empty()).await?;
    Ok(())
}

async fn a_recovering_agent_has_no_state(cluster: TestCluster) -> Result<()> {
    let mut info = framework_info("recovers");
    info["checkpoint"] = json!(true);
    let running = running::running_with(&cluster, info).await?;
    let address = agent_address(&cluster).await?;
    cluster.kill_agent(0).await?;
    cluster.start_agent(0).await?;
    let call = json!({"type": "GET_HEALTH"});
    for request in [Request::get("/state"), Request::post("/api/v1", &call), Request::get("/api/v1")] {
        let response = patiently(request, &address).await?;
        let status = response.status();
        let text = response.text().await?;
        ensure!(status == 503 && text == "Agent has not finished recovery", "{status}: {text}");
    }
    for page in ["/containers", "/flags", "/health"] {
        ensure!(Request::get(page).send(&address).await?.status() == 200, "{page}");
    }
    drop(running);
    let agent = agent(&cluster).await?;
    let healthy = async {
        while agent.get_health().await.is_err() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), healthy).await?;
    ensure!(Request::get("/state").send(&address).await?.status() == 200);
    Ok(())
}

/// The response of an agent that may not listen yet.
async fn patiently(request: Request, address: &str) -> Result<testkit::Response> {
    for _ in 0..100 {
        match request.clone().send(address).await {
            Ok(response) if response.status() != 404 => return Ok(response),
            _ => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
    anyhow::bail!("no response of the agent")
}

async fn no_containers_no_field(cluster: TestCluster) -> Result<()> {
    let address = agent_address(&cluster).await?;
    for call in [json!({"type": "GET_CONTAINERS"}), json!({"type": "GET_CONTAINERS", "get_containers": {}})] {
        let response: Value = Request::post("/api/v1", &call).send(&address).await?.json().await?;
        ensure!(response == json!({"type": "GET_CONTAINERS"}), "{response}");
    }
    Ok(())
}

async fn pages_have_the_declared_defaults(cluster: TestCluster) -> Result<()> {
    let _running = with_command(&cluster).await?;
    let of_master = cluster.state().await?["frameworks"][0]["tasks"][0]["health_check"].clone();
    let of_agent = Request::get("/state").send(&agent_address(&cluster).await?).await?.json().await?;
    let of_agent = of_agent["frameworks"][0]["executors"][0]["tasks"][0]["health_check"].clone();
    for check in [of_master, of_agent] {
        ensure!(check["command"] == json!({"shell": true, "value": "true"}), "{check}");
        ensure!(check["interval_seconds"] == 10.0 && check["consecutive_failures"] == 3, "{check}");
    }
    let master = master(&cluster)?;
    let allocated = master.get_frameworks().await?.frameworks[0].allocated_resources.clone();
    #[expect(deprecated, reason = "masters still fill it in")]
    let roles: Vec<_> = allocated.iter().map(|resource| resource.role.as_deref()).collect();
    ensure!(roles.iter().all(|role| *role == Some("*")) && !roles.is_empty(), "{allocated:?}");
    Ok(())
}
