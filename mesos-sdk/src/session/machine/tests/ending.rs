//! How a session ends.

use tracing::Level;

use super::*;
use crate::session::Outcome;
use crate::session::machine::ending::CLOSE_TIMEOUT;
use crate::session::tests::logged;

#[test]
fn error_of_another_handler_ends_the_driver() {
    let mut session = Session::subscribed();
    session.take_deliveries();
    assert_eq!(session.handled(Err("no".into())).finished(), Some(Err(ErrorKind::Handler)));
}

#[statement::proves(second, removed, valerr)]
#[test]
fn these_errors_are_final() {
    for (text, kind) in [
        ("Framework failed over", ErrorKind::FailedOver),
        ("Framework has been removed", ErrorKind::FrameworkRemoved),
    ] {
        assert_eq!(Session::subscribed().event(error_event(text)).finished(), Some(Err(kind)));
    }
    let mut session = Session::new(Settings::default());
    session.unread("one");
    session.event(error_event("Role '/x' is invalid"));
    assert_eq!(session.finished(), Some(Err(ErrorKind::Rejected)));
}

#[statement::proves(error, rate)]
#[test]
fn other_errors_lead_to_a_new_subscription() {
    let mut session = Session::subscribed();
    session.event(error_event("Message rate exceeded"));
    assert!(session.disconnects() && session.finished().is_none());
}

/// In one turn a response may end the session, and a failure come back that nobody has received.
#[test]
fn failure_dropped_after_the_end_is_logged() {
    let mut session = Session::subscribed();
    session.stop(Stop::Abort);
    let dropped = Input::DroppedFailure(revive(vec![]), Error::new(ErrorKind::Rejected, "no"));
    let handled = || assert!(session.step(dropped).actions.is_empty(), "no handler gets it");
    assert_eq!(logged(Level::DEBUG, handled), 1);
}

#[test]
fn patience_ends_with_the_last_error() {
    let mut session = Session::new(Settings { patience: Some(seconds(10)), ..Settings::default() });
    while session.finished().is_none() {
        session.step(Input::Leader(Err(unavailable())));
        if session.finished().is_none() {
            session.sleep();
        }
    }
    assert_eq!(session.now, seconds(10));
    let Some(Action::Finish { result: Err(error), .. }) = session.actions.pop() else { panic!() };
    assert!(
        format!("{error:#}").contains("within 10 s") && format!("{error:#}").contains("not now"),
        "{}",
        format!("{error:#}")
    );
}

#[test]
fn patience_with_a_silent_master_names_it() {
    let mut session = Session::new(Settings { patience: Some(seconds(3)), ..Settings::default() });
    session.step(Input::Leader(Ok(master())));
    session.sleep();
    let Some(Action::Finish { result: Err(error), .. }) = session.actions.pop() else { panic!() };
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(format!("{error:#}").contains("master m:5050 does not respond"), "{error:#}");
}

#[statement::proves(teardown)]
#[test]
fn teardown_ends_in_either_order() {
    let mut session = Session::subscribed();
    assert_eq!(session.stop(Stop::Teardown).sent(), [Type::Teardown]);
    assert_eq!(session.answer(CallResponse::Accepted).finished(), None);
    assert_eq!(
        session.step(Input::Stream(session.attempt, StreamEvent::Ended(None))).finished(),
        Some(Ok(()))
    );

    let mut session = Session::subscribed();
    session.stop(Stop::Teardown);
    assert_eq!(session.step(Input::Stream(session.attempt, StreamEvent::Ended(None))).finished(), None);
    assert_eq!(session.answer(CallResponse::Accepted).finished(), Some(Ok(())));
}

#[statement::proves(teardown)]
#[test]
fn accepted_teardown_needs_no_end_of_stream() {
    for stop_timeout in [seconds(1), CLOSE_TIMEOUT, seconds(15)] {
        let mut session = Session::new(Settings { stop_timeout, ..Settings::default() });
        session.subscribe("one");
        session.stop(Stop::Teardown);
        session.answer(CallResponse::Accepted);
        assert_eq!(session.finished(), None);
        assert_eq!(session.sleep(), stop_timeout.min(CLOSE_TIMEOUT));
        assert_eq!(session.finished(), Some(Ok(())));
    }
}

#[statement::proves(teardown)]
#[test]
fn accepted_teardown_survives_an_abort() {
    let mut session = Session::subscribed();
    session.stop(Stop::Teardown);
    session.answer(CallResponse::Accepted);
    session.stop(Stop::Abort);
    let end = session.actions.pop();
    assert!(matches!(end, Some(Action::Finish { result: Ok(Outcome::TornDown), .. })));
}

#[statement::proves(teardown)]
#[test]
fn teardown_is_repeated_when_lost() {
    let mut session = Session::subscribed();
    session.stop(Stop::Teardown);
    session.answer(CallResponse::Failed(Error::new(ErrorKind::Disconnected, "cut")));
    assert!(session.disconnects() && session.finished().is_none());
    session.sleep();
    session.subscribe("two");
    assert_eq!(session.sent(), [Type::Teardown]);
}

#[statement::proves(teardown)]
#[test]
fn unknown_framework_confirms_teardown() {
    let mut session = Session::subscribed();
    session.stop(Stop::Teardown);
    session.answer(CallResponse::Failed(Error::new(ErrorKind::Disconnected, "cut")));
    session.sleep();
    session.unread("two");
    assert_eq!(session.event(error_event("Framework has been removed")).finished(), Some(Ok(())));
}

#[statement::proves(teardown)]
#[test]
fn teardown_without_response_is_repeated_soon() {
    let mut session = failing_for_long();
    session.subscribe("one");
    session.now += seconds(3600);
    session.event(heartbeat());
    session.stop(Stop::Teardown);
    assert_eq!(session.sleep(), CLOSE_TIMEOUT);
    assert!(session.sleep() <= Settings::default().first_wait);
}

#[statement::proves(teardown)]
#[test]
fn short_subscription_hardly_delays_teardown() {
    let mut session = failing_for_long();
    session.subscribe("one");
    session.stop(Stop::Teardown);
    assert_eq!(session.sleep(), CLOSE_TIMEOUT);
    assert!(session.sleep() <= Settings::default().first_wait);
}

#[test]
fn stop_shortens_the_delay() {
    let mut session = failing_for_long();
    session.subscribe("one");
    session.step(Input::Stream(session.attempt, StreamEvent::Ended(None)));
    session.stop(Stop::Teardown);
    assert!(session.sleep() <= Settings::default().first_wait);
}

/// A session whose attempts have failed for so long that the waits are long.
fn failing_for_long() -> Session {
    let mut session = Session::new(Settings::default());
    for _ in 0..10 {
        session.step(Input::Leader(Err(unavailable())));
        session.sleep();
    }
    session
}

#[statement::proves(teardown)]
#[test]
fn unconfirmed_teardown_is_an_error() {
    let mut session = Session::subscribed();
    session.step(Input::Stream(session.attempt, StreamEvent::Ended(None)));
    session.stop(Stop::Teardown);
    while session.finished().is_none() {
        session.step(Input::Leader(Err(unavailable())));
        if session.finished().is_none() {
            session.sleep();
        }
    }
    assert_eq!(session.finished(), Some(Err(ErrorKind::Timeout)));
}

#[statement::proves(v0stop)]
#[test]
fn stop_before_subscription_sends_nothing() {
    assert_eq!(Session::new(Settings::default()).stop(Stop::Teardown).finished(), Some(Ok(())));
}

#[test]
fn no_event_is_delivered_after_a_stop() {
    let mut session = Session::subscribed();
    session.take_deliveries();
    session.stop(Stop::Teardown);
    session.event(update("t"));
    assert_eq!(session.take_deliveries(), 0);
    assert_eq!(session.handled(Err("no more calls".into())).finished(), None);
}

#[statement::proves(v0stop)]
#[test]
fn slow_handler_does_not_block_teardown() {
    let mut session = Session::behind();
    // SUBSCRIBED waits in the stream: without it there is no TEARDOWN.
    session.stop(Stop::Teardown);
    assert!(session.machine.may_read());
    assert_eq!(session.event(subscribed()).sent(), [Type::Teardown]);
}

#[test]
fn retryable_call_error_ends_nothing() {
    let mut session = Session::subscribed();
    session.take_deliveries();
    assert_eq!(session.handled(Err(Box::new(unavailable()))).finished(), None);
}

#[statement::proves(v0stop)]
#[test]
fn abort_sends_nothing() {
    for before in [None, Some(Stop::Leave), Some(Stop::Teardown)] {
        let mut session = Session::subscribed();
        session.step(call_now(1, revive(vec![])));
        if let Some(stop) = before {
            session.stop(stop);
        }
        session.stop(Stop::Abort);
        assert_eq!(session.result(), Some(Err(ErrorKind::Stopped)), "after {before:?}");
        assert!(session.disconnects() && session.sent().is_empty());
        assert_eq!(session.finished(), Some(Ok(())));
    }
}
