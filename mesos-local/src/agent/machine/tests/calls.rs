use mesos_sdk::proto::v1::executor::{Call, call};
use mesos_sdk::proto::v1::task_status::Source;
use mesos_sdk::proto::v1::{CheckStatusInfo, ExecutorId, FrameworkId, TaskState, TaskStatus, check_info};

use super::bench::*;
use crate::agent::machine::{Action, CallResponse, Input, validate};
use crate::messages::{FromAgent, ToAgent};

fn refused(status: u16, text: &str) -> CallResponse {
    CallResponse::Refused(status, text.to_owned())
}

#[statement::proves(e400)]
#[test]
fn unknown_senders_are_refused() {
    let mut bench = Bench::registered();
    let (_, actions) = bench.subscribe();
    assert_eq!(response(&actions), refused(400, "Framework cannot be found"));
    bench.run(&["t1"]);
    let stranger = Call { executor_id: ExecutorId::from("e2"), ..subscribe(Vec::new(), Vec::new()) };
    assert_eq!(response(&bench.call(stranger).1), refused(400, "Executor cannot be found"));
}

#[statement::proves(e400)]
#[test]
fn call_before_subscribe_is_403() {
    let mut bench = Bench::registered();
    bench.run(&["t1"]);
    let not_subscribed = refused(403, "Executor is not subscribed");
    assert_eq!(response(&bench.update(status("t1", TaskState::Running, 1))), not_subscribed);
    assert_eq!(response(&bench.call(bare_call(call::Type::Unknown)).1), not_subscribed);
}

#[statement::proves(e202)]
#[test]
fn accepted_calls_are_202() {
    let (mut bench, ..) = Bench::with_executor(&["t1"]);
    assert_eq!(response(&bench.update(status("t1", TaskState::Running, 1))), CallResponse::Accepted);
    assert_eq!(response(&bench.call(bare_call(call::Type::Heartbeat)).1), CallResponse::Accepted);
    let message =
        Call { message: Some(call::Message { data: "hi".into() }.into()), ..bare_call(call::Type::Message) };
    let (_, actions) = bench.call(message);
    assert_eq!(response(&actions), CallResponse::Accepted);
    let passed_on =
        FromAgent::Message { framework_id: framework_id(), executor_id: executor_id(), data: "hi".into() };
    assert_eq!(to_master(&actions), [passed_on]);
    assert_eq!(response(&bench.subscribe().1), CallResponse::Stream);
    assert!(matches!(response(&bench.call(bare_call(call::Type::Unknown)).1), CallResponse::Refused(501, _)));
}

#[statement::proves(ehb)]
#[test]
fn heartbeat_ids_are_ignored() {
    let mut bench = Bench::registered();
    assert_eq!(response(&bench.call(bare_call(call::Type::Heartbeat)).1), CallResponse::Accepted);
}

#[statement::proves(eids)]
#[test]
fn both_ids_are_mandatory() {
    let heartbeat = bare_call(call::Type::Heartbeat);
    assert_eq!(validate(&heartbeat), Ok(()));
    let no_executor = Call { executor_id: ExecutorId::default(), ..heartbeat.clone() };
    assert_eq!(validate(&no_executor), Err("Expecting 'executor_id' to be present".into()));
    let no_framework = Call { framework_id: FrameworkId::default(), ..heartbeat };
    assert_eq!(validate(&no_framework), Err("Expecting 'framework_id' to be present".into()));
}

#[test]
fn calls_need_the_field_of_their_type() {
    for (call, error) in [
        (Call { r#type: None, ..bare_call(call::Type::Message) }, "Expecting 'type' to be present"),
        (bare_call(call::Type::Subscribe), "Expecting 'subscribe' to be present"),
        (bare_call(call::Type::Update), "Expecting 'update' to be present"),
        (bare_call(call::Type::Message), "Expecting 'message' to be present"),
    ] {
        assert_eq!(validate(&call), Err(error.to_owned()));
    }
}

fn invalid(change: impl FnOnce(&mut TaskStatus)) -> String {
    let mut status = status("t1", TaskState::Running, 1);
    change(&mut status);
    validate(&update(status)).unwrap_err()
}

#[statement::proves(eupd)]
#[test]
fn uuid_source_and_executor_are_checked() {
    assert_eq!(validate(&update(status("t1", TaskState::Running, 1))), Ok(()));
    let wrong_source =
        "Received Call from executor e1 of framework F0 with invalid source, expecting 'SOURCE_EXECUTOR'";
    assert_eq!(invalid(|status| status.source = None), wrong_source);
    assert_eq!(invalid(|status| status.source = Some(Source::Agent.into())), wrong_source);
    assert_eq!(invalid(|status| status.uuid = Some("abc".into())), "Not a valid UUID");
    assert_eq!(invalid(|status| status.uuid = Some(vec![0; 16].into())), "Not a valid UUID");
    let other = ExecutorId::from("zz");
    assert_eq!(
        invalid(|status| status.executor_id = Some(other)),
        "ExecutorID in Call: e1 does not match ExecutorID in TaskStatus: zz"
    );
}

#[statement::proves(eupd)]
#[test]
fn check_status_needs_type_and_field() {
    let with = |check: CheckStatusInfo| invalid(|status| status.check_status = Some(Box::new(check)));
    assert_eq!(with(CheckStatusInfo::default()), "CheckStatusInfo must specify 'type'");
    let tcp = CheckStatusInfo { r#type: Some(check_info::Type::Tcp.into()), ..CheckStatusInfo::default() };
    assert_eq!(with(tcp), "Expecting 'tcp' to be set for TCP check's status");
}

#[statement::proves(enouuid)]
#[test]
fn update_without_uuid_is_refused() {
    assert_eq!(invalid(|status| status.uuid = None), "Expecting 'uuid' to be present");
}

#[statement::proves(enouuid)]
#[test]
fn subscription_ignores_update_without_uuid() {
    let (mut bench, ..) = Bench::with_executor(&["t1"]);
    let without = TaskStatus { uuid: None, ..status("t1", TaskState::Running, 1) };
    let (_, actions) = bench.call(subscribe(vec![task("t1")], vec![without]));
    assert_eq!(to_master(&actions), []);
}

#[statement::proves(estaging)]
#[test]
fn staging_is_refused() {
    assert_eq!(
        invalid(|status| status.set_state(TaskState::Staging)),
        "Received TASK_STAGING from executor e1 of framework F0 which is not allowed"
    );
}

#[statement::proves(estaging)]
#[test]
fn staging_in_subscription_shuts_executor_down() {
    let (mut bench, ..) = Bench::with_executor(&["t1"]);
    let staging = status("t1", TaskState::Staging, 1);
    let (_, actions) = bench.call(subscribe(vec![task("t1")], vec![staging]));
    assert_eq!(event_types(&actions), [mesos_sdk::proto::v1::executor::event::Type::Shutdown]);
}

#[statement::proves(e503)]
#[test]
fn recovering_agent_is_503() {
    let unavailable = refused(503, "Agent has not finished recovery");
    let mut bench = Bench::registered();
    bench.run_in(checkpointing(), &["t1"]);
    bench.subscribe();
    bench.machine.restart();
    for call in [subscribe(Vec::new(), Vec::new()), bare_call(call::Type::Heartbeat)] {
        assert_eq!(response(&bench.call(call).1), unavailable);
    }
    bench.input(Input::Boot);
    let running = status("t1", TaskState::Running, 1);
    assert_eq!(response(&bench.update(running.clone())), unavailable);
    assert_eq!(response(&bench.call(bare_call(call::Type::Heartbeat)).1), CallResponse::Accepted);
    assert_eq!(response(&bench.call(subscribe(vec![task("t1")], Vec::new())).1), CallResponse::Stream);
    bench.pass(2);
    assert_eq!(response(&bench.update(running)), CallResponse::Accepted);
}

#[statement::proves(message)]
#[test]
fn scheduler_message_needs_a_running_executor() {
    let message =
        || ToAgent::Message { framework_id: framework_id(), executor_id: executor_id(), data: "x".into() };
    let mut bench = Bench::registered();
    bench.run(&["t1"]);
    assert_eq!(bench.master(message()), []);
    let (connection, _) = bench.subscribe();
    let actions = bench.master(message());
    assert!(
        matches!(&actions[..], [Action::Send { connection: to, .. }] if *to == connection),
        "{actions:?}"
    );
    bench.input(Input::StreamClosed(connection));
    assert_eq!(bench.master(message()), []);
}
