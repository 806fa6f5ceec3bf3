//! Which calls go out, acknowledgements among them, and what their responses do.

use super::*;

#[test]
fn resub_no_call_goes_out_before_subscribed() {
    let mut session = Session::new(Settings::default());
    assert_eq!(session.step(call_now(1, revive(vec![]))).reply(), Some(Err(ErrorKind::NotSubscribed)));
    session.step(Input::Leader(Ok(master())));
    session.step(Input::Stream(
        session.attempt,
        StreamEvent::Response(SubscribeResponse::Accepted(stream_id("one"))),
    ));
    assert_eq!(session.step(call_now(2, revive(vec![]))).reply(), Some(Err(ErrorKind::NotSubscribed)));
    assert!(session.sent().is_empty());
    session.event(subscribed());
    assert_eq!(session.step(call_now(3, revive(vec![]))).sent(), [Type::Revive]);
    assert_eq!(session.answer(CallResponse::Taken).reply(), Some(Ok(())));
}

#[test]
fn streamhdr_every_call_carries_the_id_of_its_own_subscription() {
    let mut session = Session::subscribed();
    let id_of = |session: &Session| match session.actions.first() {
        Some(Action::Send { stream_id, .. }) => stream_id.clone(),
        _ => None,
    };
    session.step(call_now(1, revive(vec![])));
    assert_eq!(id_of(&session), stream_id("one"));
    session.step(Input::Stream(session.attempt, StreamEvent::Ended(None)));
    session.sleep();
    session.subscribe("two");
    session.step(call_now(2, revive(vec![])));
    assert_eq!(id_of(&session), stream_id("two"));
}

#[test]
fn sid400_an_answer_that_says_so_ends_the_subscription_and_every_call_on_its_way() {
    let mut session = Session::subscribed();
    session.step(call_now(1, revive(vec![])));
    session.step(call_now(2, revive(vec![])));
    session.step(Input::Answered(1, lost()));
    assert_eq!(replies(&session).len(), 2);
    assert!(session.disconnects());
    assert!(session.actions.iter().any(|action| matches!(action, Action::Deliver(Delivery::Disconnected))));
    assert_eq!(session.step(call_now(3, revive(vec![]))).reply(), Some(Err(ErrorKind::NotSubscribed)));
}

#[test]
fn a_refused_call_leaves_the_subscription_alone() {
    let mut session = Session::subscribed();
    session.step(call_now(1, revive(vec![])));
    let refused = CallResponse::Refused(Error::new(ErrorKind::Rejected, "no"));
    assert_eq!(session.answer(refused).reply(), Some(Err(ErrorKind::Rejected)));
    assert!(!session.disconnects());
}

#[test]
fn v0ack_acknowledged_after_ok_and_never_before() {
    let mut session = Session::subscribed();
    session.take_deliveries();
    session.handled(Ok(()));
    session.event(update("t"));
    assert!(session.sent().is_empty());
    session.take_deliveries();
    assert_eq!(session.handled(Ok(())).sent(), [Type::Acknowledge]);
}

#[test]
fn v0ack_not_acknowledged_after_an_error_and_delivered_again() {
    let mut session = Session::subscribed();
    session.take_deliveries();
    session.handled(Ok(()));
    session.event(update("t")).take_deliveries();
    session.handled(Err("no disk".into()));
    assert!(session.sent().is_empty() && session.finished().is_none());
    assert_eq!(session.event(update("t")).take_deliveries(), 1);
}

#[test]
fn ack3_an_update_sent_again_is_acknowledged_again_and_not_delivered_again() {
    let mut session = Session::subscribed();
    session.take_deliveries();
    session.handled(Ok(()));
    session.event(update("t")).take_deliveries();
    assert_eq!(session.event(update("t")).take_deliveries(), 0);
    session.handled(Ok(()));
    session.event(update("t"));
    assert_eq!(session.sent(), [Type::Acknowledge]);
    assert_eq!(session.take_deliveries(), 0);
}

#[test]
fn ack4_an_acknowledgement_without_a_subscription_waits_for_the_update_to_come_again() {
    let mut session = Session::subscribed();
    session.take_deliveries();
    session.handled(Ok(()));
    session.event(update("t")).take_deliveries();
    session.step(Input::Stream(session.attempt, StreamEvent::Ended(None))).take_deliveries();
    assert!(session.handled(Ok(())).sent().is_empty());
    session.sleep();
    session.subscribe("two");
    session.event(update("t"));
    assert_eq!(session.sent(), [Type::Acknowledge]);
}

#[test]
fn too_many_calls_without_an_answer_are_refused() {
    let mut session =
        Session::new(Settings { max_unanswered: 2, ..Settings::default() }).and_subscribed("one");
    for id in 1..=2 {
        assert_eq!(session.step(call_now(id, revive(vec![]))).reply(), None);
    }
    assert_eq!(session.step(call_now(3, revive(vec![]))).reply(), Some(Err(ErrorKind::Overloaded)));
    assert!(!session.machine.may_read());
}

fn replies(session: &Session) -> Vec<(CallId, Result<(), ErrorKind>)> {
    session.actions.iter().filter_map(result_of).collect()
}

#[test]
fn resub_calls_that_wait_go_out_after_subscribed_in_their_order() {
    let mut session = Session::new(Settings::default());
    session.step(call_within(1, suppress(vec![]), seconds(60)));
    session.step(Input::Leader(Ok(master())));
    session.step(Input::Stream(
        session.attempt,
        StreamEvent::Response(SubscribeResponse::Accepted(stream_id("one"))),
    ));
    session.step(call_within(2, revive(vec![]), seconds(5)));
    assert!(session.actions.is_empty());
    assert_eq!(session.event(subscribed()).sent(), [Type::Suppress, Type::Revive]);
    assert_eq!(session.answer(CallResponse::Taken).reply(), Some(Ok(())));
    assert_eq!(session.step(call_within(3, revive(vec![]), seconds(5))).sent(), [Type::Revive]);
}

#[test]
fn v0drop_a_call_that_has_waited_long_enough_says_that_it_was_not_sent() {
    let mut session = Session::new(Settings::default());
    session.step(call_within(1, revive(vec![]), seconds(60)));
    session.step(call_within(2, revive(vec![]), seconds(10)));
    assert_eq!(session.sleep(), seconds(10));
    assert_eq!(replies(&session), [(2, Err(ErrorKind::NotSubscribed))]);
    assert_eq!(session.sleep(), seconds(50));
    assert_eq!(replies(&session), [(1, Err(ErrorKind::NotSubscribed))]);
    session.subscribe("one");
    assert!(session.sent().is_empty());
}

#[test]
fn only_so_many_calls_wait() {
    let mut session = Session::new(Settings { max_waiting: 1, ..Settings::default() });
    session.step(call_within(1, revive(vec![]), Duration::MAX));
    session.step(call_within(2, revive(vec![]), seconds(60)));
    assert_eq!(replies(&session), [(2, Err(ErrorKind::Overloaded))]);
}

#[test]
fn calls_that_wait_are_answered_when_the_driver_is_stopped() {
    for stop in [Stop::Leave, Stop::Teardown, Stop::Abort] {
        let mut session = Session::subscribed();
        session.step(Input::Stream(session.attempt, StreamEvent::Ended(None)));
        session.step(call_within(1, revive(vec![]), seconds(60)));
        session.stop(stop);
        assert_eq!(replies(&session), [(1, Err(ErrorKind::Stopped))], "{stop:?}");
    }
}

#[test]
fn a_framework_that_wants_to_reconcile_is_asked_what_it_knows() {
    let mut session = Session::subscribed();
    session.machine.step(session.now, Input::HandleEvent(HandleEvent::Reconcile));
    let asks = |action: &Action<_>| matches!(action, Action::Deliver(Delivery::KnownTasks(_)));
    assert!(actions(&mut session.machine).iter().any(asks));
}

#[test]
fn an_acknowledgement_may_overtake_other_calls_and_they_may_not() {
    let mut session = Session::subscribed();
    session.step(call_now(1, revive(vec![])));
    assert!(matches!(session.actions[..], [Action::Send { may_overtake: false, .. }]));
    session.event(update("t")).take_deliveries();
    session.handled(Ok(()));
    assert!(matches!(session.actions[..], [Action::Send { may_overtake: true, .. }]));
}
