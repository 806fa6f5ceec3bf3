//! A scheduler and an executor, both of this library.

use anyhow::{Result, ensure};
use mesos_sdk::ClientOptions;
use mesos_sdk::proto::v1::TaskState;
use mesos_sdk::wire::Encoding;
use testkit::TestCluster;

use crate::framework::{Framework, NO_FILTER, driver, info};
use crate::task::{Work, in_json, task};

testkit::cases![
    every_task_runs_and_finishes_once,
    every_task_runs_and_finishes_once_in_json,
    teardown_leaves_no_task,
];

const TASKS: usize = 12;

async fn every_task_runs_and_finishes_once(cluster: TestCluster) -> Result<()> {
    run_tasks(&cluster, Encoding::Protobuf).await
}

async fn every_task_runs_and_finishes_once_in_json(cluster: TestCluster) -> Result<()> {
    run_tasks(&cluster, Encoding::Json).await
}

async fn run_tasks(cluster: &TestCluster, encoding: Encoding) -> Result<()> {
    let mut framework = Framework::start(
        driver(cluster.address(), info("pair"))?.client_options(ClientOptions::new().encoding(encoding)),
    );
    let id = framework.subscribed().await?.framework_id.value;
    let ids: Vec<_> = (0..TASKS).map(|number| format!("task-{number}")).collect();
    let offer = framework.offer().await?;
    let mut tasks =
        ids.iter().map(|id| task(id, &offer, Work::FinishAfter(0))).collect::<Result<Vec<_>>>()?;
    if encoding == Encoding::Json {
        tasks = tasks.into_iter().map(in_json).collect();
    }
    framework.handle.launch_with_filters([offer.id], tasks, NO_FILTER).await?;
    for id in &ids {
        while framework.count(id, TaskState::Finished) == 0 {
            framework.update().await?;
        }
    }
    let states = [TaskState::Running, TaskState::Finished];
    framework.ensure_once(ids.iter().map(String::as_str), &states)?;
    framework.stop().await?;
    cluster.completed(&id).await
}

#[statement::proves(teardown)]
async fn teardown_leaves_no_task(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), info("teardown"))?);
    let id = framework.subscribed().await?.framework_id.value;
    framework.launch_one("t", Work::Run).await?;
    framework.stop().await?;
    cluster.completed(&id).await?;
    let state = cluster.state().await?;
    let completed = state["completed_frameworks"].as_array().cloned().unwrap_or_default();
    let tasks = completed.iter().find(|it| it["id"] == id).map(|it| it["tasks"].clone());
    ensure!(tasks.as_ref().and_then(|tasks| tasks.as_array()).is_some_and(Vec::is_empty), "{tasks:?}");
    Ok(())
}
