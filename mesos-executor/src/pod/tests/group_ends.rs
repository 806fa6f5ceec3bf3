//! How tasks, groups and the executor end.

use mesos_sdk::proto::v1::TaskResourceLimitation;
use mesos_sdk::proto::v1::task_status::Reason;

use super::*;

#[test]
fn executor_ends_with_its_last_task() {
    let mut bench = Bench::running(&[task("a"), task("b")]);
    bench.ends("a", 0);
    assert_eq!(bench.states(), [("a", TaskState::Finished)]);
    assert_eq!(bench.reported()[0].message(), "Command exited with status 0");
    assert!(!bench.machine.is_over(), "b is none of its concern");
    bench.ends("b", 0);
    for _ in 0..5 {
        assert!(!bench.step(Input::Acknowledged).has(&Action::End));
    }
    assert!(bench.step(Input::Acknowledged).has(&Action::End));
}

#[test]
fn failure_ends_the_group_and_no_other() {
    let mut bench = Bench::running(&[task("a"), TaskInfo { kill_policy: Some(policy(60)), ..task("b") }]);
    bench.launch(&[task("other")]).starts("other");
    bench.ends("a", 7 << 8);
    assert_eq!(bench.states(), [("a", TaskState::Failed), ("b", TaskState::Killing)]);
    assert_eq!(bench.reported()[0].message(), "Command exited with status 7");
    assert!(
        bench.has(&Action::Terminate(container("b"))) && !bench.has(&Action::Terminate(container("other")))
    );
    assert_eq!(bench.sleep(), seconds(3), "whatever the policy");
    assert_eq!(bench.actions, [Action::Kill(container("b"))]);
    bench.ends("b", 9);
    assert_eq!(bench.states(), [("b", TaskState::Killed)]);
    assert_eq!(bench.reported()[0].message(), "Command terminated with signal Killed");
}

#[statement::proves(killpolicy)]
#[test]
fn killed_task_ends_the_group() {
    let mut bench = Bench::running(&[TaskInfo { kill_policy: Some(policy(60)), ..task("a") }, task("b")]);
    bench.kill("a", None);
    assert_eq!(bench.states(), [("a", TaskState::Killing)]);
    assert_eq!(bench.kill("a", Some(policy(1))).actions, [], "once is enough");
    assert_eq!(bench.sleep(), seconds(60));
    assert_eq!(bench.actions, [Action::Kill(container("a"))]);
    bench.ends("a", 0);
    assert_eq!(bench.states(), [("a", TaskState::Killed), ("b", TaskState::Killing)]);
}

#[test]
fn policy_of_the_call_wins() {
    let mut bench = Bench::running(&[TaskInfo { kill_policy: Some(policy(60)), ..task("a") }]);
    assert_eq!(bench.kill("a", Some(policy(1))).sleep(), seconds(1));
}

#[test]
fn timeout_is_a_failure_with_a_reason() {
    let limit = Some(DurationInfo { nanoseconds: 7_000_000_000 });
    let mut bench = Bench::running(&[TaskInfo { max_completion_time: limit, ..task("a") }]);
    assert_eq!(bench.sleep(), seconds(7));
    assert_eq!(bench.actions, [Action::Terminate(container("a")), Action::Kill(container("a"))]);
    bench.ends("a", 15);
    assert_eq!(bench.states(), [("a", TaskState::Failed)]);
    assert_eq!(bench.reported()[0].reason(), Some(Reason::MaxCompletionTimeReached));
}

#[test]
fn agent_knows_better_why() {
    let mut bench = Bench::running(&[task("a")]);
    let limitation = Some(TaskResourceLimitation::default());
    bench.step(Input::Ended(
        container("a"),
        Some(Box::new(WaitContainer {
            exit_status: Some(9),
            state: Some(TaskState::Failed.into()),
            reason: Some(Reason::ContainerLimitationMemory.into()),
            message: Some("too much".to_owned()),
            limitation: limitation.clone(),
        })),
    ));
    let reported = bench.reported()[0];
    assert_eq!(reported.message(), "Command terminated with signal Killed: too much");
    assert_eq!(reported.reason(), Some(Reason::ContainerLimitationMemory));
    assert_eq!(reported.limitation, limitation);
}

#[test]
fn unknown_container_is_a_failure() {
    for (ended, message) in [
        (None, "Unable to retrieve command's termination information"),
        (Some(Box::default()), "Command terminated with unknown status"),
    ] {
        let mut bench = Bench::running(&[task("a")]);
        bench.step(Input::Ended(container("a"), ended));
        assert_eq!(bench.states(), [("a", TaskState::Failed)]);
        assert_eq!(bench.reported()[0].message(), message);
    }
    let mut bench = Bench::running(&[task("a")]);
    bench.kill("a", None).step(Input::Ended(container("a"), None));
    assert_eq!(bench.states(), [("a", TaskState::Killed)]);
}

#[test]
fn shutdown_kills_all() {
    let mut bench = Bench::running(&[task("a"), TaskInfo { kill_policy: Some(policy(60)), ..task("b") }]);
    bench.step(Input::Shutdown);
    assert_eq!(bench.states(), [("a", TaskState::Killing), ("b", TaskState::Killing)]);
    assert_eq!(bench.sleep(), seconds(3));
    assert_eq!(bench.actions, [Action::Kill(container("a")), Action::Kill(container("b"))]);
    bench.launch(&[task("late")]);
    assert_eq!(bench.actions, []);
    bench.ends("a", 9).ends("b", 9);
    assert!(bench.machine.is_over());
}

#[test]
fn shutdown_without_tasks_or_agent_is_the_end() {
    assert!(Bench::new().step(Input::Shutdown).has(&Action::End));
    let mut bench = Bench::running(&[task("a")]);
    bench.step(Input::Disconnected).step(Input::Shutdown);
    assert!(bench.machine.is_over() && bench.actions.is_empty());
}

#[test]
fn refusal_to_report_ends_ends_the_executor() {
    let mut bench = Bench::running(&[task("a")]);
    bench.step(Input::Acknowledged).step(Input::Acknowledged);
    assert!(bench.step(Input::Refused).has(&Action::End));
}

#[test]
fn missing_acknowledgement_is_awaited_a_minute() {
    let mut bench = Bench::running(&[task("a")]);
    bench.ends("a", 0).step(Input::Disconnected);
    assert_eq!(bench.machine.deadline(), None, "without the agent nothing can come");
    bench.subscribe();
    assert_eq!(bench.sleep(), seconds(60));
    assert_eq!(bench.actions, [Action::End]);
}
