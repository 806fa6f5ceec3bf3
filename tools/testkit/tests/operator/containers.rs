//! Containers: started, waited for, killed and removed.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use mesos_sdk::ErrorKind;
use mesos_sdk::operator::AgentOperator;
use mesos_sdk::proto::v1::agent::call::{LaunchContainer, LaunchNestedContainer};
use mesos_sdk::proto::v1::agent::response::GetContainers;
use mesos_sdk::proto::v1::{CommandInfo, ContainerId, ResourceProviderId, ResourceProviderInfo};
use testkit::{Request, TestCluster};

use serde_json::json;

use crate::cluster::{agent, agent_address, ensure_refused, until};
use crate::running::{self, Running};

testkit::cases![
    standalone_container_is_awaited,
    nested_container_is_killed,
    container_of_an_executor_is_measured,
    container_of_an_executor_is_killed,
    container_ends_with_its_parent,
    container_needs_a_running_parent,
    the_older_names_do_the_same,
    missing_containers_are_not_found,
    images_and_providers_get_responses,
    ended_standalone_container_is_forgotten,
    ended_nested_container_frees_its_id,
    calls_about_containers_are_validated;
    // It ends a real agent.
    embedded only: removal_within_nothing_is_refused,
];

pub(crate) fn id(value: &str, parent: Option<ContainerId>) -> ContainerId {
    ContainerId { value: value.to_owned(), parent: parent.map(Box::new) }
}

pub(crate) fn command(text: &str) -> CommandInfo {
    CommandInfo { value: Some(text.to_owned()), ..CommandInfo::default() }
}

pub(crate) async fn with_parent(cluster: &TestCluster) -> Result<(Running, AgentOperator, ContainerId)> {
    let running = running::running(cluster).await?;
    let agent = agent(cluster).await?;
    let containers = agent.get_containers(false, false).await?.containers;
    let parent = containers.into_iter().next().context("no container")?.container_id;
    Ok((running, agent, parent))
}

async fn standalone_container_is_awaited(cluster: TestCluster) -> Result<()> {
    let agent = agent(&cluster).await?;
    let own = id("of-its-own", None);
    let command = Some(command("exit 3").into());
    agent
        .launch_container(LaunchContainer { container_id: own.clone(), command, ..Default::default() })
        .await?;
    let ended = agent.wait_container(own.clone()).await?;
    ensure!(ended.exit_status == Some(3 << 8), "{ended:?}");
    // A real agent ends at that, so it is not asked.
    ensure_refused(agent.remove_container(own).await, ErrorKind::Invalid, "no parent")
}

async fn nested_container_is_killed(cluster: TestCluster) -> Result<()> {
    let (_running, agent, parent) = with_parent(&cluster).await?;
    let nested = id("nested", Some(parent));
    let launch = LaunchContainer {
        container_id: nested.clone(),
        command: Some(Box::new(command("sleep 1000"))),
        ..Default::default()
    };
    agent.launch_container(launch).await?;
    let listed = agent.get_containers(true, false).await?.containers;
    // The list names containers without their parents.
    let listed = listed.into_iter().find(|container| container.container_id.value == nested.value);
    let status = listed.and_then(|listed| listed.container_status).context("it is not listed")?;
    ensure!(
        status.container_id == Some(Box::new(nested.clone())) && status.executor_pid.is_some(),
        "{status:?}"
    );
    agent.kill_container(nested.clone(), None).await?;
    let ended = agent.wait_container(nested.clone()).await?;
    ensure!(ended.exit_status == Some(9), "{ended:?}");
    agent.remove_container(nested).await?;
    Ok(())
}

async fn container_of_an_executor_is_measured(cluster: TestCluster) -> Result<()> {
    let (_running, agent, _) = with_parent(&cluster).await?;
    let containers = agent.get_containers(false, false).await?.containers;
    let statistics = containers[0].resource_statistics.as_ref().context("no statistics")?;
    ensure!(statistics.timestamp > 0.0 && statistics.cpus_soft_limit.is_some(), "{statistics:?}");
    ensure!(statistics.cpus_user_time_secs.is_some() && statistics.mem_rss_bytes > Some(0), "{statistics:?}");
    Ok(())
}

async fn container_of_an_executor_is_killed(cluster: TestCluster) -> Result<()> {
    let (mut running, agent, parent) = with_parent(&cluster).await?;
    agent.kill_container(parent, None).await?;
    let (status, _) = running.fails_to("TASK_FAILED").await?;
    ensure!(status["reason"] == "REASON_EXECUTOR_TERMINATED", "{status}");
    Ok(())
}

async fn the_older_names_do_the_same(cluster: TestCluster) -> Result<()> {
    let (_running, agent, parent) = with_parent(&cluster).await?;
    let nested = id("nested", Some(parent));
    let launch = LaunchNestedContainer {
        container_id: nested.clone(),
        command: Some(Box::new(command("sleep 1000"))),
        container: None,
    };
    agent.launch_nested_container(launch).await?;
    agent.kill_nested_container(nested.clone(), Some(9)).await?;
    let ended = agent.wait_nested_container(nested.clone()).await?;
    ensure!(ended.exit_status == Some(9), "{ended:?}");
    agent.remove_nested_container(nested).await?;
    Ok(())
}

async fn missing_containers_are_not_found(cluster: TestCluster) -> Result<()> {
    let agent = agent(&cluster).await?;
    let nobody = || id("nobody", None);
    ensure_refused(agent.wait_container(nobody()).await, ErrorKind::NotFound, "nobody")?;
    ensure_refused(agent.kill_container(nobody(), None).await, ErrorKind::NotFound, "nobody")?;
    ensure_refused(agent.attach_container_output(nobody()).await, ErrorKind::NotFound, "nobody")?;
    let mut input = agent.attach_container_input(nobody()).await?;
    let refused = async {
        loop {
            input.write("hello").await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    ensure_refused::<()>(refused.await, ErrorKind::NotFound, "nobody")
}

async fn images_and_providers_get_responses(cluster: TestCluster) -> Result<()> {
    let agent = agent(&cluster).await?;
    agent.prune_images(vec![]).await?;
    let info = || ResourceProviderInfo {
        r#type: "org.example.none".to_owned(),
        name: "none".to_owned(),
        ..ResourceProviderInfo::default()
    };
    let unknown = "Unknown local resource provider type 'org.example.none'";
    ensure_refused(agent.add_resource_provider_config(info()).await, ErrorKind::Rejected, unknown)?;
    ensure_refused(agent.update_resource_provider_config(info()).await, ErrorKind::Rejected, unknown)?;
    let removed = agent.remove_resource_provider_config("org.example.none", "none").await;
    ensure_refused(removed, ErrorKind::Unavailable, "Missing required flag --resource_provider_config_dir")?;
    agent.mark_resource_provider_gone(ResourceProviderId::from("none")).await?;
    Ok(())
}

async fn container_ends_with_its_parent(cluster: TestCluster) -> Result<()> {
    let (running, agent, parent) = with_parent(&cluster).await?;
    let nested = id("nested", Some(parent));
    let launch = LaunchContainer {
        container_id: nested.clone(),
        command: Some(Box::new(command("sleep 1000"))),
        ..Default::default()
    };
    agent.launch_container(launch.clone()).await?;
    // Once more is as good as once.
    agent.launch_container(launch).await?;
    running.framework.call("TEARDOWN", serde_json::Value::Null).await?;
    let nobody = |containers: &GetContainers| containers.containers.is_empty();
    until(|| agent.get_containers(true, true), nobody).await?;
    Ok(())
}

async fn container_needs_a_running_parent(cluster: TestCluster) -> Result<()> {
    let agent = agent(&cluster).await?;
    let launch = LaunchContainer {
        container_id: id("nested", Some(id("nobody", None))),
        command: Some(Box::new(command("sleep 1000"))),
        ..Default::default()
    };
    let refused = agent.launch_container(launch).await;
    ensure_refused(refused, ErrorKind::Rejected, "Parent container nobody does not exist")?;
    let launch = LaunchContainer {
        container_id: id("a.b", None),
        command: Some(Box::new(command("sleep 1000"))),
        ..Default::default()
    };
    let refused = agent.launch_container(launch).await;
    ensure_refused(refused, ErrorKind::Rejected, "contains invalid characters")
}

fn launch(container_id: ContainerId, text: &str) -> LaunchContainer {
    LaunchContainer { container_id, command: Some(Box::new(command(text))), ..Default::default() }
}

async fn ended_standalone_container_is_forgotten(cluster: TestCluster) -> Result<()> {
    let agent = agent(&cluster).await?;
    let own = || id("of-its-own", None);
    for status in [3, 4] {
        // Long enough for the wait to come before the end.
        agent.launch_container(launch(own(), &format!("sleep 1; exit {status}"))).await?;
        let ended = agent.wait_container(own()).await?;
        ensure!(ended.exit_status == Some(status << 8), "{ended:?}");
        ensure_refused(agent.wait_container(own()).await, ErrorKind::NotFound, "of-its-own cannot be found")?;
    }
    Ok(())
}

async fn ended_nested_container_frees_its_id(cluster: TestCluster) -> Result<()> {
    let (_running, agent, parent) = with_parent(&cluster).await?;
    let nested = || id("nested", Some(parent.clone()));
    for status in [3, 4] {
        agent.launch_container(launch(nested(), &format!("exit {status}"))).await?;
        for _ in 0..2 {
            let ended = agent.wait_container(nested()).await?;
            ensure!(ended.exit_status == Some(status << 8), "{ended:?}");
        }
    }
    agent.remove_container(nested()).await?;
    ensure_refused(agent.wait_container(nested()).await, ErrorKind::NotFound, "nested cannot be found")
}

async fn calls_about_containers_are_validated(cluster: TestCluster) -> Result<()> {
    let agent = agent(&cluster).await?;
    let lost = id("nested", Some(id("nobody", None)));
    ensure_refused(agent.remove_container(lost).await, ErrorKind::Unavailable, "Unknown root container")?;
    let own = || id("own", None);
    let without_parent = [
        (
            agent.wait_nested_container(own()).await.err(),
            "'wait_nested_container.container_id.parent' to be present",
        ),
        (agent.kill_nested_container(own(), None).await.err(), "'kill_nested_container.container_id.parent'"),
        (agent.remove_nested_container(own()).await.err(), "'remove_nested_container.container_id.parent'"),
        (agent.wait_container(id("a b", None)).await.err(), "'wait_container.container_id' is invalid: "),
        (agent.kill_container(id("", None), None).await.err(), "'kill_container.container_id' is invalid: "),
    ];
    for (error, reason) in without_parent {
        let error = error.context("done, instead of an error")?;
        ensure_refused::<()>(Err(error), ErrorKind::Rejected, reason)?;
    }
    agent.launch_container(launch(own(), "sleep 1000")).await?;
    let refused = agent.kill_container(own(), Some(99)).await;
    ensure_refused(refused, ErrorKind::Unavailable, "Unable to send signal to container: Invalid argument")?;
    agent.kill_container(own(), None).await?;
    Ok(())
}

async fn removal_within_nothing_is_refused(cluster: TestCluster) -> Result<()> {
    let address = agent_address(&cluster).await?;
    let call = json!({"type": "REMOVE_CONTAINER", "remove_container": {"container_id": {"value": "nobody"}}});
    let response = Request::post("/api/v1", &call).send(&address).await?;
    ensure!(response.status() == 500);
    ensure!(response.text().await? == "Unknown root container");
    Ok(())
}
