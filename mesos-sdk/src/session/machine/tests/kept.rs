//! What an executor keeps until it has arrived.

use super::*;
use crate::executor::{ExecutorRole, update};
use crate::proto::v1::executor::call::Type as ExecutorCallType;
use crate::proto::v1::executor::{Call as ExecutorCall, Event as ExecutorEvent, event as executor_event};
use crate::proto::v1::{ExecutorId, TaskState};

pub(super) struct Executor {
    pub(super) machine: Machine<ExecutorRole>,
    pub(super) now: Duration,
    pub(super) actions: Vec<Action<ExecutorRole>>,
}

impl Executor {
    fn subscribed() -> Self {
        Self::with(Settings::default(), 1).and_subscribed()
    }

    pub(super) fn with(settings: Settings, seed: u64) -> Self {
        let ids = (FrameworkId::from("f"), ExecutorId::from("e"));
        let machine = Machine::new(ExecutorRole::new(ids.0, ids.1), settings, Duration::ZERO, seed);
        Self { machine, now: Duration::ZERO, actions: Vec::new() }
    }

    pub(super) fn and_subscribed(self) -> Self {
        let mut executor = self;
        executor.step(Input::Leader(Ok(master())));
        executor.is_answered(1);
        executor
    }

    /// This attempt leads to a subscription.
    pub(super) fn is_answered(&mut self, attempt: u64) {
        self.step(Input::Stream(attempt, StreamEvent::Response(SubscribeResponse::Accepted(None))));
        let event = ExecutorEvent {
            r#type: Some(executor_event::Type::Subscribed.into()),
            subscribed: Some(Box::new(executor_event::Subscribed::default())),
            ..ExecutorEvent::default()
        };
        self.step(Input::Stream(attempt, StreamEvent::Event(event, 0)));
    }

    pub(super) fn step(&mut self, input: Input<ExecutorRole>) {
        self.machine.step(self.now, input);
        self.actions = actions(&mut self.machine);
    }

    /// Lets the time pass to the machine's own deadline.
    pub(super) fn sleep(&mut self) {
        self.now = self.machine.deadline().unwrap();
        self.step(Input::Tick);
    }

    fn finish(&mut self) {
        self.step(call_now(1, finished()));
        assert!(matches!(self.actions[..], [Action::Send { id: 1, .. }]));
    }

    /// The update that the last step sent, by the session's own id for it.
    fn sent_update(&self) -> Option<CallId> {
        self.actions.iter().find_map(|action| match action {
            Action::Send { id, body, .. } => {
                let call = ExecutorCall::decode(body.clone()).unwrap();
                (call.update.unwrap().status.state() == TaskState::Finished).then_some(*id)
            }
            _ => None,
        })
    }

    /// The SUBSCRIBE of the next attempt.
    fn subscribe_again(&mut self) -> ExecutorCall {
        self.sleep();
        self.step(Input::Leader(Ok(master())));
        match &self.actions[..] {
            [Action::Connect { body, .. }, ..] => ExecutorCall::decode(body.clone()).unwrap(),
            _ => panic!("no attempt"),
        }
    }
}

fn finished() -> ExecutorCall {
    update(TaskStatus {
        task_id: TaskId::from("t"),
        state: TaskState::Finished.into(),
        uuid: Some(Bytes::from_static(&[7; 16])),
        ..TaskStatus::default()
    })
}

#[statement::proves(e503)]
#[test]
fn unavailable_agent_gets_the_update_later() {
    let disconnected = || Error::new(ErrorKind::Disconnected, "cut");
    for error in [unavailable(), disconnected()] {
        let mut executor = Executor::subscribed();
        executor.finish();
        executor.step(Input::Answered(1, CallResponse::Failed(error)));
        assert!(
            executor.actions.iter().any(|action| matches!(action, Action::Complete { result: Ok(()), .. }))
        );
        assert!(executor.actions.iter().any(|action| matches!(action, Action::Disconnect)));
        let call = executor.subscribe_again();
        assert_eq!(call.r#type(), ExecutorCallType::Subscribe);
        let updates = call.subscribe.unwrap().unacknowledged_updates;
        assert_eq!(updates.len(), 1);
        assert_eq!(updates[0].status.state(), TaskState::Finished);
    }
}

#[statement::proves(eupd)]
#[test]
fn refused_update_is_forgotten() {
    let mut executor = Executor::subscribed();
    executor.finish();
    let refused = Error::new(ErrorKind::Rejected, "no");
    executor.step(Input::Answered(1, CallResponse::Refused(refused)));
    assert!(matches!(executor.actions[..], [Action::Complete { result: Err(_), .. }]));
    executor.step(Input::Stream(1, StreamEvent::Ended(None)));
    assert!(executor.subscribe_again().subscribe.unwrap().unacknowledged_updates.is_empty());
}

/// One that was made when SUBSCRIBE was on its way.
fn with_an_update_made_late() -> (Executor, CallId) {
    let mut executor = Executor::with(Settings::default(), 1);
    executor.step(Input::Leader(Ok(master())));
    executor.step(call_now(1, finished()));
    assert!(matches!(executor.actions[..], [Action::Complete { id: 1, result: Ok(()), .. }]));
    executor.is_answered(1);
    let sent = executor.sent_update().expect("SUBSCRIBE does not contain it");
    (executor, sent)
}

#[statement::proves(eunack)]
#[test]
fn update_made_while_subscribing_follows() {
    let (mut executor, sent) = with_an_update_made_late();
    executor.step(Input::Answered(sent, CallResponse::Accepted));
    assert!(executor.actions.is_empty());
    // Once: it is not acknowledged, so the next SUBSCRIBE contains it.
    executor.step(Input::Stream(1, StreamEvent::Ended(None)));
    assert_eq!(executor.subscribe_again().subscribe.unwrap().unacknowledged_updates.len(), 1);
    executor.is_answered(executor.machine.attempt);
    assert_eq!(executor.sent_update(), None);
}

#[statement::proves(eupd)]
#[test]
fn update_made_while_subscribing_may_be_refused() {
    let (mut executor, sent) = with_an_update_made_late();
    executor.step(Input::Answered(sent, CallResponse::Refused(Error::new(ErrorKind::Rejected, "no"))));
    assert!(matches!(executor.actions[..], [Action::Deliver(_)]), "call_failed");
    executor.step(Input::Stream(1, StreamEvent::Ended(None)));
    assert!(executor.subscribe_again().subscribe.unwrap().unacknowledged_updates.is_empty());
}
