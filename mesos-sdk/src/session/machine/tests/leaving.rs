//! How a driver leaves its framework to another instance.

use super::*;
use crate::proto::v1::{OperationId, OperationStatus, Uuid};
use crate::session::Token as _;

impl Session {
    /// Subscribed, and no handler is at work.
    fn idle() -> Self {
        let mut session = Self::subscribed();
        session.take_deliveries();
        session.handled(Ok(()));
        session
    }

    /// The handler has this in hand.
    fn with_in_hand(event: Event) -> Self {
        let mut session = Self::idle();
        assert_eq!(session.event(event).take_deliveries(), 1);
        session
    }

    /// Its response is the last thing to wait for.
    fn ends_with_the_answer_to(&mut self, call: Type) {
        assert_eq!((self.sent(), self.finished()), (vec![call], None));
        assert_eq!(self.answer(CallResponse::Accepted).finished(), Some(Ok(())));
    }
}

fn operation_update() -> Event {
    let status = OperationStatus {
        operation_id: Some(OperationId::from("o")),
        agent_id: Some(AgentId::from("a")),
        uuid: Some(Box::new(Uuid { value: Bytes::from_static(&[7; 16]) })),
        ..OperationStatus::default()
    };
    Event {
        r#type: Some(EventType::UpdateOperationStatus.into()),
        update_operation_status: Some(Box::new(event::UpdateOperationStatus { status })),
        ..Event::default()
    }
}

/// What the handler that has `update("t")` in hand can hold.
fn held() -> DeliveryToken {
    Delivery::Update(Box::new(update("t").update.unwrap().status)).token()
}

#[statement::proves(v0stop)]
#[test]
fn leaving_sends_nothing() {
    let mut session = Session::idle();
    session.stop(Stop::Leave);
    assert!(session.sent().is_empty());
    assert_eq!(session.finished(), Some(Ok(())));
    assert_eq!(session.step(call_now(9, revive(vec![]))).result(), Some(Err(ErrorKind::Stopped)));
}

#[statement::proves(v0stop)]
#[test]
fn leaving_waits_for_pending_responses() {
    let mut session = Session::idle();
    session.step(call_now(1, revive(vec![])));
    assert_eq!(session.stop(Stop::Leave).finished(), None);
    session.answer(CallResponse::Accepted);
    assert_eq!(session.result(), Some(Ok(())));
    assert_eq!(session.finished(), Some(Ok(())));
}

#[statement::proves(v0ack)]
#[test]
fn update_in_hand_is_acknowledged_after_ok() {
    for (event, call) in
        [(update("t"), Type::Acknowledge), (operation_update(), Type::AcknowledgeOperationStatus)]
    {
        let mut session = Session::with_in_hand(event);
        session.stop(Stop::Leave);
        assert_eq!((session.sent(), session.finished()), (vec![], None));
        session.handled(Ok(())).ends_with_the_answer_to(call);
    }
}

#[statement::proves(v0ack)]
#[test]
fn decision_in_notification_is_acknowledged() {
    let mut session = Session::with_in_hand(update("t"));
    session.step(Input::HandleEvent(HandleEvent::Held(held()))).handled(Ok(()));
    session.step(Input::Notified);
    assert_eq!(session.stop(Stop::Leave).finished(), None);
    session.step(Input::HandleEvent(HandleEvent::Decided(held(), true)));
    assert_eq!(session.sent(), [Type::Acknowledge]);
    assert_eq!(session.answer(CallResponse::Accepted).finished(), None);
    session.step(Input::Handled(DeliveryToken::notification(), Ok(())));
    assert_eq!(session.finished(), Some(Ok(())));
}

#[statement::proves(v0ack)]
#[test]
fn failure_after_the_stop_is_not_acknowledged() {
    for event in [update("t"), operation_update()] {
        let mut session = Session::with_in_hand(event);
        session.stop(Stop::Leave);
        session.handled(Err("no disk".into()));
        assert_eq!((session.sent(), session.finished()), (vec![], Some(Ok(()))));
    }
}

#[statement::proves(v0ack)]
#[test]
fn held_update_is_acknowledged_if_decided() {
    let mut session = Session::with_in_hand(update("t"));
    session.step(Input::HandleEvent(HandleEvent::Held(held()))).handled(Ok(()));
    session.step(Input::HandleEvent(HandleEvent::Decided(held(), true)));
    session.stop(Stop::Leave);
    assert_eq!(session.finished(), None);
    assert_eq!(session.answer(CallResponse::Accepted).finished(), Some(Ok(())));

    let mut session = Session::with_in_hand(update("t"));
    session.step(Input::HandleEvent(HandleEvent::Held(held())));
    session.stop(Stop::Leave);
    session.step(Input::HandleEvent(HandleEvent::Decided(held(), true)));
    assert_eq!(session.sent(), [Type::Acknowledge]);
    session.answer(CallResponse::Accepted);
    assert_eq!(session.finished(), None);
    assert_eq!(session.handled(Ok(())).finished(), Some(Ok(())));
}

#[statement::proves(v0ack)]
#[test]
fn queued_update_is_not_acknowledged() {
    let mut session = Session::with_in_hand(update("t"));
    session.event(update("u")).take_deliveries();
    session.stop(Stop::Leave);
    assert!(session.actions.iter().any(|action| matches!(action, Action::PassOver)));
    session.handled(Ok(()));
    assert_eq!(session.sent(), [Type::Acknowledge]);
    assert_eq!(session.answer(CallResponse::Accepted).finished(), None);
    session.step(Input::PassedOver);
    assert_eq!((session.sent(), session.finished()), (vec![], Some(Ok(()))));
}

#[statement::proves(v0stop)]
#[test]
fn stuck_handler_is_awaited_for_a_limited_time() {
    let mut session = Session::with_in_hand(update("t"));
    session.stop(Stop::Leave);
    session.now += Settings::default().stop_timeout;
    assert_eq!(session.step(Input::Tick).finished(), Some(Ok(())));
}

#[statement::proves(v0stop)]
#[test]
fn no_handler_is_awaited_without_subscription() {
    let mut session = Session::with_in_hand(update("t"));
    session.stop(Stop::Leave);
    assert_eq!(
        session.step(Input::Stream(session.attempt, StreamEvent::Ended(None))).finished(),
        Some(Ok(()))
    );
}

#[statement::proves(second)]
#[test]
fn another_instance_may_take_over_early() {
    let mut session = Session::with_in_hand(update("t"));
    session.stop(Stop::Leave);
    assert_eq!(session.event(error_event("Framework failed over")).finished(), Some(Ok(())));
}

#[statement::proves(v0stop)]
#[test]
fn unread_subscription_is_not_overdue_at_stop() {
    let mut session =
        Session::new(Settings { max_undelivered: 1, ..Settings::default() }).and_subscribed("one");
    session.take_deliveries();
    session.step(call_now(1, revive(vec![])));
    session.now += seconds(3600);
    assert!(!session.stop(Stop::Leave).disconnects());
    assert_eq!(session.answer(CallResponse::Accepted).result(), Some(Ok(())));
    assert_eq!(session.handled(Ok(())).step(Input::Tick).finished(), Some(Ok(())));
}

#[test]
fn overdue_work_does_not_spin_while_leaving() {
    let mut session = Session::subscribed();
    session.step(call_now(1, revive(vec![])));
    session.stop(Stop::Leave);
    session.step(Input::HandleEvent(HandleEvent::Reconcile));
    assert_eq!(session.machine.deadline(), Some(session.now + Settings::default().stop_timeout));
}
