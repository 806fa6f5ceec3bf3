//! Persistent volumes: what their folders hold, and how tasks find them.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use mesos_sdk::Master;
use mesos_sdk::build::{PersistentVolume, Pod, Task};
use mesos_sdk::operator::MasterOperator;
use mesos_sdk::proto::v1::framework_info::{Capability, capability};
use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{CommandInfo, FrameworkInfo, Offer, Resource, TaskInfo, TaskState, TaskStatus};
use mesos_sdk::resources::Resources;
use testkit::{Request, TestCluster};

use crate::commands::{ensure_is, shell};
use crate::framework::{Framework, driver};
use crate::offer_operations::{disk, offer};
use crate::operations::reserving;
use crate::pods;
use crate::task::{Work, task, task_id};

testkit::cases![
    files_outlive_their_task_until_destroy,
    files_outlive_their_agent,
    paths_with_a_slash_are_passed_over,
    taken_name_fails_the_task,
    link_is_there_while_it_is_used,
    taken_name_ends_a_running_executor,
    tasks_share_a_volume,
    volume_belongs_to_the_user_of_the_task,
    tasks_of_a_pod_find_their_volumes,
    volume_of_a_pod_is_shown,
];

const SIZE: f64 = 64.0;

fn start(cluster: &TestCluster) -> Result<Framework> {
    let mut info = reserving("volumes");
    let shares = capability::Type::SharedResources;
    info.capabilities.push(Capability { r#type: Some(shares.into()) });
    Ok(Framework::start(driver(cluster.address(), FrameworkInfo { checkpoint: Some(true), ..info })?))
}

/// The volume `v`, which its task finds at this path.
fn volume(path: &str) -> Result<Resource> {
    Ok(PersistentVolume::new("v", path).build(&disk(SIZE)?)?)
}

/// Makes a volume out of the next offer.
async fn create(framework: &mut Framework, volume: Resource) -> Result<()> {
    let first = framework.offer().await?;
    let make = vec![Operation::reserve(vec![disk(SIZE)?]), Operation::create(vec![volume])];
    framework.accept(&first, make).await
}

/// The next offer of the volume.
async fn with_volume(framework: &mut Framework) -> Result<Offer> {
    offer(framework, |all| !all.persistent_volumes().is_empty()).await
}

fn running(id: &str, offer: &Offer, command: CommandInfo, volume: Resource) -> Result<TaskInfo> {
    let mut resources: Vec<Resource> = "cpus:0.1;mem:32".parse::<Resources>()?.into();
    resources.push(volume);
    let (name, task_id, agent_id) = (id.to_owned(), task_id(id), offer.agent_id.clone());
    let command = Some(Box::new(command));
    Ok(TaskInfo { name, task_id, agent_id, resources, command, ..TaskInfo::default() })
}

/// The last update of a task with this command, which uses the volume.
async fn end(framework: &mut Framework, id: &str, command: CommandInfo, path: &str) -> Result<TaskStatus> {
    let offer = with_volume(framework).await?;
    let task = running(id, &offer, command, volume(path)?)?;
    framework.accept(&offer, vec![Operation::launch(vec![task])]).await?;
    let [end] = pods::ends(framework, [id]).await?;
    Ok(end)
}

async fn ensure_finishes(framework: &mut Framework, id: &str, line: &str, path: &str) -> Result<()> {
    let end = end(framework, id, shell(line), path).await?;
    ensure_is(&end, TaskState::Finished, "Command exited with status 0")
}

/// The names of what is in the sandbox of a running task.
async fn in_sandbox(cluster: &TestCluster, framework: &mut Framework, id: &str) -> Result<Vec<String>> {
    let operator = MasterOperator::new(cluster.address().parse::<Master>()?);
    let framework_id = framework.handle.status().framework_id.context("not subscribed")?;
    let sandbox = operator.sandbox(&framework_id, &task_id(id)).await?;
    let agent = sandbox.agent();
    let files = agent.list_files(sandbox.path()).await?.file_infos;
    Ok(files.iter().filter_map(|file| Some(file.path.rsplit('/').next()?.to_owned())).collect())
}

#[statement::proves(pv)]
async fn files_outlive_their_task_until_destroy(cluster: TestCluster) -> Result<()> {
    let mut framework = start(&cluster)?;
    create(&mut framework, volume("data")?).await?;
    ensure_finishes(&mut framework, "writes", "echo hello > data/file", "data").await?;
    ensure_finishes(&mut framework, "reads", "[ $(cat other/file) = hello ]", "other").await?;
    let later = with_volume(&mut framework).await?;
    let again = vec![Operation::destroy(vec![volume("data")?]), Operation::create(vec![volume("data")?])];
    framework.accept(&later, again).await?;
    ensure_finishes(&mut framework, "again", "[ -d data ] && [ -z \"$(ls -A data)\" ]", "data").await?;
    framework.stop().await
}

async fn files_outlive_their_agent(cluster: TestCluster) -> Result<()> {
    let mut framework = start(&cluster)?;
    create(&mut framework, volume("data")?).await?;
    ensure_finishes(&mut framework, "writes", "echo hello > data/file", "data").await?;
    cluster.kill_agent(0).await?;
    cluster.start_agent(0).await?;
    ensure_finishes(&mut framework, "reads", "[ $(cat data/file) = hello ]", "data").await?;
    framework.stop().await
}

/// Agents without mounts make links in sandboxes, and no folders for them.
async fn paths_with_a_slash_are_passed_over(cluster: TestCluster) -> Result<()> {
    let elsewhere = tempfile::tempdir()?;
    let absolute = elsewhere.path().join("data");
    let mut framework = start(&cluster)?;
    create(&mut framework, volume("data")?).await?;
    let nothing = "[ \"$(ls)\" = \"$(printf 'stderr\\nstdout')\" ]";
    for (id, path) in [("nested", "a/b"), ("absolute", absolute.to_str().context("an odd path")?)] {
        ensure_finishes(&mut framework, id, nothing, path).await?;
    }
    ensure!(fs::read_dir(elsewhere.path())?.next().is_none(), "something is there");
    framework.stop().await
}

async fn taken_name_fails_the_task(cluster: TestCluster) -> Result<()> {
    let mut framework = start(&cluster)?;
    create(&mut framework, volume("data")?).await?;
    for (id, path, reason) in [
        ("above", "..", "The existing symlink '"),
        ("empty", "", "The existing symlink '"),
        ("long", &"x".repeat(256), "Failed to symlink persistent volume from '"),
    ] {
        let end = end(&mut framework, id, shell("true"), path).await?;
        ensure!(end.state() == TaskState::Failed, "{end:?}");
        ensure!(end.reason() == Some(Reason::ContainerLaunchFailed), "{end:?}");
        let message = format!("Failed to launch container: {reason}");
        ensure!(end.message().starts_with(&message), "{end:?}");
    }
    framework.stop().await
}

/// A task of an executor that runs.
async fn use_volume(framework: &mut Framework, id: &str, path: &str) -> Result<()> {
    let offer = with_volume(framework).await?;
    let mut uses = task(id, &offer, Work::Run)?;
    uses.resources.push(volume(path)?);
    framework.accept(&offer, vec![Operation::launch(vec![uses])]).await
}

async fn link_is_there_while_it_is_used(cluster: TestCluster) -> Result<()> {
    let mut framework = start(&cluster)?;
    create(&mut framework, volume("data")?).await?;
    framework.launch_one("first", Work::Run).await?;
    for (id, path) in [("one", "data"), ("two", "other")] {
        use_volume(&mut framework, id, path).await?;
        framework.state(id, TaskState::Running).await?;
        let names = in_sandbox(&cluster, &mut framework, "first").await?;
        let links: Vec<_> = names.iter().filter(|name| !name.starts_with("std")).collect();
        ensure!(links == [path], "{names:?}");
        framework.handle.kill(task_id(id), None).await?;
        framework.state(id, TaskState::Killed).await?;
        let names = in_sandbox(&cluster, &mut framework, "first").await?;
        ensure!(names == ["stderr", "stdout"], "{names:?}");
    }
    framework.stop().await
}

async fn taken_name_ends_a_running_executor(cluster: TestCluster) -> Result<()> {
    let mut framework = start(&cluster)?;
    create(&mut framework, volume("data")?).await?;
    framework.launch_one("first", Work::Run).await?;
    use_volume(&mut framework, "second", "stdout").await?;
    for id in ["first", "second"] {
        let lost = framework.state(id, TaskState::Lost).await?;
        ensure!(lost.reason() == Some(Reason::ContainerUpdateFailed), "{lost:?}");
        let message = "Failed to update resources for container: ";
        ensure!(lost.message().starts_with(message), "{lost:?}");
    }
    framework.stop().await
}

#[statement::proves(pv)]
async fn tasks_share_a_volume(cluster: TestCluster) -> Result<()> {
    let mut framework = start(&cluster)?;
    let shared = PersistentVolume::new("v", "data").shared().build(&disk(SIZE)?)?;
    create(&mut framework, shared.clone()).await?;
    let offer = with_volume(&mut framework).await?;
    let meets = |own: &str, other: &str| {
        shell(&format!("touch data/{own}; until [ -e data/{other} ]; do sleep 0.05; done"))
    };
    let tasks = vec![
        running("a", &offer, meets("a", "b"), shared.clone())?,
        running("b", &offer, meets("b", "a"), shared)?,
    ];
    framework.accept(&offer, vec![Operation::launch(tasks)]).await?;
    for status in pods::ends(&mut framework, ["a", "b"]).await? {
        ensure_is(&status, TaskState::Finished, "Command exited with status 0")?;
    }
    framework.stop().await
}

async fn volume_belongs_to_the_user_of_the_task(cluster: TestCluster) -> Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    if fs::metadata("/proc/self")?.uid() != 0 {
        eprintln!("SKIPPED: only root can do something as another user");
        return Ok(());
    }
    let cluster = TestCluster::switching_users(cluster.backend()).await?;
    let mut framework = start(&cluster)?;
    create(&mut framework, volume("data")?).await?;
    // Root takes nothing away from those before it.
    for (user, owner) in [("root", "root"), ("nobody", "nobody"), ("root", "nobody"), ("daemon", "daemon")] {
        let id = format!("{user}-after-{}", framework.updates.len());
        let line = format!("[ \"$(stat -L -c %U-%a data)\" = {owner}-755 ]");
        let command = CommandInfo { user: Some(user.to_owned()), ..shell(&line) };
        let end = end(&mut framework, &id, command, "data").await?;
        ensure_is(&end, TaskState::Finished, "Command exited with status 0")?;
    }
    framework.stop().await
}

/// Launches a pod of one task, which uses the volume.
async fn launch_pod(framework: &Framework, offer: &Offer, task: Task) -> Result<()> {
    let mut pod = Pod::new(pods::executor()).task(task).build(offer)?;
    pod.task_group.tasks[0].resources.push(volume("data")?);
    framework.accept(offer, vec![Operation::launch_group(pod)]).await
}

async fn tasks_of_a_pod_find_their_volumes(cluster: TestCluster) -> Result<()> {
    let mut framework = start(&cluster)?;
    create(&mut framework, volume("data")?).await?;
    for (id, line) in [("writes", "echo hello > data/file"), ("reads", "[ $(cat data/file) = hello ]")] {
        let offer = with_volume(&mut framework).await?;
        launch_pod(&framework, &offer, pods::command(id, line)).await?;
        let [end] = pods::ends(&mut framework, [id]).await?;
        ensure_is(&end, TaskState::Finished, "Command exited with status 0")?;
    }
    framework.stop().await
}

/// Operators see the files below the sandbox of the task, and not below that of the executor.
async fn volume_of_a_pod_is_shown(cluster: TestCluster) -> Result<()> {
    let mut framework = start(&cluster)?;
    create(&mut framework, volume("data")?).await?;
    let offer = with_volume(&mut framework).await?;
    let line = format!("echo hello > data/file; {}", pods::RUNS);
    launch_pod(&framework, &offer, pods::command("t", line)).await?;
    framework.state("t", TaskState::Running).await?;
    let agent = MasterOperator::new(cluster.address().parse::<Master>()?).agent(&offer.agent_id).await?;
    let port = cluster.state().await?["slaves"][0]["port"].clone();
    let state = Request::get("/state").send(&format!("127.0.0.1:{port}")).await?.json().await?;
    let directory = state["frameworks"][0]["executors"][0]["directory"].as_str().context("no directory")?;
    let shown = format!("{directory}/tasks/t/data");
    while agent.list_files(shown.as_str()).await?.file_infos.is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let files = agent.list_files(shown.as_str()).await?.file_infos;
    ensure!(files.len() == 1 && files[0].path == format!("{shown}/file"), "{files:?}");
    let direct = agent.list_files(format!("{directory}/data")).await;
    ensure!(direct.is_err(), "{direct:?}");
    framework.stop().await
}
