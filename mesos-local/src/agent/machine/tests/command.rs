use mesos_sdk::proto::v1::framework_info::capability;
use mesos_sdk::proto::v1::task_status::{Reason, Source};
use mesos_sdk::proto::v1::{
    CommandInfo, DurationInfo, KillPolicy, TaskInfo, TaskState, TaskStatus, resource::AllocationInfo,
};

use super::bench::*;
use crate::agent::machine::{Action, Input, Launch, Signal, command};
use crate::messages::{FromAgent, ToAgent};

fn seconds(seconds: i64) -> DurationInfo {
    DurationInfo { nanoseconds: seconds * 1_000_000_000 }
}

fn sleep() -> TaskInfo {
    let command = CommandInfo { value: Some("sleep 1000".into()), ..CommandInfo::default() };
    TaskInfo { command: Some(Box::new(command)), ..task("t1") }
}

/// Acknowledges all updates there are.
fn drain(bench: &mut Bench, actions: &[Action]) -> Vec<TaskStatus> {
    let mut all = updates(actions);
    let mut at = 0;
    while let Some(status) = all.get(at).cloned() {
        all.extend(updates(&bench.acknowledge(&status.task_id.value, &status.uuid.unwrap())));
        at += 1;
    }
    all
}

fn all_states(statuses: &[TaskStatus]) -> Vec<TaskState> {
    statuses.iter().map(TaskStatus::state).collect()
}

fn queued(task: TaskInfo, capabilities: &[capability::Type]) -> (Bench, Launch) {
    let mut bench = Bench::registered();
    let (framework, tasks) = (Box::new(framework(capabilities)), vec![task]);
    let actions = bench.master(ToAgent::RunTasks {
        framework,
        executor: None,
        launch_executor: true,
        tasks,
        group: false,
    });
    let launch = started(&actions);
    (bench, launch)
}

fn running(task: TaskInfo) -> (Bench, String) {
    let (mut bench, launch) = queued(task, &[capability::Type::TaskKillingState]);
    let actions = bench.input(Input::Started { container: launch.container.clone(), pid: Some(7) });
    drain(&mut bench, &actions);
    (bench, launch.container)
}

fn exit(bench: &mut Bench, container: &str, status: i32) -> TaskStatus {
    let actions = bench.input(Input::Exited { container: container.to_owned(), status });
    assert!(!to_master(&actions).iter().any(|message| matches!(message, FromAgent::ExecutorExited { .. })));
    drain(bench, &actions).pop().unwrap()
}

#[test]
fn a_command_starts_runs_and_finishes() {
    let (mut bench, launch) = queued(sleep(), &[]);
    assert_eq!((launch.executor_id.as_str(), launch.command.value()), ("t1", "sleep 1000"));
    let actions = bench.input(Input::Started { container: launch.container.clone(), pid: Some(7) });
    let statuses = drain(&mut bench, &actions);
    assert_eq!(all_states(&statuses), [TaskState::Starting, TaskState::Running]);
    assert!(statuses.iter().all(|status| status.source() == Some(Source::Executor)));
    assert_eq!(statuses[1].container_status.clone().unwrap().executor_pid, Some(7));
    let finished = exit(&mut bench, &launch.container, 0);
    assert_eq!((finished.state(), finished.message()), (TaskState::Finished, "Command exited with status 0"));
    assert!(bench.machine.frameworks.is_empty());
}

#[test]
fn failed_command_has_a_reason() {
    for (status, message) in [
        (1 << 8, "Command exited with status 1"),
        (9, "Command terminated with signal Killed"),
        (0x8b, "Command terminated with signal Segmentation fault (core dumped)"),
    ] {
        let (mut bench, container) = running(sleep());
        let failed = exit(&mut bench, &container, status);
        assert_eq!((failed.state(), failed.message()), (TaskState::Failed, message));
        assert_eq!(failed.reason, None);
    }
}

#[statement::proves(killpolicy)]
#[test]
fn sigkill_follows_sigterm_after_3_seconds() {
    let (mut bench, container) = running(sleep());
    let actions = bench.kill("t1");
    assert_eq!(signals(&actions), [Signal::Terminate]);
    assert_eq!(states(&actions), [TaskState::Killing]);
    drain(&mut bench, &actions);
    assert_eq!(bench.kill("t1"), [], "once is enough");
    assert_eq!(signals(&bench.pass(2)), []);
    assert_eq!(signals(&bench.pass(1)), [Signal::Kill]);
    assert_eq!(exit(&mut bench, &container, 9).state(), TaskState::Killed);
}

#[test]
fn killed_command_is_killed_however_it_ends() {
    for status in [0, 1 << 8, 15] {
        let (mut bench, container) = running(sleep());
        let killing = bench.kill("t1");
        drain(&mut bench, &killing);
        assert_eq!(exit(&mut bench, &container, status).state(), TaskState::Killed);
        assert_eq!(signals(&bench.pass(60)), []);
    }
}

#[statement::proves(killpolicy)]
#[test]
fn policy_of_the_call_wins() {
    let policy = |time| Some(KillPolicy { grace_period: Some(seconds(time)) });
    let (mut bench, _) = running(TaskInfo { kill_policy: policy(20), ..sleep() });
    let (framework_id, task_id) = (framework_id(), task_id("t1"));
    bench.kill("t1");
    assert_eq!(signals(&bench.pass(10)), []);
    bench.master(ToAgent::KillTask { framework_id, task_id, policy: policy(12) });
    assert_eq!(signals(&bench.pass(1)), []);
    assert_eq!(signals(&bench.pass(1)), [Signal::Kill]);
}

#[statement::proves(killpend)]
#[test]
fn command_is_killed_before_it_starts() {
    let (mut bench, launch) = queued(sleep(), &[]);
    let killed = updates(&bench.kill("t1")).remove(0);
    assert_eq!((killed.state(), killed.reason()), (TaskState::Killed, Some(Reason::TaskKilledDuringLaunch)));
    let actions = bench.input(Input::Started { container: launch.container, pid: Some(7) });
    assert_eq!((updates(&actions), signals(&actions)), (vec![], vec![Signal::Terminate]));
}

#[test]
fn a_command_out_of_time_has_failed() {
    let (mut bench, container) = running(TaskInfo { max_completion_time: Some(seconds(30)), ..sleep() });
    assert_eq!(signals(&bench.pass(29)), []);
    assert_eq!(signals(&bench.pass(1)), [Signal::Terminate, Signal::Kill]);
    let failed = exit(&mut bench, &container, 9);
    let expected = (TaskState::Failed, Some(Reason::MaxCompletionTimeReached));
    assert_eq!((failed.state(), failed.reason()), expected);
}

#[statement::proves(teardown)]
#[test]
fn teardown_terminates_commands() {
    let (mut bench, container) = running(sleep());
    let actions = bench.master(ToAgent::ShutdownFramework { framework_id: framework_id() });
    assert_eq!((signals(&actions), to_master(&actions)), (vec![Signal::Terminate], vec![]));
    assert_eq!(signals(&bench.pass(3)), [Signal::Kill]);
    assert_eq!(to_master(&bench.input(Input::Exited { container, status: 9 })), []);
    assert!(bench.machine.is_idle());
}

#[test]
fn nobody_else_speaks_for_a_command() {
    let (mut bench, _) = running(sleep());
    let mut call = subscribe(Vec::new(), Vec::new());
    call.executor_id.value = "t1".into();
    assert!(matches!(
        response(&bench.call(call).1),
        crate::agent::machine::CallResponse::Refused(400, text) if text == "Executor cannot be found"
    ));
}

#[statement::proves(defres)]
#[test]
fn command_executor_has_its_own_resources() {
    let allocated = AllocationInfo { role: Some("web".into()) };
    let cpus = mesos_sdk::proto::v1::Resource {
        allocation_info: Some(allocated),
        ..mesos_sdk::proto::v1::Resource::default()
    };
    let task = TaskInfo { resources: vec![cpus], ..sleep() };
    let info = command::executor_info(&task, &framework(&[]));
    let amounts: Vec<_> =
        info.resources.iter().map(|own| (own.name.as_str(), own.scalar.unwrap().value)).collect();
    assert_eq!(amounts, [("cpus", 0.1), ("mem", 32.0)]);
    assert!(info.resources.iter().all(|own| own.allocation_info == task.resources[0].allocation_info));
    assert_eq!(info.name(), "Command Executor (Task: t1) (Command: sh -c 'sleep 1000')");
    assert_eq!(queued(task, &[]).1.role.as_deref(), Some("web"));
}
