//! Tasks that are a mere command: the embedded agent plays their executor, a real one starts
//! `mesos-executor` and, for files, `mesos-fetcher`.

use std::fs;

use anyhow::{Context, Result, ensure};
use mesos_sdk::Address;
use mesos_sdk::operator::AgentOperator;
use mesos_sdk::proto::v1::environment::Variable;
use mesos_sdk::proto::v1::framework_info::{Capability, capability};
use mesos_sdk::proto::v1::task_status::{Reason, Source};
use mesos_sdk::proto::v1::{
    CommandInfo, ContainerInfo, DurationInfo, Environment, FrameworkInfo, KillPolicy, TaskInfo, TaskState,
    TaskStatus, container_info,
};
use mesos_sdk::resources::Resources;
use testkit::TestCluster;

use crate::framework::{Framework, NO_FILTER, driver, info};
use crate::task::task_id;

testkit::cases![
    a_command_starts_runs_and_finishes,
    failed_command_has_a_reason,
    command_may_be_a_program_with_arguments,
    command_gets_its_variables_and_folder,
    missing_program_fails_the_task,
    a_killed_command_ends_by_sigterm,
    stubborn_command_is_killed_after_its_grace,
    policy_of_the_call_wins,
    max_completion_time_ends_a_command,
    checkpointed_command_outlives_its_agent,
    docker_container_needs_docker,
    command_does_not_inherit_the_token,
    command_executor_has_its_own_resources,
];

const ID: &str = "t";

pub(crate) fn shell(line: &str) -> CommandInfo {
    CommandInfo { value: Some(line.to_owned()), ..CommandInfo::default() }
}

fn duration(milliseconds: i64) -> DurationInfo {
    DurationInfo { nanoseconds: milliseconds * 1_000_000 }
}

fn grace(milliseconds: i64) -> KillPolicy {
    KillPolicy { grace_period: Some(duration(milliseconds)) }
}

/// A framework that knows `TASK_KILLING`.
pub(crate) fn start(cluster: &TestCluster) -> Result<Framework> {
    let knows = Capability { r#type: Some(capability::Type::TaskKillingState.into()) };
    let info = FrameworkInfo { capabilities: vec![knows], ..info("commands") };
    Ok(Framework::start(driver(cluster.address(), info)?))
}

/// Launches the task, filled up where it is nobody's choice.
pub(crate) async fn launch(framework: &mut Framework, command: CommandInfo, task: TaskInfo) -> Result<()> {
    let offer = framework.offer().await?;
    let task = TaskInfo {
        name: ID.to_owned(),
        task_id: task_id(ID),
        agent_id: offer.agent_id,
        resources: "cpus:0.1;mem:32".parse::<Resources>()?.into(),
        command: Some(Box::new(command)),
        ..task
    };
    Ok(framework.handle.launch_with_filters([offer.id], [task], NO_FILTER).await?)
}

/// The last update of a task that runs this command.
pub(crate) async fn end_of(cluster: &TestCluster, command: CommandInfo) -> Result<TaskStatus> {
    let mut framework = start(cluster)?;
    launch(&mut framework, command, TaskInfo::default()).await?;
    let last = last(&mut framework).await?;
    framework.stop().await?;
    Ok(last)
}

/// The first terminal update.
pub(crate) async fn last(framework: &mut Framework) -> Result<TaskStatus> {
    use TaskState::{Failed, Finished, Killed};
    loop {
        let status = framework.update().await?;
        if matches!(status.state(), Failed | Finished | Killed) {
            return Ok(status);
        }
    }
}

pub(crate) fn ensure_is(status: &TaskStatus, state: TaskState, message: &str) -> Result<()> {
    ensure!(status.state() == state && status.message() == message, "{status:?}");
    Ok(())
}

async fn a_command_starts_runs_and_finishes(cluster: TestCluster) -> Result<()> {
    let mut framework = start(&cluster)?;
    launch(&mut framework, shell("true"), TaskInfo::default()).await?;
    for state in [TaskState::Starting, TaskState::Running, TaskState::Finished] {
        let status = framework.update().await?;
        ensure!(status.state() == state && status.source() == Some(Source::Executor), "{status:?}");
    }
    let finished = framework.updates.last().context("no update")?;
    ensure_is(finished, TaskState::Finished, "Command exited with status 0")?;
    framework.stop().await
}

async fn failed_command_has_a_reason(cluster: TestCluster) -> Result<()> {
    for (line, message) in [
        ("exit 7", "Command exited with status 7"),
        ("kill -s KILL $$", "Command terminated with signal Killed"),
    ] {
        ensure_is(&end_of(&cluster, shell(line)).await?, TaskState::Failed, message)?;
    }
    Ok(())
}

async fn command_may_be_a_program_with_arguments(cluster: TestCluster) -> Result<()> {
    let arguments = ["name", "-c", r#"[ "$0 $1" = "name of two" ]"#, "name", "of two"];
    let command = CommandInfo {
        shell: Some(false),
        value: Some("sh".to_owned()),
        arguments: arguments.map(str::to_owned).into(),
        ..CommandInfo::default()
    };
    ensure_is(&end_of(&cluster, command).await?, TaskState::Finished, "Command exited with status 0")
}

async fn command_gets_its_variables_and_folder(cluster: TestCluster) -> Result<()> {
    let own = Variable { name: "OWN".to_owned(), value: Some("a b".to_owned()), ..Variable::default() };
    let line = r#"[ "$OWN" = "a b" ] && [ "$PWD" = "$MESOS_SANDBOX" ] && [ "$MESOS_EXECUTOR_ID" = t ]"#;
    let environment = Some(Environment { variables: vec![own] });
    let command = CommandInfo { environment, ..shell(line) };
    ensure_is(&end_of(&cluster, command).await?, TaskState::Finished, "Command exited with status 0")
}

async fn missing_program_fails_the_task(cluster: TestCluster) -> Result<()> {
    let command = CommandInfo { shell: Some(false), ..shell("/no/such/program") };
    ensure_is(&end_of(&cluster, command).await?, TaskState::Failed, "Command exited with status 1")
}

async fn docker_container_needs_docker(cluster: TestCluster) -> Result<()> {
    let docker =
        container_info::DockerInfo { image: "busybox".to_owned(), ..container_info::DockerInfo::default() };
    let r#type = container_info::Type::Docker.into();
    let container = ContainerInfo { r#type, docker: Some(Box::new(docker)), ..ContainerInfo::default() };
    let container = Some(Box::new(container));
    let mut framework = start(&cluster)?;
    launch(&mut framework, shell("true"), TaskInfo { container, ..TaskInfo::default() }).await?;
    let failed = last(&mut framework).await?;
    ensure_is(&failed, TaskState::Failed, "Abnormal executor termination: unknown container")?;
    ensure!(failed.reason() == Some(Reason::ExecutorTerminated), "{failed:?}");
    framework.stop().await
}

async fn a_killed_command_ends_by_sigterm(cluster: TestCluster) -> Result<()> {
    let mut framework = start(&cluster)?;
    launch(&mut framework, shell("exec sleep 1000"), TaskInfo::default()).await?;
    framework.state(ID, TaskState::Running).await?;
    framework.handle.kill(task_id(ID), None).await?;
    framework.state(ID, TaskState::Killing).await?;
    let killed = framework.state(ID, TaskState::Killed).await?;
    ensure_is(&killed, TaskState::Killed, "Command terminated with signal Terminated")?;
    framework.stop().await
}

/// Creates a file once it ignores SIGTERM, so that no SIGTERM arrives earlier.
const STUBBORN: &str = "trap '' TERM; touch \"$DEAF\"; while :; do sleep 0.05; done";

/// Runs a command that only SIGKILL ends, and kills it with this policy; gives its last update and
/// how long it took, in seconds as its executor counts them.
async fn kill_stubborn(
    cluster: &TestCluster,
    own: KillPolicy,
    of_the_call: Option<KillPolicy>,
) -> Result<(TaskStatus, f64)> {
    let folder = tempfile::tempdir()?;
    let deaf = folder.path().join("deaf");
    let variable =
        Variable { name: "DEAF".to_owned(), value: deaf.to_str().map(str::to_owned), ..Variable::default() };
    let environment = Some(Environment { variables: vec![variable] });
    let mut framework = start(cluster)?;
    let task = TaskInfo { kill_policy: Some(own), ..TaskInfo::default() };
    launch(&mut framework, CommandInfo { environment, ..shell(STUBBORN) }, task).await?;
    framework.state(ID, TaskState::Running).await?;
    while !deaf.exists() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    match of_the_call {
        None => framework.handle.kill(task_id(ID), None).await?,
        Some(policy) => framework.handle.kill_with_policy(task_id(ID), None, policy).await?,
    }
    let killing = framework.state(ID, TaskState::Killing).await?;
    let killed = last(&mut framework).await?;
    framework.stop().await?;
    let took = killed.timestamp() - killing.timestamp();
    Ok((killed, took))
}

#[statement::proves(killpolicy)]
async fn stubborn_command_is_killed_after_its_grace(cluster: TestCluster) -> Result<()> {
    let (killed, took) = kill_stubborn(&cluster, grace(1500), None).await?;
    ensure_is(&killed, TaskState::Killed, "Command terminated with signal Killed")?;
    ensure!((1.4..10.0).contains(&took), "{took} s");
    Ok(())
}

#[statement::proves(killpolicy)]
async fn policy_of_the_call_wins(cluster: TestCluster) -> Result<()> {
    let (killed, took) = kill_stubborn(&cluster, grace(60_000), Some(grace(500))).await?;
    ensure_is(&killed, TaskState::Killed, "Command terminated with signal Killed")?;
    ensure!((0.4..20.0).contains(&took), "{took} s");
    Ok(())
}

async fn max_completion_time_ends_a_command(cluster: TestCluster) -> Result<()> {
    let mut framework = start(&cluster)?;
    let task = TaskInfo { max_completion_time: Some(duration(1000)), ..TaskInfo::default() };
    launch(&mut framework, shell("exec sleep 1000"), task).await?;
    let failed = last(&mut framework).await?;
    ensure!(failed.state() == TaskState::Failed, "{failed:?}");
    ensure!(failed.reason() == Some(Reason::MaxCompletionTimeReached), "{failed:?}");
    ensure!(framework.count(ID, TaskState::Killing) == 0, "it was not killed");
    framework.stop().await
}

async fn checkpointed_command_outlives_its_agent(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let go = folder.path().join("go");
    let mut framework = Framework::start(driver(
        cluster.address(),
        FrameworkInfo { checkpoint: Some(true), ..info("commands") },
    )?);
    let line = format!("while [ ! -e '{}' ]; do sleep 0.05; done; exit 5", go.display());
    launch(&mut framework, shell(&line), TaskInfo::default()).await?;
    framework.state(ID, TaskState::Running).await?;
    cluster.kill_agent(0).await?;
    fs::write(&go, "")?;
    cluster.start_agent(0).await?;
    let failed = last(&mut framework).await?;
    ensure_is(&failed, TaskState::Failed, "Command exited with status 5")?;
    framework.ensure_once([ID], &[TaskState::Starting, TaskState::Running, TaskState::Failed])?;
    framework.stop().await
}

#[statement::proves(token)]
async fn command_does_not_inherit_the_token(cluster: TestCluster) -> Result<()> {
    let cluster = TestCluster::authenticating_executors(cluster.backend()).await?;
    let line = r#"test -z "$MESOS_EXECUTOR_AUTHENTICATION_TOKEN""#;
    ensure_is(&end_of(&cluster, shell(line)).await?, TaskState::Finished, "Command exited with status 0")
}

#[statement::proves(defres)]
async fn command_executor_has_its_own_resources(cluster: TestCluster) -> Result<()> {
    let mut framework = start(&cluster)?;
    let offer = framework.offer().await?;
    framework.handle.decline_for([offer.id], NO_FILTER).await?;
    launch(&mut framework, shell("exec sleep 1000"), TaskInfo::default()).await?;
    framework.state(ID, TaskState::Running).await?;
    let url = offer.url.context("the agent has no address")?;
    let agent = format!("{}:{}", url.address.ip(), url.address.port).parse::<Address>()?;
    let agent = AgentOperator::new(agent).path(&format!("{}/api/v1", url.path()))?;
    let executors = agent.get_executors().await?.executors;
    let [executor] = &executors[..] else { anyhow::bail!("{executors:?}") };
    let mut own = Resources::from(executor.executor_info.resources.clone());
    own.unallocate();
    ensure!(own == "cpus:0.1;mem:32".parse::<Resources>()?, "{own}");
    framework.stop().await
}
