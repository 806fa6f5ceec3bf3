//! How a session ends.

use super::*;
use crate::session::Outcome;
use crate::session::machine::ending::CLOSE_TIMEOUT;

#[test]
fn an_error_of_any_other_handler_ends_the_driver() {
    let mut session = Session::subscribed();
    session.take_deliveries();
    assert_eq!(session.handled(Err("no".into())).finished(), Some(Err(ErrorKind::Handler)));
}

#[test]
fn second_removed_valerr_are_final() {
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

#[test]
fn error_rate_any_other_error_leads_to_a_new_subscription() {
    let mut session = Session::subscribed();
    session.event(error_event("Message rate exceeded"));
    assert!(session.disconnects() && session.finished().is_none());
}

#[test]
fn patience_ends_with_the_last_error_as_the_cause() {
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

#[test]
fn teardown_ends_when_answered_and_the_stream_is_closed_in_either_order() {
    let mut session = Session::subscribed();
    assert_eq!(session.stop(Stop::Teardown).sent(), [Type::Teardown]);
    assert_eq!(session.answer(CallResponse::Taken).finished(), None);
    assert_eq!(
        session.step(Input::Stream(session.attempt, StreamEvent::Ended(None))).finished(),
        Some(Ok(()))
    );

    let mut session = Session::subscribed();
    session.stop(Stop::Teardown);
    assert_eq!(session.step(Input::Stream(session.attempt, StreamEvent::Ended(None))).finished(), None);
    assert_eq!(session.answer(CallResponse::Taken).finished(), Some(Ok(())));
}

#[test]
fn teardown_that_was_answered_is_confirmed_though_the_stream_stays_open() {
    for stop_timeout in [seconds(1), CLOSE_TIMEOUT, seconds(15)] {
        let mut session = Session::new(Settings { stop_timeout, ..Settings::default() });
        session.subscribe("one");
        session.stop(Stop::Teardown);
        session.answer(CallResponse::Taken);
        assert_eq!(session.finished(), None);
        assert_eq!(session.sleep(), stop_timeout.min(CLOSE_TIMEOUT));
        assert_eq!(session.finished(), Some(Ok(())));
    }
}

#[test]
fn teardown_that_was_answered_is_known_even_if_the_driver_is_aborted_then() {
    let mut session = Session::subscribed();
    session.stop(Stop::Teardown);
    session.answer(CallResponse::Taken);
    session.stop(Stop::Abort);
    let end = session.actions.pop();
    assert!(matches!(end, Some(Action::Finish { result: Ok(Outcome::TornDown), .. })));
}

#[test]
fn teardown_that_may_be_lost_is_said_again() {
    let mut session = Session::subscribed();
    session.stop(Stop::Teardown);
    session.answer(CallResponse::Failed(Error::new(ErrorKind::Disconnected, "cut")));
    assert!(session.disconnects() && session.finished().is_none());
    session.sleep();
    session.subscribe("two");
    assert_eq!(session.sent(), [Type::Teardown]);
}

#[test]
fn teardown_that_arrived_is_known_by_the_framework_being_gone() {
    let mut session = Session::subscribed();
    session.stop(Stop::Teardown);
    session.answer(CallResponse::Failed(Error::new(ErrorKind::Disconnected, "cut")));
    session.sleep();
    session.unread("two");
    assert_eq!(session.event(error_event("Framework has been removed")).finished(), Some(Ok(())));
}

#[test]
fn teardown_without_an_answer_is_said_again_soon_whatever_was_wrong_long_ago() {
    let mut session = failing_for_long();
    session.subscribe("one");
    session.now += seconds(3600);
    session.event(heartbeat());
    session.stop(Stop::Teardown);
    assert_eq!(session.sleep(), CLOSE_TIMEOUT);
    assert!(session.sleep() <= Settings::default().first_wait);
}

#[test]
fn teardown_is_tried_again_soon_after_a_subscription_that_was_short() {
    let mut session = failing_for_long();
    session.subscribe("one");
    session.stop(Stop::Teardown);
    assert_eq!(session.sleep(), CLOSE_TIMEOUT);
    assert!(session.sleep() <= Settings::default().first_wait);
}

#[test]
fn a_stop_shortens_the_wait_for_the_next_attempt() {
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

#[test]
fn teardown_that_nobody_confirms_is_an_error() {
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

#[test]
fn v0stop_before_any_subscription_there_is_nothing_to_tear_down() {
    assert_eq!(Session::new(Settings::default()).stop(Stop::Teardown).finished(), Some(Ok(())));
}

#[test]
fn after_a_stop_no_event_is_delivered_and_no_handler_can_fail_it() {
    let mut session = Session::subscribed();
    session.take_deliveries();
    session.stop(Stop::Teardown);
    session.event(update("t"));
    assert_eq!(session.take_deliveries(), 0);
    assert_eq!(session.handled(Err("no more calls".into())).finished(), None);
}

#[test]
fn v0stop_tears_down_though_a_handler_is_behind() {
    let mut session = Session::behind();
    // SUBSCRIBED waits in the stream: without it there is no TEARDOWN.
    session.stop(Stop::Teardown);
    assert!(session.machine.may_read());
    assert_eq!(session.event(subscribed()).sent(), [Type::Teardown]);
}

#[test]
fn the_error_of_a_call_that_may_succeed_later_ends_nothing() {
    let mut session = Session::subscribed();
    session.take_deliveries();
    assert_eq!(session.handled(Err(Box::new(unavailable()))).finished(), None);
}

#[test]
fn v0stop_abort_ends_at_once_and_sends_nothing() {
    for before in [None, Some(Stop::Leave), Some(Stop::Teardown)] {
        let mut session = Session::subscribed();
        session.step(call_now(1, revive(vec![])));
        if let Some(stop) = before {
            session.stop(stop);
        }
        session.stop(Stop::Abort);
        assert_eq!(session.reply(), Some(Err(ErrorKind::Stopped)), "after {before:?}");
        assert!(session.disconnects() && session.sent().is_empty());
        assert_eq!(session.finished(), Some(Ok(())));
    }
}
