//! An executor that has its agent, and one that has lost it.

use super::kept::Executor;
use super::*;
use crate::executor::{self, ExecutorEnvironment};
use crate::proto::v1::executor::Call as ExecutorCall;
use crate::proto::v1::executor::Event as ExecutorEvent;
use crate::proto::v1::executor::call::Type as ExecutorCallType;
use crate::proto::v1::executor::event::Type as EventType;

/// The driver's settings in the environment that an agent gives.
fn settings(checkpoint: &str) -> Settings {
    let variable = |name: &str| match name {
        "MESOS_FRAMEWORK_ID" => Some("f".to_owned()),
        "MESOS_EXECUTOR_ID" => Some("e".to_owned()),
        "MESOS_AGENT_ENDPOINT" => Some("m:5051".to_owned()),
        "MESOS_DIRECTORY" => Some("/sandbox".to_owned()),
        "MESOS_CHECKPOINT" => Some(checkpoint.to_owned()),
        "MESOS_RECOVERY_TIMEOUT" => Some("10mins".to_owned()),
        "MESOS_SUBSCRIPTION_BACKOFF_MAX" => Some("4secs".to_owned()),
        _ => None,
    };
    executor::settings(&ExecutorEnvironment::from_variables(variable).unwrap())
}

/// The agent does not respond to the attempt that was just begun, if one was.
fn fail_attempt(executor: &mut Executor) -> bool {
    let attempt = executor.actions.iter().find_map(|action| match action {
        Action::Connect { attempt, .. } => Some(*attempt),
        _ => None,
    });
    let error = || Error::new(ErrorKind::Unreachable, "gone");
    attempt
        .map(|attempt| {
            executor.step(Input::Stream(attempt, StreamEvent::Response(SubscribeResponse::Failed(error()))))
        })
        .is_some()
}

/// How the session ended, if it did, and whether the handler gets `shutdown`.
fn end(executor: &Executor) -> Option<(bool, bool)> {
    executor.actions.iter().find_map(|action| match action {
        Action::Finish { result, farewell } => Some((result.is_ok(), farewell.is_some())),
        _ => None,
    })
}

#[statement::proves(ehb)]
#[test]
fn executor_sends_heartbeats_every_30_minutes() {
    let mut executor = Executor::with(settings("1"), 1).and_subscribed();
    for _ in 0..3 {
        let before = executor.now;
        executor.sleep();
        assert_eq!(executor.now.saturating_sub(before), seconds(30 * 60));
        let [Action::Send { id, body, .. }] = &executor.actions[..] else { panic!("no call") };
        let (id, call) = (*id, ExecutorCall::decode(body.clone()).unwrap());
        assert_eq!(call.r#type(), ExecutorCallType::Heartbeat);
        assert_eq!((call.framework_id.value.as_str(), call.executor_id.value.as_str()), ("f", "e"));
        executor.step(Input::Answered(id, CallResponse::Accepted));
        assert!(executor.actions.is_empty());
    }
}

#[statement::proves(ehb)]
#[test]
fn no_heartbeat_to_a_lost_agent() {
    let mut executor = Executor::with(settings("1"), 1).and_subscribed();
    executor.now = seconds(29 * 60);
    executor.step(Input::Stream(1, StreamEvent::Ended(None)));
    executor.now = seconds(31 * 60);
    executor.step(Input::Tick);
    assert!(!executor.actions.iter().any(|action| matches!(action, Action::Send { .. })));
}

#[statement::proves(ehb)]
#[test]
fn heartbeats_count_from_the_new_subscription() {
    let mut executor = Executor::with(Settings::default(), 1).and_subscribed();
    executor.now = seconds(60);
    executor.step(Input::Stream(1, StreamEvent::Ended(None)));
    executor.now = seconds(20 * 60);
    let attempt = reconnect(&mut executor);
    executor.is_answered(attempt);
    executor.sleep();
    assert_eq!(executor.now, seconds(50 * 60));
    assert!(matches!(executor.actions[..], [Action::Send { .. }]));
}

/// Lets the wait end. Returns the attempt that follows.
fn reconnect(executor: &mut Executor) -> u64 {
    executor.step(Input::Tick);
    executor.step(Input::Leader(Ok(master())));
    let attempt = executor.actions.iter().find_map(|action| match action {
        Action::Connect { attempt, .. } => Some(*attempt),
        _ => None,
    });
    attempt.expect("a connection")
}

/// An executor whose call has no response when its heartbeat is due.
fn with_unanswered_call(settings: Settings) -> Executor {
    let mut executor = Executor::with(settings, 1).and_subscribed();
    executor.step(call_now(1, executor::message("data".into())));
    assert!(matches!(executor.actions[..], [Action::Send { id: 1, .. }]));
    executor.now = seconds(30 * 60 - 1);
    executor
}

#[test]
fn leaving_executor_sends_no_heartbeat() {
    let mut executor = with_unanswered_call(Settings::default());
    executor.step(Input::Stop(Stop::Leave));
    executor.now = seconds(30 * 60 + 1);
    executor.step(Input::Tick);
    assert!(executor.actions.is_empty(), "it waits for the response");
}

#[test]
fn heartbeat_waits_for_room() {
    let mut executor = with_unanswered_call(Settings { max_unanswered: 1, ..Settings::default() });
    executor.now = seconds(31 * 60);
    executor.step(Input::Tick);
    assert!(executor.actions.is_empty(), "no further call may be sent");
    executor.step(Input::Answered(1, CallResponse::Accepted));
    executor.step(Input::Tick);
    assert!(executor.actions.iter().any(|action| matches!(action, Action::Send { .. })));
}

#[statement::proves(nochk)]
#[test]
fn without_checkpoint_executor_ends_with_agent() {
    let mut executor = Executor::with(settings("0"), 1).and_subscribed();
    executor.now = seconds(60);
    executor.step(Input::Stream(1, StreamEvent::Ended(None)));
    assert_eq!(end(&executor), Some((false, true)));
}

#[statement::proves(nochk)]
#[test]
fn executor_is_shut_down_only_once() {
    let mut executor = Executor::with(settings("0"), 1).and_subscribed();
    let shutdown = ExecutorEvent { r#type: Some(EventType::Shutdown.into()), ..ExecutorEvent::default() };
    executor.step(Input::Stream(1, StreamEvent::Event(shutdown, 0)));
    executor.step(Input::Stream(1, StreamEvent::Ended(None)));
    assert_eq!(end(&executor), Some((false, false)));
}

#[statement::proves(nochk, rect)]
#[test]
fn checkpointed_executor_retries_then_stops() {
    let mut executor = Executor::with(settings("1"), 1).and_subscribed();
    executor.now = seconds(60);
    executor.step(Input::Stream(1, StreamEvent::Ended(None)));
    let mut attempts = 0;
    loop {
        executor.sleep();
        if end(&executor).is_some() {
            break;
        }
        executor.step(Input::Leader(Ok(master())));
        attempts += usize::from(fail_attempt(&mut executor));
    }
    assert_eq!(end(&executor), Some((false, true)));
    assert_eq!(executor.now, seconds(60 + 10 * 60));
    assert!(attempts > 100, "{attempts}");
}

#[statement::proves(backoff)]
#[test]
fn delays_are_uniform_up_to_the_limit() {
    let mut executor = Executor::with(settings("1"), 7).and_subscribed();
    let mut waits = Vec::new();
    executor.step(Input::Stream(1, StreamEvent::Ended(None)));
    for _ in 0..100 {
        let before = executor.now;
        executor.sleep();
        waits.push(executor.now.saturating_sub(before));
        executor.step(Input::Leader(Ok(master())));
        assert!(fail_attempt(&mut executor));
    }
    assert!(waits.iter().all(|wait| *wait <= seconds(4)));
    for quarter in 0..4 {
        let from = seconds(quarter);
        let count = waits.iter().filter(|wait| (from..from + seconds(1)).contains(*wait)).count();
        assert!((10..45).contains(&count), "{count} of {} begin at {quarter} s", waits.len());
    }
}

#[statement::proves(regto)]
#[test]
fn executor_tries_to_subscribe_for_a_minute() {
    let mut executor = Executor::with(settings("1"), 1);
    executor.step(Input::Leader(Ok(master())));
    assert!(fail_attempt(&mut executor));
    assert_eq!(end(&executor), None);
    executor.now = seconds(60);
    executor.step(Input::Tick);
    assert_eq!(end(&executor), Some((false, true)));
}
