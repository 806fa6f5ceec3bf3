//! What a machine shows of itself.

use super::*;
use crate::session::Snapshot;

/// Nothing has come, and nothing waits.
fn nothing() -> Snapshot<'static> {
    Snapshot {
        is_subscribed: false,
        framework_id: None,
        peer: None,
        last_event: None,
        waiting_calls: 0,
        unanswered_calls: 0,
        deliveries: 0,
        bytes: 0,
    }
}

#[test]
fn it_shows_where_the_session_is() {
    let mut session = Session::new(Settings::default());
    assert_eq!(session.machine.snapshot(), nothing());
    let master = master();
    session.unread("one");
    let connecting = Snapshot { peer: Some(&master), ..nothing() };
    assert_eq!(session.machine.snapshot(), connecting);
    session.now = seconds(7);
    session.event(subscribed()).take_deliveries();
    session.handled(Ok(()));
    let subscribed =
        Snapshot { is_subscribed: true, framework_id: Some("f"), last_event: Some(seconds(7)), ..connecting };
    assert_eq!(session.machine.snapshot(), subscribed);
    session.now = seconds(22);
    session.event(heartbeat());
    assert_eq!(session.machine.snapshot().last_event, Some(seconds(22)));
    session.step(Input::Stream(session.attempt, StreamEvent::Ended(None)));
    let lost = session.machine.snapshot();
    assert_eq!((lost.is_subscribed, lost.peer, lost.framework_id), (false, Some(&master), Some("f")));
    assert_eq!((lost.last_event, lost.deliveries), (Some(seconds(22)), 1), "the handler learns of the loss");
}

#[test]
fn it_shows_what_waits() {
    let mut session = Session::new(Settings::default());
    session.step(call_within(1, revive(vec![]), seconds(60)));
    assert_eq!(session.machine.snapshot().waiting_calls, 1);
    session.subscribe("one");
    let snapshot = session.machine.snapshot();
    assert_eq!((snapshot.waiting_calls, snapshot.unanswered_calls), (0, 1));
    assert_eq!((snapshot.deliveries, snapshot.bytes), (1, 0), "SUBSCRIBED");
    session.take_deliveries();
    session.event(update("t")).take_deliveries();
    let snapshot = session.machine.snapshot();
    assert_eq!((snapshot.deliveries, snapshot.bytes), (2, update("t").encoded_len()));
    session.handled(Ok(())).handled(Ok(()));
    let snapshot = session.machine.snapshot();
    assert_eq!((snapshot.deliveries, snapshot.bytes), (0, 0));
    assert_eq!(snapshot.unanswered_calls, 2, "the acknowledgement is one");
    session.stop(Stop::Abort);
    assert!(!session.machine.snapshot().is_subscribed);
}
