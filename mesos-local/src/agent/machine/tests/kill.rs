use mesos_sdk::proto::v1::executor::event::Type;
use mesos_sdk::proto::v1::framework_info::capability;
use mesos_sdk::proto::v1::task_status::{Reason, Source};
use mesos_sdk::proto::v1::{DurationInfo, KillPolicy, TaskState};

use super::bench::*;
use crate::messages::ToAgent;

#[statement::proves(killpend)]
#[test]
fn queued_task_ends_without_its_executor() {
    let mut bench = Bench::registered();
    bench.run(&["t1", "t2"]);
    let killed = updates(&bench.kill("t1")).remove(0);
    let expected = (TaskState::Killed, Some(Reason::TaskKilledDuringLaunch), Some(Source::Agent));
    assert_eq!((killed.state(), killed.reason(), killed.source()), expected);
    assert_eq!(killed.message(), "Killed before delivery to the executor");
    assert_eq!((killed.executor_id, killed.container_status), (Some(executor_id()), None));
    let launched = events(&bench.subscribe().1);
    assert_eq!(launched[1].launch.clone().unwrap().task, task("t2"));
    assert_eq!(launched.len(), 2);
}

#[statement::proves(killpend)]
#[test]
fn queued_group_ends_as_a_whole() {
    let mut bench = Bench::registered();
    bench.run(&["t0"]);
    bench.run_group(&["t1", "t2"]);
    let killed = updates(&bench.kill("t2"));
    assert_eq!(killed.iter().map(|status| status.task_id.value.as_str()).collect::<Vec<_>>(), ["t1", "t2"]);
    let message = "A task within the task group was killed before delivery to the executor";
    assert!(killed.iter().all(|status| status.state() == TaskState::Killed && status.message() == message));
    assert_eq!(event_types(&bench.subscribe().1), [Type::Subscribed, Type::Launch]);
}

#[statement::proves(killunk)]
#[test]
fn task_without_executor_is_dropped() {
    for (capabilities, state) in
        [(vec![], TaskState::Lost), (vec![capability::Type::PartitionAware], TaskState::Dropped)]
    {
        let mut bench = Bench::registered();
        bench.run_in(framework(&capabilities), &["t1"]);
        let dropped = updates(&bench.kill("t9")).remove(0);
        assert_eq!((dropped.state(), dropped.reason()), (state, Some(Reason::ExecutorTerminated)));
        assert_eq!((dropped.message(), dropped.executor_id.as_ref()), ("Cannot find executor", None));
    }
}

#[statement::proves(killunk)]
#[test]
fn unknown_framework_is_ignored() {
    assert_eq!(Bench::registered().kill("t1"), []);
}

#[test]
fn kill_is_passed_on_each_time() {
    let (mut bench, ..) = Bench::with_executor(&["t1"]);
    assert_eq!(event_types(&bench.kill("t1")), [Type::Kill]);
    assert_eq!(event_types(&bench.kill("t1")), [Type::Kill]);
}

#[statement::proves(killpolicy)]
#[test]
fn policy_of_the_call_is_passed_on() {
    let (mut bench, ..) = Bench::with_executor(&["t1"]);
    let policy = KillPolicy { grace_period: Some(DurationInfo { nanoseconds: 7 }) };
    let (framework_id, task_id) = (framework_id(), task_id("t1"));
    let actions = bench.master(ToAgent::KillTask { framework_id, task_id, policy: Some(policy) });
    assert_eq!(events(&actions)[0].kill.clone().unwrap().kill_policy, Some(policy));
}
