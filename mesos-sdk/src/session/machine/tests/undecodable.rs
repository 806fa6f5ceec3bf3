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
fn it_is_told_and_counted_and_the_subscription_stands() {
    let mut session = Session::subscribed();
    session.take_deliveries();
    for count in 1..=3 {
        session.now += seconds(74);
        assert_eq!(session.undecodable().take_deliveries(), 1);
        let Some(Delivery::Undecodable(told)) = session.undelivered.last() else {
            panic!("it is not delivered")
        };
        assert_eq!((told.count, &told.beginning[..], told.length), (count, &b"\xff"[..], 1));
        assert_eq!(told.error.kind(), ErrorKind::Undecodable);
        assert!(session.sent().is_empty() && !session.disconnects(), "nothing is acknowledged");
    }
    session.event(update("t"));
    assert_eq!(session.take_deliveries(), 1);
}

#[test]
fn without_subscribed_it_is_tried_again_with_growing_waits() {
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
fn one_of_an_older_attempt_and_one_after_teardown_are_ignored() {
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
fn a_handler_that_returns_its_error_ends_the_driver() {
    let mut session = Session::subscribed();
    session.take_deliveries();
    session.handled(Ok(()));
    session.undecodable().take_deliveries();
    session.handled(Err("enough".into()));
    assert_eq!(session.finished(), Some(Err(ErrorKind::Handler)));
}
