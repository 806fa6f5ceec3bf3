//! A framework that is gone, and the one that follows it.

use super::*;
use crate::session::input::Outcome;

const REMOVED: &str = "Framework has been removed";

fn without_id(chooses: bool) -> Session {
    let framework = FrameworkInfo { name: "test".to_owned(), ..FrameworkInfo::default() };
    let role = SchedulerRole::new(Identity::new(framework, None), RemovedPolicy::RegisterNew, chooses);
    Session::of(role, Settings::default())
}

/// Up to the store having to forget the old framework; gives the id that follows, if it is known.
fn renewing(chooses: bool) -> (Session, Option<FrameworkId>) {
    let mut session = without_id(chooses).and_subscribed("one");
    session.take_deliveries();
    session.handled(Ok(()));
    session.stores = false;
    session.event(error_event(REMOVED));
    assert!(session.disconnects() && session.finished().is_none());
    assert_eq!(session.take_deliveries(), 1);
    assert!(matches!(session.undelivered.remove(0), Delivery::Disconnected));
    let Some(IdRecord::Replace { gone, next }) = session.records.pop() else { panic!() };
    assert_eq!(gone.value, "f");
    (session, next)
}

#[statement::proves(removed)]
#[test]
fn new_framework_waits_for_the_old_to_be_erased() {
    let (mut session, next) = renewing(false);
    assert_eq!(next, None);
    session.step(Input::LeaderChanged(Address::new("m", 5051)));
    for _ in 0..100 {
        session.sleep();
        session.step(Input::Leader(Ok(master())));
        assert_eq!(session.connects_to(), None);
    }
    let gone = session.attempt;
    session.stores = true;
    session.step(Input::Stored(Ok(()))).sleep();
    session.step(Input::Leader(Ok(master())));
    assert_eq!(session.subscribe_call().unwrap().framework_id, None);
    session.step(Input::Stream(gone, StreamEvent::Ended(None)));
    assert!(!session.disconnects(), "the old framework's stream is another one");
    session.step(Input::Stream(
        session.attempt,
        StreamEvent::Response(SubscribeResponse::Accepted(stream_id("two"))),
    ));
    session.event(subscribed()).take_deliveries();
    let Some(Delivery::Subscribed(subscription)) = session.undelivered.pop() else { panic!() };
    assert_eq!((subscription.resubscribed, subscription.replaced.unwrap().value), (false, "f".to_owned()));
}

#[statement::proves(chosenid)]
#[test]
fn next_framework_has_the_stored_id() {
    let (mut session, next) = renewing(true);
    session.step(Input::Stored(Ok(()))).sleep();
    session.step(Input::Leader(Ok(master())));
    assert!(next.is_some());
    assert_eq!(session.subscribe_call().unwrap().framework_id, next);
}

#[test]
fn unerasable_framework_is_not_replaced() {
    let (mut session, _) = renewing(false);
    let failure = Err(Error::new(ErrorKind::Store, "no disk"));
    assert_eq!(session.step(Input::Stored(failure)).finished(), Some(Err(ErrorKind::Store)));
}

#[statement::proves(second)]
#[test]
fn newer_instance_is_never_fought() {
    let mut session = without_id(false).and_subscribed("one");
    assert_eq!(
        session.event(error_event("Framework failed over")).finished(),
        Some(Err(ErrorKind::FailedOver))
    );
}

#[test]
fn stop_before_a_new_framework_ends_at_once() {
    for stop in [Stop::Teardown, Stop::Leave] {
        let (mut session, _) = renewing(false);
        assert_eq!(session.stop(stop).finished(), Some(Ok(())));
    }
}

#[statement::proves(removed)]
#[test]
fn removal_while_stopping_renews_nothing() {
    for (stop, end) in [(Stop::Teardown, Ok(())), (Stop::Leave, Err(ErrorKind::FrameworkRemoved))] {
        let mut session = without_id(false).and_subscribed("one");
        session.step(call_now(1, revive(vec![])));
        session.stop(stop);
        assert_eq!(session.event(error_event(REMOVED)).finished(), Some(end));
    }
}

#[statement::proves(teardown)]
#[test]
fn teardown_of_a_resumed_one_needs_subscription() {
    let id = Some(FrameworkId::from("f"));
    let framework = FrameworkInfo { id, ..FrameworkInfo::default() };
    let role = SchedulerRole::new(Identity::new(framework, None), RemovedPolicy::Fail, false);
    let mut session = Session::of(role, Settings::default());
    assert_eq!(session.stop(Stop::Teardown).finished(), None);
    session.subscribe("one");
    assert_eq!(session.sent(), [Type::Teardown]);
    session.answer(CallResponse::Accepted);
    session.step(Input::Stream(session.attempt, StreamEvent::Ended(None)));
    let Some(Action::Finish { result: Ok(Outcome::TornDown), .. }) = session.actions.pop() else { panic!() };
}
