//! What an executor's process is given.

use anyhow::{Context, Result, ensure};
use serde_json::json;
use testkit::{TestCluster, framework_info};

use crate::running::started;

testkit::cases![
    identity_and_location,
    grace_period_always_recovery_if_checkpointed,
    durations_are_text,
    directory_is_the_sandbox,
    agent_environment_is_not_inherited,
];

#[statement::proves(env1)]
async fn identity_and_location(cluster: TestCluster) -> Result<()> {
    let started = started(&cluster, framework_info("env1")).await?;
    let variable = |name| started.executor.variable(name);
    ensure!(variable("MESOS_FRAMEWORK_ID") == Some(started.framework.id()));
    ensure!(variable("MESOS_EXECUTOR_ID") == Some("by-hand"));
    ensure!(variable("MESOS_SLAVE_ID") == started.agent["value"].as_str());
    let endpoint = variable("MESOS_AGENT_ENDPOINT").context("no endpoint")?;
    ensure!(variable("MESOS_SLAVE_PID") == Some(format!("slave(1)@{endpoint}").as_str()));
    ensure!(variable("MESOS_CHECKPOINT") == Some("0"));
    ensure!(variable("LIBPROCESS_PORT") == Some("0"));
    // A flag of the agent: how it would run commands.
    ensure!(matches!(variable("MESOS_HTTP_COMMAND_EXECUTOR"), Some("0" | "1")));
    Ok(())
}

#[statement::proves(env2, rect)]
async fn grace_period_always_recovery_if_checkpointed(cluster: TestCluster) -> Result<()> {
    let plain = started(&cluster, framework_info("env2")).await?;
    ensure!(plain.executor.variable("MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD").is_some());
    ensure!(plain.executor.variable("MESOS_RECOVERY_TIMEOUT").is_none());
    ensure!(plain.executor.variable("MESOS_SUBSCRIPTION_BACKOFF_MAX").is_none());
    let mut info = framework_info("env2");
    info["checkpoint"] = json!(true);
    let checkpointing = started(&cluster, info).await?;
    ensure!(checkpointing.executor.variable("MESOS_CHECKPOINT") == Some("1"));
    ensure!(checkpointing.executor.variable("MESOS_RECOVERY_TIMEOUT") == Some("15mins"));
    ensure!(checkpointing.executor.variable("MESOS_SUBSCRIPTION_BACKOFF_MAX") == Some("2secs"));
    Ok(())
}

#[statement::proves(env3)]
async fn durations_are_text(cluster: TestCluster) -> Result<()> {
    let started = started(&cluster, framework_info("env3")).await?;
    ensure!(started.executor.variable("MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD") == Some("5secs"));
    Ok(())
}

#[statement::proves(env4)]
async fn directory_is_the_sandbox(cluster: TestCluster) -> Result<()> {
    let started = started(&cluster, framework_info("env4")).await?;
    let directory = started.executor.variable("MESOS_DIRECTORY").context("no directory")?;
    let parts = [started.framework.id(), "by-hand", started.agent["value"].as_str().context("no agent id")?];
    ensure!(parts.iter().all(|part| directory.contains(part)), "{directory}");
    let sandbox = std::path::Path::new(directory);
    ensure!(started.executor.variable("MESOS_SANDBOX") == Some(directory));
    ensure!(sandbox.join("stdout").is_file() && sandbox.join("stderr").is_file());
    Ok(())
}

#[statement::proves(env5)]
async fn agent_environment_is_not_inherited(cluster: TestCluster) -> Result<()> {
    let started = started(&cluster, framework_info("env5")).await?;
    ensure!(std::env::var("HOME").is_ok());
    ensure!(started.executor.variable("HOME").is_none());
    let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    ensure!(started.executor.variable("PATH") == Some(path));
    Ok(())
}
