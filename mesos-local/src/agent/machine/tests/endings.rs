use mesos_sdk::proto::v1::executor::event::Type;
use mesos_sdk::proto::v1::framework_info::capability;
use mesos_sdk::proto::v1::task_status::{Reason, Source};
use mesos_sdk::proto::v1::{DurationInfo, ExecutorInfo, TaskState};

use super::bench::*;
use crate::agent::machine::{Action, Input, Signal};
use crate::messages::{FromAgent, ToAgent};

fn exit(bench: &mut Bench, container: &str, status: i32) -> Vec<Action> {
    bench.input(Input::Exited { container: container.to_owned(), status })
}

fn shutdown_executor() -> ToAgent {
    ToAgent::ShutdownExecutor { framework_id: framework_id(), executor_id: executor_id() }
}

#[test]
fn tasks_of_a_dead_executor_have_failed() {
    let (mut bench, connection, launch) = Bench::with_executor(&["t1", "t2"]);
    bench.update(status("t1", TaskState::Finished, 1));
    let actions = exit(&mut bench, &launch.container, 3 << 8);
    let failed = updates(&actions).remove(0);
    assert_eq!((failed.task_id.value.as_str(), failed.state()), ("t2", TaskState::Failed));
    assert_eq!((failed.reason(), failed.source()), (Some(Reason::ExecutorTerminated), Some(Source::Agent)));
    assert_eq!((failed.message(), failed.container_status.as_ref()), ("Executor terminated", None));
    assert_eq!(failed.executor_id, Some(executor_id()));
    assert!(actions.contains(&Action::Close(connection)));
    assert_eq!(updates(&actions).len(), 1);
}

#[statement::proves(waitpid)]
#[test]
fn status_for_the_master_is_raw() {
    let (mut bench, _, launch) = Bench::with_executor(&["t1"]);
    let messages = to_master(&exit(&mut bench, &launch.container, 3 << 8));
    let (framework_id, executor_id) = (framework_id(), executor_id());
    assert_eq!(messages[0], FromAgent::ExecutorExited { framework_id, executor_id, status: 768 });
}

#[test]
fn queued_tasks_fail_with_their_executor() {
    let mut bench = Bench::registered();
    let launch = started(&bench.run(&["t1", "t2"]));
    let actions = exit(&mut bench, &launch.container, 0);
    assert_eq!(states(&actions), [TaskState::Failed, TaskState::Failed]);
}

#[test]
fn failed_container_has_a_reason() {
    let mut bench = Bench::registered();
    let container = started(&bench.run(&["t1"])).container;
    let actions = bench.input(Input::LaunchFailed { container, reason: "no room".into() });
    let failed = updates(&actions).remove(0);
    assert_eq!((failed.state(), failed.reason()), (TaskState::Failed, Some(Reason::ContainerLaunchFailed)));
    assert_eq!(failed.message(), "Failed to launch container: no room");
    assert!(matches!(to_master(&actions)[0], FromAgent::ExecutorExited { status: 9, .. }));
}

#[test]
fn ended_executor_runs_nothing() {
    let (mut bench, _, launch) = Bench::with_executor(&["t1"]);
    let failed = updates(&exit(&mut bench, &launch.container, 0)).remove(0);
    let actions = bench.run(&["t2"]);
    assert!(matches!(to_master(&actions)[0], FromAgent::ExecutorExited { status: -1, .. }));
    let late = updates(&actions).remove(0);
    let message = "Master wants to launch executor, but one already exists";
    assert_eq!((late.state(), late.message()), (TaskState::Lost, message));
    assert_eq!((late.reason(), late.executor_id), (Some(Reason::ExecutorTerminated), Some(executor_id())));
    bench.acknowledge("t1", &failed.uuid.unwrap());
    assert_ne!(started(&bench.run(&["t3"])).container, launch.container);
}

#[test]
fn a_terminating_executor_runs_nothing() {
    let (mut bench, ..) = Bench::with_executor(&["t1"]);
    bench.master(shutdown_executor());
    let refused = updates(&bench.run(&["t2"])).remove(0);
    assert_eq!((refused.state(), refused.message()), (TaskState::Lost, "Executor terminating"));
    assert_eq!(refused.executor_id, None);
}

#[statement::proves(grace)]
#[test]
fn shutdown_allows_five_seconds() {
    let (mut bench, ..) = Bench::with_executor(&["t1"]);
    assert_eq!(event_types(&bench.master(shutdown_executor())), [Type::Shutdown]);
    assert_eq!(bench.master(shutdown_executor()), [], "once is enough");
    assert_eq!(signals(&bench.pass(4)), []);
    assert_eq!(signals(&bench.pass(1)), [Signal::Kill]);
}

#[statement::proves(grace)]
#[test]
fn executors_own_grace_period_counts() {
    let mut bench = Bench::registered();
    let period = DurationInfo { nanoseconds: 9_000_000_000 };
    let executor = ExecutorInfo { shutdown_grace_period: Some(period), ..executor() };
    let launch = started(&bench.master(ToAgent::RunTasks {
        framework: Box::new(framework(&[])),
        executor: Some(Box::new(executor)),
        launch_executor: true,
        tasks: vec![task("t1")],
        group: false,
    }));
    assert_eq!(launch.shutdown_grace_period.as_secs(), 9);
    bench.subscribe();
    bench.master(shutdown_executor());
    assert_eq!(signals(&bench.pass(8)), []);
    assert_eq!(signals(&bench.pass(1)), [Signal::Kill]);
}

#[statement::proves(grace)]
#[test]
fn obedient_executor_is_not_killed() {
    let (mut bench, _, launch) = Bench::with_executor(&["t1"]);
    bench.master(shutdown_executor());
    exit(&mut bench, &launch.container, 0);
    assert_eq!(signals(&bench.pass(60)), []);
}

#[test]
fn early_shutdown_kills_the_late_executor() {
    let mut bench = Bench::registered();
    let container = started(&bench.run(&["t1"])).container;
    bench.master(shutdown_executor());
    assert_eq!(signals(&bench.input(Input::Started { container, pid: Some(7) })), [Signal::Kill]);
}

#[statement::proves(teardown)]
#[test]
fn teardown_ends_executors_silently() {
    let (mut bench, _, launch) = Bench::with_executor(&["t1"]);
    bench.update(status("t1", TaskState::Running, 1));
    let actions = bench.master(ToAgent::ShutdownFramework { framework_id: framework_id() });
    assert_eq!(event_types(&actions), [Type::Shutdown]);
    assert_eq!(to_master(&bench.update(status("t1", TaskState::Killed, 2))), []);
    let messages = to_master(&exit(&mut bench, &launch.container, 0));
    assert!(matches!(&messages[..], [FromAgent::ExecutorExited { status: 0, .. }]), "{messages:?}");
    assert_eq!(bench.pass(3600), [], "nothing is left to send again");
    assert!(bench.machine.is_idle());
}

#[statement::proves(teardown)]
#[test]
fn teardown_forgets_ended_executors() {
    let (mut bench, _, launch) = Bench::with_executor(&["t1"]);
    exit(&mut bench, &launch.container, 0);
    bench.master(ToAgent::ShutdownFramework { framework_id: framework_id() });
    assert_eq!(bench.pass(3600), []);
    assert!(bench.machine.frameworks.is_empty());
}

#[test]
fn last_acknowledgement_ends_idle_framework() {
    let (mut bench, _, launch) = Bench::with_executor(&["t1"]);
    bench.update(status("t1", TaskState::Finished, 1));
    exit(&mut bench, &launch.container, 0);
    assert!(!bench.machine.frameworks.is_empty());
    bench.acknowledge("t1", &uuid(1));
    assert!(bench.machine.frameworks.is_empty());
}

#[test]
fn shutdown_of_the_agent_ends_all_executors() {
    let (mut bench, _, launch) = Bench::with_executor(&["t1"]);
    assert_eq!(event_types(&bench.input(Input::Shutdown)), [Type::Shutdown]);
    assert_eq!(bench.run_in(framework(&[capability::Type::PartitionAware]), &["t2"]), []);
    assert!(!bench.machine.is_idle());
    exit(&mut bench, &launch.container, 0);
    assert!(bench.machine.is_idle());
}

#[test]
fn task_for_an_ended_executor_is_lost() {
    let mut bench = Bench::registered();
    let actions = bench.master(ToAgent::RunTasks {
        framework: Box::new(framework(&[])),
        executor: Some(Box::new(executor())),
        launch_executor: false,
        tasks: vec![task("t1")],
        group: false,
    });
    assert!(!actions.iter().any(|action| matches!(action, Action::Start(_))));
    assert_eq!(states(&actions), [TaskState::Lost]);
}
