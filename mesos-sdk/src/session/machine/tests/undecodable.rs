//! Records that are not valid events.

use super::*;
use crate::Undecodable;

fn record() -> Undecodable {
    let reason = crate::wire::Encoding::Protobuf.decode::<Event>(b"\xff").unwrap_err();
    Undecodable::new("master m:5050", "an event", b"\xff", reason)
}

impl Session {
    pub(super) fn undecodable(&mut self) -> &mut Self {
        self.step(Input::Stream(self.attempt, StreamEvent::Undecodable(record())))
    }
}

#[test]
fn event_is_reported_and_counted() {
    let mut session = Session::subscribed();
    session.take_deliveries();
    for count in 1..=3 {
        session.now += seconds(74);
        assert_eq!(session.undecodable().take_deliveries(), 1);
        let Some(Delivery::Undecodable(event)) = session.undelivered.last() else {
            panic!("it is not delivered")
        };
        assert_eq!((event.count, &event.beginning[..], event.length), (count, &b"\xff"[..], 1));
        assert_eq!(event.error.kind(), ErrorKind::Undecodable);
        assert!(session.sent().is_empty() && !session.disconnects(), "nothing is acknowledged");
    }
    session.event(update("t"));
    assert_eq!(session.take_deliveries(), 1);
}

#[test]
fn missing_subscribed_is_retried_with_backoff() {
    let mut session = Session::new(Settings::default());
    let mut waited = Duration::ZERO;
    for _ in 0..20 {
        session.unread("one");
        assert!(session.undecodable().disconnects());
        assert_eq!(session.take_deliveries(), 0);
        waited += session.sleep();
    }
    assert!(waited > seconds(60), "{waited:?}");
}

#[test]
fn old_and_late_ones_are_ignored() {
    let mut session = Session::subscribed();
    let old = session.attempt;
    session.step(Input::Stream(old, StreamEvent::Ended(None)));
    assert!(session.step(Input::Stream(old, StreamEvent::Undecodable(record()))).actions.is_empty());
    let mut session = Session::subscribed();
    session.stop(Stop::Teardown).take_deliveries();
    assert_eq!(session.undecodable().take_deliveries(), 0);
    assert!(!session.disconnects());
}

#[test]
fn returned_error_ends_the_driver() {
    let mut session = Session::subscribed();
    session.take_deliveries();
    session.handled(Ok(()));
    session.undecodable().take_deliveries();
    session.handled(Err("enough".into()));
    assert_eq!(session.finished(), Some(Err(ErrorKind::Handler)));
}
