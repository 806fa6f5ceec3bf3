//! What there is in the cluster, and on an agent.

use anyhow::{Context, Result, ensure};
use mesos_sdk::ErrorKind;
use mesos_sdk::proto::v1::resource::AllocationInfo;
use mesos_sdk::proto::v1::{FrameworkId, Resource, TaskState};
use serde_json::json;
use testkit::{Framework, Request, TestCluster, framework_info};

use crate::cluster::{agent, ensure_refused, master, until};
use crate::running::{self, Running, TASK};

testkit::cases![
    a_master_lists_all_that_runs,
    an_agent_lists_all_that_runs,
    a_framework_is_torn_down_by_an_operator,
    resources_in_use_have_both_forms_of_roles,
    what_there_is_none_of_is_absent,
    new_framework_is_not_unregistered,
];

async fn a_master_lists_all_that_runs(cluster: TestCluster) -> Result<()> {
    let Running { framework, executor, .. } = running::running(&cluster).await?;
    executor.update(TASK, "TASK_RUNNING", running::UUIDS[0]).await?;
    let master = master(&cluster)?;
    let running = Some(TaskState::Running as i32);
    let tasks = until(|| master.get_tasks(), |tasks| tasks.tasks.first().map(|task| task.state) == running)
        .await?
        .tasks;
    ensure!(tasks[0].task_id.value == TASK && tasks[0].framework_id.value == framework.id(), "{tasks:?}");
    let executors = master.get_executors().await?.executors;
    ensure!(executors[0].executor_info.executor_id.value == "by-hand", "{executors:?}");
    let frameworks = master.get_frameworks().await?.frameworks;
    ensure!(frameworks[0].active && frameworks[0].connected && !frameworks[0].recovered, "{frameworks:?}");
    ensure!(!frameworks[0].allocated_resources.is_empty(), "{frameworks:?}");
    let agents = master.get_agents().await?.agents;
    ensure!(agents[0].active && agents[0].version == "1.11.0", "{agents:?}");
    ensure!(!agents[0].total_resources.is_empty() && !agents[0].allocated_resources.is_empty(), "{agents:?}");
    ensure!(master.get_operations().await?.operations.is_empty());
    let roles = master.get_roles().await?.roles;
    let role = roles.iter().find(|role| role.name == "*").context("no role")?;
    ensure!(role.frameworks.iter().any(|id| id.value == framework.id()), "{roles:?}");
    let state = master.get_state().await?;
    ensure!(state.get_tasks.context("no tasks")?.tasks == tasks);
    ensure!(state.get_executors.context("no executors")?.executors == executors);
    ensure!(state.get_agents.is_some() && state.get_frameworks.is_some());
    Ok(())
}

async fn an_agent_lists_all_that_runs(cluster: TestCluster) -> Result<()> {
    let Running { framework, .. } = running::running(&cluster).await?;
    let agent = agent(&cluster).await?;
    let tasks = agent.get_tasks().await?.launched_tasks;
    ensure!(tasks.len() == 1 && tasks[0].task_id.value == TASK, "{tasks:?}");
    let frameworks = agent.get_frameworks().await?.frameworks;
    ensure!(frameworks[0].framework_info.id.as_ref().is_some_and(|id| id.value == framework.id()));
    let executors = agent.get_executors().await?.executors;
    ensure!(executors[0].executor_info.executor_id.value == "by-hand", "{executors:?}");
    let containers = agent.get_containers(true, true).await?.containers;
    ensure!(containers.len() == 1, "{containers:?}");
    ensure!(containers[0].executor_id.as_ref().is_some_and(|id| id.value == "by-hand"), "{containers:?}");
    ensure!(!containers[0].container_id.value.is_empty());
    ensure!(agent.get_operations().await?.operations.is_empty());
    ensure!(agent.get_resource_providers().await?.resource_providers.is_empty());
    let state = agent.get_state().await?;
    ensure!(state.get_tasks.context("no tasks")?.launched_tasks == tasks);
    ensure!(state.get_executors.is_some() && state.get_frameworks.is_some());
    Ok(())
}

async fn a_framework_is_torn_down_by_an_operator(cluster: TestCluster) -> Result<()> {
    let framework = Framework::subscribe(&cluster, framework_info("unwanted")).await?;
    let master = master(&cluster)?;
    let id = FrameworkId::from(framework.id());
    master.teardown(id.clone()).await?;
    cluster.completed(framework.id()).await?;
    ensure!(master.get_frameworks().await?.completed_frameworks.len() == 1);
    ensure_refused(master.teardown(id).await, ErrorKind::Rejected, "No framework found with specified ID")
}

async fn resources_in_use_have_both_forms_of_roles(cluster: TestCluster) -> Result<()> {
    let _running = running::running(&cluster).await?;
    let framework = master(&cluster)?.get_frameworks().await?.frameworks.remove(0);
    let used = framework.allocated_resources;
    let is_listed = |resource: &Resource| {
        let allocated = resource.allocation_info.as_ref().map(AllocationInfo::role);
        (resource.role(), allocated) == ("*", Some("*"))
    };
    ensure!(!used.is_empty() && used.iter().all(is_listed), "{used:?}");
    Ok(())
}

async fn what_there_is_none_of_is_absent(cluster: TestCluster) -> Result<()> {
    let asked = Request::post("/api/v1", &json!({"type": "GET_WEIGHTS"}));
    let response = asked.send(cluster.address()).await?.json().await?;
    ensure!(response == json!({"type": "GET_WEIGHTS"}), "{response}");
    Ok(())
}

async fn new_framework_is_not_unregistered(cluster: TestCluster) -> Result<()> {
    let asked = Request::post("/api/v1", &json!({"type": "SUBSCRIBE"}));
    let mut events = asked.send(cluster.address()).await?.records();
    let _framework = Framework::subscribe(&cluster, framework_info("new")).await?;
    let added = events.event("FRAMEWORK_ADDED").await?["framework"].clone();
    ensure!(added["unregistered_time"]["nanoseconds"] == 0, "{added}");
    ensure!(added["active"] == true && added.get("offer_constraints").is_none(), "{added}");
    Ok(())
}
