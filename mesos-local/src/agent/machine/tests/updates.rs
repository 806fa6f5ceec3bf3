use mesos_sdk::proto::v1::executor::event::Type;
use mesos_sdk::proto::v1::task_status::Source;
use mesos_sdk::proto::v1::{ExecutorId, FrameworkInfo, TaskState, TaskStatus};

use super::bench::*;
use crate::agent::machine::updates::MAX_PENDING_PER_TASK;
use crate::agent::machine::{CallResponse, Input};
use crate::messages::{FromAgent, ToAgent};

#[test]
fn updates_are_completed_by_the_agent() {
    let (mut bench, _, launch) = Bench::with_executor(&["t1"]);
    bench.input(Input::Started { container: launch.container.clone(), pid: Some(77) });
    bench.pass(12);
    let update = updates(&bench.update(status("t1", TaskState::Running, 1))).remove(0);
    assert_eq!((update.agent_id.as_ref(), update.timestamp), (Some(&agent_id()), Some(12.0)));
    assert_eq!((update.source(), update.uuid.as_ref()), (Some(Source::Executor), Some(&uuid(1))));
    let container = update.container_status.unwrap();
    assert_eq!(container.container_id.unwrap().value, launch.container);
    assert_eq!(container.executor_pid, Some(77));
    assert_eq!(container.network_infos[0].ip_addresses[0].ip_address(), "127.0.0.1");
    let dated = TaskStatus { timestamp: Some(5.5), ..status("t1", TaskState::Running, 2) };
    bench.update(dated);
    assert_eq!(updates(&bench.acknowledge("t1", &uuid(1)))[0].timestamp, Some(5.5));
}

#[test]
fn agent_acknowledges_at_once() {
    let (mut bench, ..) = Bench::with_executor(&["t1"]);
    for number in 1..=2 {
        let actions = bench.update(status("t1", TaskState::Running, number));
        assert_eq!(event_types(&actions), [Type::Acknowledged]);
        let acknowledged = events(&actions).remove(0).acknowledged.unwrap();
        assert_eq!((acknowledged.task_id, acknowledged.uuid), (task_id("t1"), uuid(number)));
    }
}

#[statement::proves(ack2)]
#[test]
fn one_update_outstanding_per_task() {
    let (mut bench, ..) = Bench::with_executor(&["t1", "t2"]);
    assert_eq!(states(&bench.update(status("t1", TaskState::Starting, 1))), [TaskState::Starting]);
    assert_eq!(states(&bench.update(status("t1", TaskState::Running, 2))), []);
    assert_eq!(states(&bench.update(status("t2", TaskState::Running, 3))), [TaskState::Running]);
    assert_eq!(states(&bench.acknowledge("t1", &uuid(9))), []);
    assert_eq!(states(&bench.acknowledge("t1", &uuid(1))), [TaskState::Running]);
    assert_eq!(states(&bench.acknowledge("t1", &uuid(1))), []);
    assert_eq!(states(&bench.acknowledge("t1", &uuid(2))), []);
}

#[statement::proves(ack2)]
#[test]
fn latest_state_comes_with_an_older_update() {
    let (mut bench, ..) = Bench::with_executor(&["t1"]);
    bench.update(status("t1", TaskState::Running, 1));
    bench.update(status("t1", TaskState::Finished, 2));
    let again = to_master(&bench.pass(10));
    assert!(matches!(
        &again[..],
        [FromAgent::Update { status, latest_state: TaskState::Finished, .. }]
            if status.state() == TaskState::Running
    ));
}

#[statement::proves(ack3)]
#[test]
fn unacknowledged_updates_are_resent() {
    let (mut bench, connection, _) = Bench::with_executor(&["t1"]);
    bench.update(status("t1", TaskState::Running, 1));
    bench.input(Input::StreamClosed(connection));
    let mut intervals = Vec::new();
    for _ in 0..9 {
        let due = bench.machine.next_deadline().unwrap().saturating_sub(bench.now);
        intervals.push(due.as_secs());
        assert_eq!(updates(&bench.pass(due.as_secs())).len(), 1);
    }
    assert_eq!(intervals, [10, 20, 40, 80, 160, 320, 600, 600, 600]);
}

#[statement::proves(ack3)]
#[test]
fn acknowledged_update_is_not_resent() {
    let (mut bench, ..) = Bench::with_executor(&["t1"]);
    bench.update(status("t1", TaskState::Running, 1));
    bench.acknowledge("t1", &uuid(1));
    assert_eq!(updates(&bench.pass(3600)), []);
}

#[statement::proves(ack4)]
#[test]
fn acknowledgement_without_master_is_dropped() {
    let (mut bench, ..) = Bench::with_executor(&["t1"]);
    bench.update(status("t1", TaskState::Running, 1));
    bench.input(Input::MasterLost);
    bench.acknowledge("t1", &uuid(1));
    assert_eq!(bench.pass(3600).len(), 2, "heartbeats alone");
    bench.input(Input::MasterConnected);
    let actions = bench.master(ToAgent::Registered { agent_id: agent_id() });
    assert_eq!(states(&actions), [TaskState::Running]);
}

#[test]
fn second_terminal_update_is_ignored() {
    let (mut bench, ..) = Bench::with_executor(&["t1"]);
    bench.update(status("t1", TaskState::Finished, 1));
    let actions = bench.update(status("t1", TaskState::Failed, 2));
    assert_eq!(event_types(&actions), [Type::Acknowledged]);
    assert_eq!(states(&bench.acknowledge("t1", &uuid(1))), []);
    assert_eq!(updates(&bench.pass(20)), []);
}

#[test]
fn update_of_unknown_task_is_passed_on_bare() {
    let (mut bench, ..) = Bench::with_executor(&["t1"]);
    let actions = bench.update(status("t9", TaskState::Running, 1));
    assert_eq!(updates(&actions)[0].container_status, None);
    assert_eq!(event_types(&actions), []);
}

#[test]
fn acknowledged_terminal_task_is_forgotten() {
    let (mut bench, ..) = Bench::with_executor(&["t1"]);
    bench.update(status("t1", TaskState::Finished, 1));
    bench.acknowledge("t1", &uuid(1));
    let actions = bench.update(status("t1", TaskState::Finished, 1));
    assert_eq!(updates(&actions)[0].container_status, None);
    assert_eq!(event_types(&actions), []);
}

#[test]
fn an_update_for_another_agent_is_ignored() {
    let (mut bench, ..) = Bench::with_executor(&["t1"]);
    let other = mesos_sdk::proto::v1::AgentId::from("S9");
    let elsewhere = TaskStatus { agent_id: Some(other), ..status("t1", TaskState::Running, 1) };
    let actions = bench.update(elsewhere);
    assert_eq!((to_master(&actions), events(&actions)), (vec![], vec![]));
}

#[test]
fn executor_id_is_left_unchanged() {
    let (mut bench, ..) = Bench::with_executor(&["t1", "t2"]);
    assert_eq!(updates(&bench.update(status("t1", TaskState::Running, 1)))[0].executor_id, None);
    let named =
        TaskStatus { executor_id: Some(ExecutorId::from("e1")), ..status("t2", TaskState::Running, 2) };
    assert_eq!(updates(&bench.update(named))[0].executor_id, Some(executor_id()));
}

#[test]
fn flood_of_updates_is_refused_at_the_limit() {
    let (mut bench, ..) = Bench::with_executor(&["t1"]);
    let numbered = |number: usize| {
        let mut bytes = [0x40; 16];
        bytes[8..].copy_from_slice(&u64::try_from(number).unwrap().to_be_bytes());
        TaskStatus { uuid: Some(bytes.to_vec().into()), ..status("t1", TaskState::Running, 0) }
    };
    for number in 0..MAX_PENDING_PER_TASK {
        assert_eq!(response(&bench.update(numbered(number))), CallResponse::Accepted);
    }
    let one_more = numbered(MAX_PENDING_PER_TASK);
    assert!(matches!(response(&bench.update(one_more.clone())), CallResponse::Refused(503, _)));
    bench.acknowledge("t1", &numbered(0).uuid.unwrap());
    assert_eq!(response(&bench.update(one_more)), CallResponse::Accepted);
}

#[statement::proves(disc)]
#[test]
fn returning_framework_gets_pending_updates() {
    let (mut bench, ..) = Bench::with_executor(&["t1", "t2"]);
    bench.update(status("t1", TaskState::Running, 1));
    bench.update(status("t2", TaskState::Running, 2));
    bench.acknowledge("t2", &uuid(2));
    let renamed = FrameworkInfo { name: "renamed".into(), ..framework(&[]) };
    let messages = bench.master(ToAgent::UpdateFramework { framework: Box::new(renamed) });
    assert_eq!(states(&messages), [TaskState::Running]);
    // The time until the next repetition begins now.
    assert_eq!(states(&bench.pass(9)), []);
    assert_eq!(states(&bench.pass(1)), [TaskState::Running]);
    let stranger = FrameworkInfo { id: None, ..framework(&[]) };
    assert_eq!(states(&bench.master(ToAgent::UpdateFramework { framework: Box::new(stranger) })), []);
}
