//! Pods: the embedded cluster runs their default executor, a real agent starts
//! `mesos-default-executor`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use mesos_sdk::Master;
use mesos_sdk::build::{Command, Container, Executor, Pod, Task};
use mesos_sdk::operator::{AgentOperator, MasterOperator, Sandbox};
use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::task_status::{Reason, Source};
use mesos_sdk::proto::v1::{
    AgentId, ContainerId, ExecutorId, FrameworkId, FrameworkInfo, TaskState, TaskStatus,
};
use testkit::TestCluster;

use crate::commands::{ensure_is, start};
use crate::framework::{Framework, NO_FILTER, driver, info};
use crate::task::task_id;

testkit::cases![
    pod_of_two_runs_and_finishes,
    failure_of_one_ends_its_pod,
    kill_of_one_ends_its_pod,
    stubborn_task_of_a_pod_is_killed,
    pods_of_one_executor_are_independent,
    tasks_of_a_pod_share_a_folder,
    task_of_a_pod_has_its_own_sandbox,
    files_of_a_pod_are_fetched,
    unfetchable_file_ends_its_pod,
    shutdown_ends_a_pod,
    max_completion_time_ends_a_pod,
    pod_outlives_its_scheduler,
    checkpointed_pod_outlives_its_agent,
    pod_ends_with_its_agent;
    // Nothing else runs in memory.
    embedded only: pod_needs_a_folder,
];

const EXECUTOR: &str = "pod";
/// Runs until it is killed.
pub(crate) const RUNS: &str = "exec sleep 1000";

pub(crate) fn command(id: &str, command: impl Into<Command>) -> Task {
    Task::new(id).command(command).cpus(0.1).mem(32.0)
}

pub(crate) fn executor() -> Executor {
    Executor::default_executor(EXECUTOR).cpus(0.1).mem(32.0).disk(1.0)
}

/// Launches a pod of these tasks.
pub(crate) async fn launch<const N: usize>(framework: &mut Framework, tasks: [Task; N]) -> Result<AgentId> {
    let offer = framework.offer().await?;
    let pod = tasks.into_iter().fold(Pod::new(executor()), Pod::task);
    let operations = vec![Operation::launch_group(pod.build(&offer)?)];
    framework.handle.accept_with_filters([offer.id], operations, NO_FILTER).await?;
    Ok(offer.agent_id)
}

/// The last updates of these tasks.
pub(crate) async fn ends<const N: usize>(
    framework: &mut Framework,
    tasks: [&str; N],
) -> Result<[TaskStatus; N]> {
    let end = |framework: &Framework, id: &str| {
        let mut of_task = framework.updates.iter().filter(|status| status.task_id.value == id);
        of_task.find(|status| status.state().is_terminal()).cloned()
    };
    while !tasks.iter().all(|id| end(framework, id).is_some()) {
        framework.update().await?;
    }
    Ok(tasks.map(|id| end(framework, id).unwrap_or_default()))
}

fn container(status: &TaskStatus) -> Result<ContainerId> {
    let container = status.container_status.as_ref().and_then(|status| status.container_id.as_deref());
    container.cloned().with_context(|| format!("{status:?}"))
}

fn operator(cluster: &TestCluster) -> Result<MasterOperator> {
    Ok(MasterOperator::new(cluster.address().parse::<Master>()?))
}

async fn agent(cluster: &TestCluster, id: &AgentId) -> Result<AgentOperator> {
    Ok(operator(cluster)?.agent(id).await?)
}

async fn sandbox(cluster: &TestCluster, framework: &FrameworkId, task: &str) -> Result<Sandbox> {
    Ok(operator(cluster)?.sandbox(framework, &task_id(task)).await?)
}

/// Waits until the agent has no container any more.
async fn until_empty(agent: &AgentOperator) -> Result<()> {
    while !agent.get_containers(true, true).await?.containers.is_empty() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// A task that runs until it is killed, and creates a file of its name when it has begun: a real
/// agent loses a SIGTERM that arrives earlier.
fn runs(id: &str, folder: &Path) -> Task {
    command(id, format!("touch '{}'; {RUNS}", folder.join(id).display()))
}

async fn until_begun(ids: &[&str], folder: &Path) {
    while !ids.iter().all(|id| folder.join(id).exists()) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What ends when this file is created, with this status.
fn ends_with(file: &Path, status: i32) -> String {
    format!("while [ ! -e '{}' ]; do sleep 0.05; done; exit {status}", file.display())
}

async fn pod_of_two_runs_and_finishes(cluster: TestCluster) -> Result<()> {
    let mut framework = start(&cluster)?;
    let agent_id = launch(&mut framework, [command("a", "true"), command("b", "sleep 0.1")]).await?;
    for status in ends(&mut framework, ["a", "b"]).await? {
        ensure_is(&status, TaskState::Finished, "Command exited with status 0")?;
    }
    let states = [TaskState::Starting, TaskState::Running, TaskState::Finished];
    framework.ensure_once(["a", "b"], &states)?;
    let mut containers = BTreeSet::new();
    let mut parents = BTreeSet::new();
    for status in &framework.updates {
        let id = container(status)?;
        containers.insert((status.task_id.value.clone(), id.value));
        parents.insert(id.parent.context("it is not nested")?.value);
        let executor = status.executor_id.as_ref().map(ExecutorId::as_str);
        ensure!(status.source() == Some(Source::Executor) && executor == Some(EXECUTOR), "{status:?}");
        let process = status.container_status.as_ref().and_then(|status| status.executor_pid);
        // A task that ends at once may have no process left when the agent looks.
        let runs = status.state() == TaskState::Running && status.task_id.value == "b";
        ensure!(process.is_some() || !runs, "{status:?}");
    }
    ensure!(containers.len() == 2 && parents.len() == 1, "{containers:?} in {parents:?}");
    // The executor ends by itself.
    until_empty(&agent(&cluster, &agent_id).await?).await?;
    framework.stop().await
}

async fn failure_of_one_ends_its_pod(cluster: TestCluster) -> Result<()> {
    let mut framework = start(&cluster)?;
    let folder = tempfile::tempdir()?;
    let fails = command("fails", ends_with(&folder.path().join("other"), 7).as_str());
    launch(&mut framework, [fails, runs("other", folder.path())]).await?;
    let [fails, other] = ends(&mut framework, ["fails", "other"]).await?;
    ensure_is(&fails, TaskState::Failed, "Command exited with status 7")?;
    ensure_is(&other, TaskState::Killed, "Command terminated with signal Terminated")?;
    ensure!(framework.count("other", TaskState::Killing) == 1, "{:?}", framework.updates);
    ensure!(fails.reason.is_none() && other.reason.is_none(), "{fails:?} {other:?}");
    framework.stop().await
}

async fn kill_of_one_ends_its_pod(cluster: TestCluster) -> Result<()> {
    let mut framework = start(&cluster)?;
    let folder = tempfile::tempdir()?;
    launch(&mut framework, [runs("a", folder.path()), runs("b", folder.path())]).await?;
    until_begun(&["a", "b"], folder.path()).await;
    framework.handle.kill(task_id("a"), None).await?;
    for status in ends(&mut framework, ["a", "b"]).await? {
        ensure_is(&status, TaskState::Killed, "Command terminated with signal Terminated")?;
    }
    framework.stop().await
}

async fn stubborn_task_of_a_pod_is_killed(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let deaf = folder.path().join("deaf");
    let line = format!("trap '' TERM; touch '{}'; while :; do sleep 0.05; done", deaf.display());
    let mut framework = start(&cluster)?;
    launch(&mut framework, [command("deaf", line.as_str()).kill_grace(Duration::from_millis(1500))]).await?;
    until_begun(&["deaf"], folder.path()).await;
    framework.handle.kill(task_id("deaf"), None).await?;
    let killing = framework.state("deaf", TaskState::Killing).await?;
    let [killed] = ends(&mut framework, ["deaf"]).await?;
    ensure_is(&killed, TaskState::Killed, "Command terminated with signal Killed")?;
    let took = killed.timestamp() - killing.timestamp();
    ensure!((1.4..10.0).contains(&took), "{took} s");
    framework.stop().await
}

async fn pods_of_one_executor_are_independent(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let go = folder.path().join("go");
    let mut framework = start(&cluster)?;
    launch(&mut framework, [command("first", ends_with(&go, 0).as_str())]).await?;
    let first = framework.state("first", TaskState::Running).await?;
    launch(&mut framework, [command("second", "exit 1")]).await?;
    let [second] = ends(&mut framework, ["second"]).await?;
    ensure_is(&second, TaskState::Failed, "Command exited with status 1")?;
    ensure!(container(&first)?.parent == container(&second)?.parent, "{first:?} {second:?}");
    fs::write(&go, "")?;
    let [first] = ends(&mut framework, ["first"]).await?;
    ensure_is(&first, TaskState::Finished, "Command exited with status 0")?;
    framework.stop().await
}

async fn tasks_of_a_pod_share_a_folder(cluster: TestCluster) -> Result<()> {
    let mut framework = start(&cluster)?;
    let shared = || Container::mesos().shared_volume("common", "shared");
    let writes = command("writes", "echo hello > shared/file").container(shared());
    let line = "until [ -s shared/file ]; do sleep 0.05; done; [ $(cat shared/file) = hello ]";
    launch(&mut framework, [writes, command("reads", line).container(shared())]).await?;
    for status in ends(&mut framework, ["writes", "reads"]).await? {
        ensure_is(&status, TaskState::Finished, "Command exited with status 0")?;
    }
    framework.stop().await
}

async fn task_of_a_pod_has_its_own_sandbox(cluster: TestCluster) -> Result<()> {
    let mut framework = start(&cluster)?;
    let id = framework.subscribed().await?.framework_id;
    let line = r#"[ "$PWD" = "$MESOS_SANDBOX" ] && echo $OWN; "#.to_owned() + RUNS;
    let with = |own: &str| Command::shell(line.as_str()).env("OWN", own);
    launch(&mut framework, [command("a", with("one")), command("b", with("two"))]).await?;
    for (task, own) in [("a", "one\n"), ("b", "two\n")] {
        framework.state(task, TaskState::Running).await?;
        let sandbox = sandbox(&cluster, &id, task).await?;
        ensure!(sandbox.path().ends_with(&format!("/runs/latest/tasks/{task}")), "{}", sandbox.path());
        while sandbox.stdout().text().await? != own {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    framework.stop().await
}

async fn files_of_a_pod_are_fetched(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("data");
    fs::write(&file, "content")?;
    let reads = Command::shell("[ $(cat data) = content ]").uri(file.display().to_string());
    let mut framework = start(&cluster)?;
    launch(&mut framework, [command("reads", reads)]).await?;
    let [read] = ends(&mut framework, ["reads"]).await?;
    ensure_is(&read, TaskState::Finished, "Command exited with status 0")?;
    framework.stop().await
}

async fn unfetchable_file_ends_its_pod(cluster: TestCluster) -> Result<()> {
    let mut framework = start(&cluster)?;
    let fails = command("fails", Command::shell("true").uri("/no/such/file"));
    launch(&mut framework, [command("other", RUNS), fails]).await?;
    let [fails, other] = ends(&mut framework, ["fails", "other"]).await?;
    // A real agent kills what should have become the command, which sometimes ends before.
    let messages = ["Command terminated with signal Killed", "Command exited with status 1"];
    ensure!(fails.state() == TaskState::Failed && messages.contains(&fails.message()), "{fails:?}");
    ensure!(framework.count("fails", TaskState::Running) == 0, "{:?}", framework.updates);
    ensure!(other.state() == TaskState::Killed, "{other:?}");
    framework.stop().await
}

async fn shutdown_ends_a_pod(cluster: TestCluster) -> Result<()> {
    let mut framework = start(&cluster)?;
    let folder = tempfile::tempdir()?;
    let tasks = [runs("a", folder.path()), runs("b", folder.path())];
    let agent_id = launch(&mut framework, tasks).await?;
    until_begun(&["a", "b"], folder.path()).await;
    framework.handle.shutdown(EXECUTOR.into(), agent_id.clone()).await?;
    for status in ends(&mut framework, ["a", "b"]).await? {
        ensure_is(&status, TaskState::Killed, "Command terminated with signal Terminated")?;
    }
    until_empty(&agent(&cluster, &agent_id).await?).await?;
    framework.stop().await
}

async fn max_completion_time_ends_a_pod(cluster: TestCluster) -> Result<()> {
    let mut framework = start(&cluster)?;
    let slow = command("slow", RUNS).max_completion_time(Duration::from_secs(1));
    let folder = tempfile::tempdir()?;
    launch(&mut framework, [slow, runs("other", folder.path())]).await?;
    let [slow, other] = ends(&mut framework, ["slow", "other"]).await?;
    ensure!(slow.state() == TaskState::Failed, "{slow:?}");
    ensure!(slow.reason() == Some(Reason::MaxCompletionTimeReached), "{slow:?}");
    ensure!(framework.count("slow", TaskState::Killing) == 0, "it was not killed");
    ensure_is(&other, TaskState::Killed, "Command terminated with signal Terminated")?;
    framework.stop().await
}

async fn pod_outlives_its_scheduler(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let go = folder.path().join("go");
    let mut first = start(&cluster)?;
    let id = first.subscribed().await?.framework_id;
    launch(&mut first, [command("a", ends_with(&go, 0).as_str()), command("b", ends_with(&go, 3).as_str())])
        .await?;
    for task in ["a", "b"] {
        first.state(task, TaskState::Running).await?;
    }
    first.leave().await?;
    cluster.disconnected(&id.value).await?;
    fs::write(&go, "")?;
    let later = FrameworkInfo { id: Some(id), ..info("commands") };
    let mut later = Framework::start(driver(cluster.address(), later)?);
    let [a, b] = ends(&mut later, ["a", "b"]).await?;
    ensure_is(&b, TaskState::Failed, "Command exited with status 3")?;
    // Either ends first.
    ensure!(matches!(a.state(), TaskState::Finished | TaskState::Killed), "{a:?}");
    later.stop().await
}

async fn checkpointed_pod_outlives_its_agent(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (early, late) = (folder.path().join("early"), folder.path().join("late"));
    let info = FrameworkInfo { checkpoint: Some(true), ..info("pods") };
    let mut framework = Framework::start(driver(cluster.address(), info)?);
    let tasks =
        [command("early", ends_with(&early, 0).as_str()), command("late", ends_with(&late, 5).as_str())];
    launch(&mut framework, tasks).await?;
    for task in ["early", "late"] {
        framework.state(task, TaskState::Running).await?;
    }
    cluster.kill_agent(0).await?;
    fs::write(&early, "")?;
    cluster.start_agent(0).await?;
    let [status] = ends(&mut framework, ["early"]).await?;
    ensure_is(&status, TaskState::Finished, "Command exited with status 0")?;
    fs::write(&late, "")?;
    let [status] = ends(&mut framework, ["late"]).await?;
    ensure_is(&status, TaskState::Failed, "Command exited with status 5")?;
    framework.stop().await
}

async fn pod_ends_with_its_agent(cluster: TestCluster) -> Result<()> {
    let mut framework = start(&cluster)?;
    launch(&mut framework, [command("a", RUNS), command("b", RUNS)]).await?;
    framework.state("b", TaskState::Running).await?;
    cluster.kill_agent(0).await?;
    cluster.start_agent(0).await?;
    for status in ends(&mut framework, ["a", "b"]).await? {
        ensure!(matches!(status.state(), TaskState::Lost | TaskState::Failed), "{status:?}");
    }
    framework.stop().await
}

/// A cluster in memory has no folders, and starts no processes.
async fn pod_needs_a_folder(_: TestCluster) -> Result<()> {
    let epoch = Duration::from_secs(1_700_000_000);
    let cluster = mesos_local::Cluster::builder().in_memory(epoch).start().await?;
    let driver = mesos_sdk::SchedulerDriver::new(cluster.master(), info("memory"))
        .client_options(mesos_sdk::ClientOptions::new().connector(cluster.connector()));
    let mut framework = Framework::start(driver);
    launch(&mut framework, [command("a", RUNS)]).await?;
    let [failed] = ends(&mut framework, ["a"]).await?;
    ensure!(failed.message().contains("this cluster runs in memory and starts no processes"), "{failed:?}");
    framework.stop().await
}
