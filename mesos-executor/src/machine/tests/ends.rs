//! From the start to the end, whichever it is.

use mesos_sdk::proto::v1::task_status::Reason;

use super::*;

#[test]
fn command_runs_to_its_end() {
    let mut bench = Bench::running(task());
    assert_eq!(bench.states(), [TaskState::Starting, TaskState::Running]);
    assert!(matches!(&bench.actions[1], Action::Start(started) if **started == command()));
    bench.step(Input::Acknowledged).step(Input::Acknowledged).step(Input::Exited(0));
    assert_eq!(bench.states(), [TaskState::Finished]);
    assert_eq!(bench.reported()[0].message(), "Command exited with status 0");
    assert!(!bench.has(&Action::End));
    assert!(bench.step(Input::Acknowledged).has(&Action::End));
    assert!(!bench.step(Input::Tick).has(&Action::End), "once");
}

#[test]
fn failed_command_has_a_reason() {
    for (status, message) in [
        (1 << 8, "Command exited with status 1"),
        (9, "Command terminated with signal Killed"),
        (0x8b, "Command terminated with signal Segmentation fault (core dumped)"),
    ] {
        let mut bench = Bench::running(task());
        bench.step(Input::Exited(status));
        assert_eq!(bench.states(), [TaskState::Failed]);
        assert_eq!((bench.reported()[0].message(), bench.reported()[0].reason), (message, None));
    }
}

#[statement::proves(killpolicy)]
#[test]
fn sigkill_follows_sigterm_after_3_seconds() {
    let mut bench = Bench::running(task());
    bench.kill(None);
    assert_eq!(bench.states(), [TaskState::Killing]);
    assert!(bench.has(&Action::Terminate));
    assert_eq!(bench.kill(None).actions, [], "once is enough");
    assert_eq!(bench.sleep(), seconds(3));
    assert_eq!(bench.actions, [Action::Kill]);
    bench.step(Input::Exited(9));
    assert_eq!(bench.states(), [TaskState::Killed]);
    assert_eq!(bench.reported()[0].message(), "Command terminated with signal Killed");
}

#[statement::proves(killpolicy)]
#[test]
fn policy_of_the_call_wins() {
    let mut bench = Bench::running(TaskInfo { kill_policy: Some(policy(20)), ..task() });
    assert_eq!(bench.kill(None).sleep(), seconds(20));
    let mut bench = Bench::running(TaskInfo { kill_policy: Some(policy(20)), ..task() });
    assert_eq!(bench.kill(policy(1)).sleep(), seconds(1));
}

#[statement::proves(killpolicy)]
#[test]
fn second_kill_only_shortens_the_time() {
    let mut bench = Bench::running(task());
    bench.kill(policy(20));
    bench.pass(seconds(4)).kill(policy(30)).kill(policy(10));
    assert_eq!(bench.sleep(), seconds(6));
    assert_eq!(bench.actions, [Action::Kill]);
    bench.kill(policy(0));
    assert_eq!(bench.actions, [], "SIGKILL was sent already");
}

#[test]
fn killed_command_is_killed_however_it_ends() {
    for status in [0, 1 << 8, 15] {
        let mut bench = Bench::running(task());
        bench.kill(None).step(Input::Exited(status));
        assert_eq!(bench.states(), [TaskState::Killed]);
    }
}

#[test]
fn killing_needs_the_capability() {
    let mut bench = Bench::new();
    bench.step(Input::Subscribed { knows_killing: false }).step(Input::Launch(Box::new(task())));
    assert_eq!(bench.kill(None).actions, [Action::Terminate]);
}

#[test]
fn a_kill_of_another_task_is_none() {
    let mut bench = Bench::running(task());
    bench.step(Input::Kill(TaskId::from("other"), None));
    assert_eq!(bench.actions, []);
}

#[test]
fn timeout_is_a_failure_with_a_reason() {
    let limit = Some(DurationInfo { nanoseconds: 7_000_000_000 });
    let mut bench = Bench::running(TaskInfo { max_completion_time: limit, ..task() });
    assert_eq!(bench.sleep(), seconds(7));
    assert_eq!(bench.actions, [Action::Terminate, Action::Kill]);
    bench.step(Input::Exited(9));
    assert_eq!(bench.states(), [TaskState::Failed]);
    assert_eq!(bench.reported()[0].reason(), Some(Reason::MaxCompletionTimeReached));
}

#[test]
fn kill_before_the_timeout_stays_a_kill() {
    let limit = Some(DurationInfo { nanoseconds: 7_000_000_000 });
    let mut bench = Bench::running(TaskInfo { max_completion_time: limit, ..task() });
    bench.pass(seconds(6)).kill(policy(20));
    assert_eq!(bench.sleep(), seconds(20));
    bench.step(Input::Exited(9));
    assert_eq!(bench.states(), [TaskState::Killed]);
}

#[statement::proves(grace)]
#[test]
fn shutdown_leaves_time_to_report() {
    let mut bench = Bench::running(task());
    bench.step(Input::Shutdown);
    assert!(bench.has(&Action::Terminate));
    assert_eq!(bench.sleep(), seconds(3), "two seconds before the agent's five are over");
    assert_eq!(bench.actions, [Action::Kill]);
    assert_eq!(bench.step(Input::Exited(9)).states(), [TaskState::Killed]);
}

#[test]
fn shutdown_without_a_task_is_the_end() {
    assert!(Bench::new().step(Input::Shutdown).has(&Action::End));
}

#[test]
fn a_second_task_is_refused() {
    let mut bench = Bench::running(task());
    bench.step(Input::Launch(Box::new(TaskInfo { task_id: TaskId::from("u"), ..task() })));
    assert_eq!(bench.states(), [TaskState::Failed]);
    assert_eq!(bench.reported()[0].task_id.value, "u");
    assert_eq!(bench.actions.len(), 1);
}

#[test]
fn missing_acknowledgement_is_awaited_a_minute() {
    let mut bench = Bench::running(task());
    bench.step(Input::Exited(0)).step(Input::Disconnected);
    assert_eq!(bench.machine.deadline(), None, "without the agent nothing can come");
    bench.pass(seconds(300));
    assert_eq!(bench.actions, []);
    bench.step(Input::Subscribed { knows_killing: true });
    assert_eq!(bench.sleep(), seconds(60));
    assert_eq!(bench.actions, [Action::End]);
}
