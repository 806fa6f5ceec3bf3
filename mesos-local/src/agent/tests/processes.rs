//! Real processes.

use std::path::Path;
use std::time::Duration;

use mesos_sdk::proto::v1::command_info::Uri;
use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{CommandInfo, DurationInfo, KillPolicy, TaskInfo, TaskState};
use rustix::process::{Pid, test_kill_process};

use super::master::{Master, framework_id, shell, task};
use crate::agent::InProcessExecutors;
use crate::messages::{FromAgent, ToAgent};

/// Prints its process id and that of a child that outlives it, both deaf to SIGTERM.
const STUBBORN: &str = "trap '' TERM; sleep 1000 & echo $$ $! > pids.tmp; mv pids.tmp pids; wait; wait; wait";

fn alive(pid: Pid) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
    // A zombie is dead: only its parent has not noticed yet.
    test_kill_process(pid).is_ok() && status.is_ok_and(|status| !status.contains(") Z "))
}

async fn eventually(what: &str, mut probe: impl FnMut() -> bool) {
    for _ in 0..600 {
        if probe() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what}: not within 30 s");
}

/// The processes that [`STUBBORN`] runs.
async fn pids(master: &Master, executor: &str) -> Vec<Pid> {
    let latest = format!("slaves/S0/frameworks/F0/executors/{executor}/runs/latest/pids");
    let file = master.work_dir.path().join(latest);
    eventually("the processes' ids", || Path::new(&file).exists()).await;
    let pids = std::fs::read_to_string(file).unwrap();
    pids.split_whitespace().map(|pid| Pid::from_raw(pid.parse().unwrap()).unwrap()).collect()
}

async fn expect(master: &mut Master, states: &[TaskState]) -> mesos_sdk::proto::v1::TaskStatus {
    let mut last = None;
    for state in states {
        let update = master.update().await;
        assert_eq!(update.state(), *state, "{update:?}");
        last = Some(update);
    }
    last.unwrap()
}

const RUNNING: [TaskState; 2] = [TaskState::Starting, TaskState::Running];

#[tokio::test]
async fn a_command_finishes_and_leaves_its_output() {
    let mut master = Master::new().await;
    master
        .run_command("echo out; echo err >&2; test -d \"$MESOS_SANDBOX\" && pwd && echo $MESOS_EXECUTOR_ID")
        .await;
    expect(&mut master, &RUNNING).await;
    let finished = expect(&mut master, &[TaskState::Finished]).await;
    assert_eq!(finished.message(), "Command exited with status 0");
    let output = master.sandbox_file("t1", "stdout");
    assert!(output.starts_with("out\n") && output.ends_with("\nt1\n"), "{output}");
    assert!(output.contains("/slaves/S0/frameworks/F0/executors/t1/runs/"), "{output}");
    assert_eq!(master.sandbox_file("t1", "stderr"), "err\n");
}

#[statement::proves(env5)]
#[tokio::test]
async fn agent_environment_is_not_inherited() {
    assert!(std::env::var("CARGO_MANIFEST_DIR").is_ok());
    let mut master = Master::new().await;
    master.run_command("echo \"${CARGO_MANIFEST_DIR-none} $PATH\"").await;
    expect(&mut master, &RUNNING).await;
    expect(&mut master, &[TaskState::Finished]).await;
    let output = master.sandbox_file("t1", "stdout");
    assert_eq!(output.trim(), "none /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
}

#[tokio::test]
async fn failed_command_reports_its_status() {
    let mut master = Master::new().await;
    master.run_command("exit 7").await;
    expect(&mut master, &RUNNING).await;
    assert_eq!(expect(&mut master, &[TaskState::Failed]).await.message(), "Command exited with status 7");
}

#[tokio::test]
async fn command_of_arguments_runs_without_a_shell() {
    let mut master = Master::new().await;
    let command = CommandInfo {
        shell: Some(false),
        value: Some("printf".into()),
        arguments: vec!["printf".into(), "%s|".into(), "a b".into(), "$HOME".into()],
        ..CommandInfo::default()
    };
    master.run(None, TaskInfo { command: Some(Box::new(command)), ..task() }).await;
    expect(&mut master, &[RUNNING[0], RUNNING[1], TaskState::Finished]).await;
    assert_eq!(master.sandbox_file("t1", "stdout"), "a b|$HOME|");
}

#[tokio::test]
async fn missing_program_is_named_in_the_sandbox() {
    let mut master = Master::new().await;
    let command =
        CommandInfo { shell: Some(false), value: Some("no-such-program".into()), ..CommandInfo::default() };
    master.run(None, TaskInfo { command: Some(Box::new(command)), ..task() }).await;
    let failed = expect(&mut master, &[RUNNING[0], RUNNING[1], TaskState::Failed]).await;
    assert_eq!(failed.message(), "Command exited with status 1");
    let complaint = master.sandbox_file("t1", "stderr");
    assert!(complaint.starts_with("Failed to execute 'no-such-program': No such file"), "{complaint}");
}

#[tokio::test]
async fn unfetchable_file_fails_the_task() {
    let mut master = Master::new().await;
    let uri = Uri { value: "http://127.0.0.1/tool".into(), ..Uri::default() };
    let command = CommandInfo { uris: vec![uri], ..shell("true") };
    master.run(None, TaskInfo { command: Some(Box::new(command)), ..task() }).await;
    let failed = expect(&mut master, &[TaskState::Failed]).await;
    assert_eq!(failed.reason(), Some(Reason::ContainerLaunchFailed));
    assert!(
        failed.message().starts_with("Failed to launch container: Failed to fetch all URIs"),
        "{failed:?}"
    );
}

#[statement::proves(killpolicy)]
#[tokio::test]
async fn stubborn_command_dies_with_its_processes() {
    let mut master = Master::new().await;
    let policy = KillPolicy { grace_period: Some(DurationInfo { nanoseconds: 100_000_000 }) };
    master.run_command(STUBBORN).await;
    expect(&mut master, &RUNNING).await;
    let pids = pids(&master, "t1").await;
    let task_id = task().task_id;
    master.send(ToAgent::KillTask { framework_id: framework_id(), task_id, policy: Some(policy) }).await;
    let killed = expect(&mut master, &[TaskState::Killed]).await;
    assert_eq!(killed.message(), "Command terminated with signal Killed");
    eventually("no process left", || !pids.iter().copied().any(alive)).await;
}

#[tokio::test]
async fn what_a_process_leaves_behind_is_killed() {
    let mut master = Master::new().await;
    master.run_command("sleep 1000 & echo $! > pids").await;
    expect(&mut master, &[RUNNING[0], RUNNING[1], TaskState::Finished]).await;
    let pids = pids(&master, "t1").await;
    eventually("no process left", || !alive(pids[0])).await;
}

#[tokio::test]
async fn no_process_outlives_the_agent() {
    let mut master = Master::new().await;
    master.run_executor(STUBBORN).await;
    let pids = pids(&master, "e1").await;
    assert!(pids.iter().copied().all(alive));
    master.agent = None;
    eventually("no process left", || !pids.iter().copied().any(alive)).await;
}

#[tokio::test]
async fn no_sandbox_is_made_after_the_agents_end() {
    for _ in 0..20 {
        let mut master = Master::new().await;
        master.run_executor("true").await;
        tokio::task::yield_now().await;
        master.agent = None;
        let work_dir = master.work_dir.path().to_owned();
        std::fs::remove_dir_all(&work_dir).unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert!(!work_dir.exists());
    }
}

#[tokio::test]
async fn shutdown_waits_for_the_grace_period_at_most() {
    let mut master = Master::with(InProcessExecutors::default(), |config| {
        config.executor_shutdown_grace_period = Duration::from_millis(200);
    })
    .await;
    master.run_executor(STUBBORN).await;
    let pids = pids(&master, "e1").await;
    master.agent.take().unwrap().shutdown().await;
    eventually("no process left", || !pids.iter().copied().any(alive)).await;
}

#[statement::proves(waitpid)]
#[tokio::test]
async fn status_for_the_master_is_raw() {
    let mut master = Master::new().await;
    master.run_executor("exit 3").await;
    assert!(matches!(master.receive().await, FromAgent::ExecutorExited { status: 768, .. }));
    let failed = expect(&mut master, &[TaskState::Failed]).await;
    assert_eq!(
        (failed.reason(), failed.message()),
        (Some(Reason::ExecutorTerminated), "Executor terminated")
    );
}

#[statement::proves(regto)]
#[tokio::test]
async fn silent_executor_is_killed() {
    let mut master = Master::with(InProcessExecutors::default(), |config| {
        config.executor_registration_timeout = Duration::from_millis(200);
    })
    .await;
    master.run_executor(STUBBORN).await;
    assert!(matches!(master.receive().await, FromAgent::ExecutorExited { status: 9, .. }));
    let failed = expect(&mut master, &[TaskState::Failed]).await;
    assert_eq!(failed.message(), "Executor did not register within 200ms");
}

#[tokio::test]
async fn returning_agent_finds_checkpointed_processes() {
    let mut master = Master::new().await;
    master.checkpoint = true;
    master.run_command("while ! test -e go; do sleep 0.05; done").await;
    expect(&mut master, &RUNNING).await;
    master.agent().kill().await;
    master.restart_agent().await;
    assert!(matches!(master.receive().await, FromAgent::Reregister { tasks, .. } if tasks.len() == 1));
    master.register().await;
    let sandbox = master.work_dir.path().join("slaves/S0/frameworks/F0/executors/t1/runs/latest");
    std::fs::write(sandbox.join("go"), "").unwrap();
    // The last acknowledgement may have been lost with the old run.
    while master.update().await.state() != TaskState::Finished {}
}

#[statement::proves(nochk)]
#[tokio::test]
async fn returning_agent_kills_uncheckpointed_ones() {
    let mut master = Master::new().await;
    master.run_executor(STUBBORN).await;
    let pids = pids(&master, "e1").await;
    master.agent().kill().await;
    assert!(pids.iter().copied().all(alive));
    master.restart_agent().await;
    assert!(matches!(master.receive().await, FromAgent::Reregister { tasks, .. } if tasks.is_empty()));
    eventually("no process left", || !pids.iter().copied().any(alive)).await;
}

/// Leaves its group and its parent, deaf to SIGTERM, and starts one more.
const DAEMON: &str =
    "setsid sh -c \"trap '' TERM HUP; sleep 1000 & echo \\$\\$ \\$! > pids.tmp; mv pids.tmp pids; wait\" &";

#[tokio::test]
async fn daemon_dies_with_its_command() {
    let mut master = Master::new().await;
    master.run_command(&format!("{DAEMON} while ! test -e pids; do sleep 0.1; done")).await;
    expect(&mut master, &[RUNNING[0], RUNNING[1], TaskState::Finished]).await;
    let pids = pids(&master, "t1").await;
    assert_eq!(pids.len(), 2);
    eventually("no process left", || !pids.iter().copied().any(alive)).await;
}

#[tokio::test]
async fn a_daemon_dies_with_the_agent() {
    let mut master = Master::new().await;
    master.run_command(&format!("{DAEMON} sleep 1000")).await;
    expect(&mut master, &RUNNING).await;
    let pids = pids(&master, "t1").await;
    drop(master.agent.take());
    eventually("no process left", || !pids.iter().copied().any(alive)).await;
}

#[tokio::test]
async fn full_output_does_not_block_the_end() {
    let mut master = Master::new().await;
    master.run_command("head -c 50000000 /dev/zero; head -c 50000000 /dev/zero >&2").await;
    expect(&mut master, &[RUNNING[0], RUNNING[1], TaskState::Finished]).await;
    assert_eq!(master.sandbox_file("t1", "stdout").len(), 50_000_000);
}
