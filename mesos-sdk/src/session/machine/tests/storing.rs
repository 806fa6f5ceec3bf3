//! The framework's id is written down before its handler gets anything.

use super::*;

/// Subscribed, with an id that is not written down yet.
fn storing() -> Session {
    let mut session = Session::new(Settings::default());
    session.stores = false;
    session.subscribe("one");
    assert_eq!(session.records, [IdRecord::Save(FrameworkId { value: "f".to_owned() })]);
    session
}

fn failure() -> Result<(), Error> {
    Err(Error::new(ErrorKind::Store, "no disk"))
}

#[test]
fn deliveries_wait_for_the_stored_id() {
    let mut session = storing();
    session.event(update("t"));
    assert_eq!(session.take_deliveries(), 0);
    assert_eq!(session.step(call_now(1, revive(vec![]))).sent(), [Type::Revive], "calls go out");
    session.step(Input::Stored(Ok(()))).take_deliveries();
    assert!(matches!(session.undelivered[..], [Delivery::Subscribed(_), Delivery::Update(_)]));
}

#[test]
fn stored_id_is_not_written_again() {
    let mut session = Session::subscribed();
    session.stores = false;
    session.resubscribe();
    session.event(subscribed());
    assert!(session.records.is_empty());
    let framework = FrameworkInfo::default();
    let id = FrameworkId { value: "f".to_owned() };
    let role =
        SchedulerRole::new(Identity::new(framework, None), RemovedPolicy::Fail, false).stored(Some(id));
    let mut later = Session::of(role, Settings::default());
    later.stores = false;
    later.subscribe("one");
    assert!(later.records.is_empty() && later.take_deliveries() == 1);
}

#[test]
fn unstorable_id_ends_the_driver() {
    let mut session = storing();
    session.step(call_now(1, revive(vec![])));
    session.step(Input::Stored(failure()));
    assert_eq!(session.result(), Some(Err(ErrorKind::Stopped)));
    assert_eq!(session.finished(), Some(Err(ErrorKind::Store)));
    // With the end before it, the loop that calls handlers passes over what it is given.
    let end = session.actions.iter().position(|action| matches!(action, Action::Finish { .. }));
    assert_eq!(end, Some(session.actions.len() - 1));
}

#[test]
fn stop_reports_the_failed_write() {
    let mut session = storing();
    assert_eq!(session.stop(Stop::Leave).finished(), None, "subscribed waits for the handler");
    session.step(Input::Stored(failure())).take_deliveries();
    assert_eq!(session.undelivered.len(), 1);
    assert_eq!(session.step(Input::PassedOver).finished(), Some(Err(ErrorKind::Store)));
}

#[test]
fn torn_down_framework_needs_no_id() {
    let mut session = storing();
    session.stop(Stop::Teardown);
    session.step(Input::Stored(failure()));
    session.answer(CallResponse::Accepted);
    assert_eq!(
        session.step(Input::Stream(session.attempt, StreamEvent::Ended(None))).finished(),
        Some(Ok(()))
    );
}
