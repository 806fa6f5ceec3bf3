//! Which calls go out, acknowledgements among them, and what their responses do.

use super::*;

#[statement::proves(resub)]
#[test]
fn no_call_before_subscribed() {
    let mut session = Session::new(Settings::default());
    assert_eq!(session.step(call_now(1, revive(vec![]))).result(), Some(Err(ErrorKind::NotSubscribed)));
    session.step(Input::Leader(Ok(master())));
    session.step(Input::Stream(
        session.attempt,
        StreamEvent::Response(SubscribeResponse::Accepted(stream_id("one"))),
    ));
    assert_eq!(session.step(call_now(2, revive(vec![]))).result(), Some(Err(ErrorKind::NotSubscribed)));
    assert!(session.sent().is_empty());
    session.event(subscribed());
    assert_eq!(session.step(call_now(3, revive(vec![]))).sent(), [Type::Revive]);
    assert_eq!(session.answer(CallResponse::Accepted).result(), Some(Ok(())));
}

#[statement::proves(streamhdr)]
#[test]
fn call_carries_the_id_of_its_subscription() {
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

#[statement::proves(sid400)]
#[test]
fn stale_stream_id_ends_the_subscription() {
    let mut session = Session::subscribed();
    session.step(call_now(1, revive(vec![])));
    session.step(call_now(2, revive(vec![])));
    session.step(Input::Answered(1, lost()));
    assert_eq!(results(&session).len(), 2);
    assert!(session.disconnects());
    assert!(session.actions.iter().any(|action| matches!(action, Action::Deliver(Delivery::Disconnected))));
    assert_eq!(session.step(call_now(3, revive(vec![]))).result(), Some(Err(ErrorKind::NotSubscribed)));
}

#[test]
fn refused_call_leaves_the_subscription_alone() {
    let mut session = Session::subscribed();
    session.step(call_now(1, revive(vec![])));
    let refused = CallResponse::Refused(Error::new(ErrorKind::Rejected, "no"));
    assert_eq!(session.answer(refused).result(), Some(Err(ErrorKind::Rejected)));
    assert!(!session.disconnects());
}

#[statement::proves(v0ack)]
#[test]
fn acknowledgement_follows_ok() {
    let mut session = Session::subscribed();
    session.take_deliveries();
    session.handled(Ok(()));
    session.event(update("t"));
    assert!(session.sent().is_empty());
    session.take_deliveries();
    assert_eq!(session.handled(Ok(())).sent(), [Type::Acknowledge]);
}

#[statement::proves(v0ack)]
#[test]
fn error_is_not_acknowledged_but_redelivered() {
    let mut session = Session::subscribed();
    session.take_deliveries();
    session.handled(Ok(()));
    session.event(update("t")).take_deliveries();
    session.handled(Err("no disk".into()));
    assert!(session.sent().is_empty() && session.finished().is_none());
    assert_eq!(session.event(update("t")).take_deliveries(), 1);
}

#[statement::proves(ack3)]
#[test]
fn resent_update_is_acknowledged_again() {
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

#[statement::proves(ack4)]
#[test]
fn acknowledgement_without_subscription_waits() {
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
fn excess_pending_calls_are_refused() {
    let mut session =
        Session::new(Settings { max_unanswered: 2, ..Settings::default() }).and_subscribed("one");
    for id in 1..=2 {
        assert_eq!(session.step(call_now(id, revive(vec![]))).result(), None);
    }
    assert_eq!(session.step(call_now(3, revive(vec![]))).result(), Some(Err(ErrorKind::Overloaded)));
    assert!(!session.machine.may_read());
}

fn results(session: &Session) -> Vec<(CallId, Result<(), ErrorKind>)> {
    session.actions.iter().filter_map(result_of).collect()
}

#[statement::proves(resub)]
#[test]
fn waiting_calls_are_sent_in_order() {
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
    assert_eq!(session.answer(CallResponse::Accepted).result(), Some(Ok(())));
    assert_eq!(session.step(call_within(3, revive(vec![]), seconds(5))).sent(), [Type::Revive]);
}

#[statement::proves(v0drop)]
#[test]
fn expired_call_was_not_sent() {
    let mut session = Session::new(Settings::default());
    session.step(call_within(1, revive(vec![]), seconds(60)));
    session.step(call_within(2, revive(vec![]), seconds(10)));
    assert_eq!(session.sleep(), seconds(10));
    assert_eq!(results(&session), [(2, Err(ErrorKind::NotSubscribed))]);
    assert_eq!(session.sleep(), seconds(50));
    assert_eq!(results(&session), [(1, Err(ErrorKind::NotSubscribed))]);
    session.subscribe("one");
    assert!(session.sent().is_empty());
}

#[test]
fn only_so_many_calls_wait() {
    let mut session = Session::new(Settings { max_waiting: 1, ..Settings::default() });
    session.step(call_within(1, revive(vec![]), Duration::MAX));
    session.step(call_within(2, revive(vec![]), seconds(60)));
    assert_eq!(results(&session), [(2, Err(ErrorKind::Overloaded))]);
}

#[test]
fn stop_completes_waiting_calls() {
    for stop in [Stop::Leave, Stop::Teardown, Stop::Abort] {
        let mut session = Session::subscribed();
        session.step(Input::Stream(session.attempt, StreamEvent::Ended(None)));
        session.step(call_within(1, revive(vec![]), seconds(60)));
        session.stop(stop);
        assert_eq!(results(&session), [(1, Err(ErrorKind::Stopped))], "{stop:?}");
    }
}

#[test]
fn known_tasks_are_requested_for_reconciliation() {
    let mut session = Session::subscribed();
    session.machine.step(session.now, Input::HandleEvent(HandleEvent::Reconcile));
    let asks = |action: &Action<_>| matches!(action, Action::Deliver(Delivery::KnownTasks(_)));
    assert!(actions(&mut session.machine).iter().any(asks));
}

#[test]
fn only_acknowledgements_may_overtake() {
    let mut session = Session::subscribed();
    session.step(call_now(1, revive(vec![])));
    assert!(matches!(session.actions[..], [Action::Send { may_overtake: false, .. }]));
    session.event(update("t")).take_deliveries();
    session.handled(Ok(()));
    assert!(matches!(session.actions[..], [Action::Send { may_overtake: true, .. }]));
}
