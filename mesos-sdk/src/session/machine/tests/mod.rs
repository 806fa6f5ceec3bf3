//! The machine of a scheduler, step by step, in virtual time.

mod alone;
mod anything;
mod calling;
mod ending;
mod kept;
mod leading;
mod leaving;
mod pausing;
mod renewing;
mod repeating;
mod snapshot;
mod storing;
mod subscribing;
mod trusting;
mod undecodable;

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use prost::Message as _;

use super::Machine;
use crate::Scheme;
use crate::http::{CallResponse, Head, STREAM_ID, StreamId, SubscribeResponse};
use crate::proto::v1::scheduler::call::Type;
use crate::proto::v1::scheduler::event::{self, Type as EventType};
use crate::proto::v1::scheduler::{Call, Event};
use crate::proto::v1::{AgentId, FrameworkId, FrameworkInfo, TaskId, TaskStatus};
use crate::scheduler::{
    Delivery, DeliveryToken, HandleEvent, IdRecord, Identity, RemovedPolicy, SchedulerRole, revive, suppress,
};
use crate::session::input::{Action, CallMode, Input, Stop};
use crate::session::role::CallId;
use crate::session::{Api, Deliverable as _, Role, Settings};
use crate::transport::StreamEvent;
use crate::{Address, Error, ErrorKind, HandlerResult};

/// A machine, the time, and what it wants done.
struct Session {
    machine: Machine<SchedulerRole>,
    now: Duration,
    attempt: u64,
    actions: Vec<Action<SchedulerRole>>,
    /// Deliveries whose handler has not returned.
    undelivered: Vec<Delivery>,
    last_sent: Option<CallId>,
    /// Whether the store does its work at once.
    stores: bool,
    /// What it was given since it does not.
    records: Vec<IdRecord>,
}

fn call_now<R: Api>(id: CallId, call: R::Call) -> Input<R> {
    Input::Call(id, call, CallMode::Now)
}

fn call_within<R: Api>(id: CallId, call: R::Call, time: Duration) -> Input<R> {
    Input::Call(id, call, CallMode::Within(time))
}

fn call_repeated<R: Api>(id: CallId, call: R::Call) -> Input<R> {
    Input::Call(id, call, CallMode::Repeated)
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn master() -> Address {
    Address::new("m", 5050)
}

fn stream_id(text: &str) -> Option<StreamId> {
    let headers = HeaderMap::from_iter([(STREAM_ID.parse().unwrap(), text.parse().unwrap())]);
    match (Head {
        peer: "m",
        scheme: Scheme::Http,
        authorized: false,
        status: StatusCode::OK,
        headers: &headers,
    })
    .to_subscribe(true, "")
    {
        SubscribeResponse::Accepted(id) => id,
        other => panic!("{other:?}"),
    }
}

fn subscribed() -> Event {
    let framework_id = FrameworkId::from("f");
    let subscribed =
        event::Subscribed { framework_id, heartbeat_interval_seconds: Some(15.0), master_info: None };
    Event {
        r#type: Some(EventType::Subscribed.into()),
        subscribed: Some(Box::new(subscribed)),
        ..Event::default()
    }
}

fn heartbeat() -> Event {
    Event { r#type: Some(EventType::Heartbeat.into()), ..Event::default() }
}

fn update(task: &str) -> Event {
    let status = TaskStatus {
        task_id: TaskId::from(task),
        agent_id: Some(AgentId::from("a")),
        uuid: Some(Bytes::from_static(&[7; 16])),
        ..TaskStatus::default()
    };
    Event {
        r#type: Some(EventType::Update.into()),
        update: Some(Box::new(event::Update { status })),
        ..Event::default()
    }
}

fn error_event(message: &str) -> Event {
    let error = Some(event::Error { message: message.to_owned() });
    Event { r#type: Some(EventType::Error.into()), error, ..Event::default() }
}

fn lost() -> CallResponse {
    CallResponse::Unsubscribed(None, Error::new(ErrorKind::NotSubscribed, "Framework cannot be found"))
}

fn unavailable() -> Error {
    Error::new(ErrorKind::Unavailable, "not now")
}

fn actions<R: Role>(machine: &mut Machine<R>) -> Vec<Action<R>> {
    std::iter::from_fn(|| machine.next_action()).collect()
}

/// What a caller gets; if the call was lost, as if part of it had been written.
fn result_of<R: Role>(action: &Action<R>) -> Option<(CallId, Result<(), ErrorKind>)> {
    match action {
        Action::Complete { id, result, .. } => Some((*id, result.as_ref().copied().map_err(Error::kind))),
        Action::Lost { id, written, .. } => Some((*id, Err(written.kind()))),
        _ => None,
    }
}

impl Session {
    fn new(settings: Settings) -> Self {
        let framework =
            FrameworkInfo { name: "test".to_owned(), user: "u".to_owned(), ..FrameworkInfo::default() };
        Self::of(SchedulerRole::new(Identity::new(framework, None), RemovedPolicy::Fail, false), settings)
    }

    fn of(role: SchedulerRole, settings: Settings) -> Self {
        let mut machine = Machine::new(role, settings, Duration::ZERO, 1);
        let actions = actions(&mut machine);
        Self {
            machine,
            now: Duration::ZERO,
            attempt: 0,
            actions,
            undelivered: Vec::new(),
            last_sent: None,
            stores: true,
            records: Vec::new(),
        }
    }

    fn subscribed() -> Self {
        Self::new(Settings::default()).and_subscribed("one")
    }

    fn and_subscribed(mut self, id: &str) -> Self {
        self.subscribe(id);
        self
    }

    fn subscribe(&mut self, id: &str) {
        self.unread(id);
        self.event(subscribed());
    }

    /// The master has responded to SUBSCRIBE, and SUBSCRIBED is not read yet.
    fn unread(&mut self, id: &str) {
        self.step(Input::Leader(Ok(master())));
        self.step(Input::Stream(
            self.attempt,
            StreamEvent::Response(SubscribeResponse::Accepted(stream_id(id))),
        ));
    }

    /// One whose handler sleeps while subscriptions come and go, until even SUBSCRIBED is left
    /// unread.
    fn behind() -> Self {
        let settings = Settings { max_undelivered: 1, ..Settings::default() };
        let mut session = Self::new(settings).and_subscribed("one");
        for _ in 0..100 {
            session.take_deliveries();
            session.resubscribe();
            if !session.machine.may_read() {
                return session;
            }
            session.event(subscribed());
        }
        panic!("{} deliveries wait for the handler", session.undelivered.len())
    }

    /// The stream ends, and SUBSCRIBED has not arrived on the next one yet.
    fn resubscribe(&mut self) {
        self.step(Input::Stream(self.attempt, StreamEvent::Ended(None))).take_deliveries();
        self.sleep();
        self.unread("two");
    }

    fn step(&mut self, input: Input<SchedulerRole>) -> &mut Self {
        self.machine.step(self.now, input);
        self.actions = actions(&mut self.machine);
        self.knows_nothing();
        for action in &mut self.actions {
            match action {
                Action::Connect { attempt, .. } => self.attempt = *attempt,
                Action::Send { id, .. } => self.last_sent = Some(*id),
                _ => {}
            }
        }
        self
    }

    /// The store, and the handler of a framework that leaves reconciliation alone.
    fn knows_nothing(&mut self) {
        let mut left = VecDeque::from(std::mem::take(&mut self.actions));
        while let Some(action) = left.pop_front() {
            match action {
                Action::Deliver(Delivery::KnownTasks(question)) => {
                    self.answer_question(HandleEvent::KnownTasks(question, None));
                }
                Action::Deliver(Delivery::KnownOperations(question)) => {
                    self.answer_question(HandleEvent::KnownOperations(question, None));
                }
                Action::Store(_) if self.stores => self.machine.step(self.now, Input::Stored(Ok(()))),
                Action::Store(record) => self.records.push(record),
                other => self.actions.push(other),
            }
            left.extend(actions(&mut self.machine));
        }
    }

    fn answer_question(&mut self, response: HandleEvent) {
        self.machine.step(self.now, Input::HandleEvent(response));
        self.machine.step(self.now, Input::Handled(DeliveryToken::Event("known_tasks"), Ok(())));
    }

    fn event(&mut self, event: Event) -> &mut Self {
        let bytes = event.encoded_len();
        self.step(Input::Stream(self.attempt, StreamEvent::Event(Box::new(event), bytes)))
    }

    /// Lets the time pass to the machine's own deadline.
    fn sleep(&mut self) -> Duration {
        let before = self.now;
        self.now = self.machine.deadline().unwrap_or(self.now + seconds(1));
        self.step(Input::Tick);
        self.now.saturating_sub(before)
    }

    /// Lets the handler of the oldest delivery return.
    fn handled(&mut self, result: HandlerResult) -> &mut Self {
        let delivery = self.undelivered.remove(0);
        self.step(Input::Handled(delivery.token(), result))
    }

    fn take_deliveries(&mut self) -> usize {
        let before = self.undelivered.len();
        for action in self.actions.drain(..) {
            if let Action::Deliver(delivery) = action {
                self.undelivered.push(delivery);
            }
        }
        self.undelivered.len() - before
    }

    fn answer(&mut self, response: CallResponse) -> &mut Self {
        let id = self.last_sent.expect("a call was sent");
        self.step(Input::Answered(id, response))
    }

    fn stop(&mut self, stop: Stop) -> &mut Self {
        self.step(Input::Stop(stop))
    }

    /// The calls that the last step sent.
    fn sent(&self) -> Vec<Type> {
        let calls = self.actions.iter().filter_map(|action| match action {
            Action::Send { body, .. } => Some(Call::decode(body.clone()).unwrap()),
            _ => None,
        });
        calls.map(|call| call.r#type()).collect()
    }

    fn result(&self) -> Option<Result<(), ErrorKind>> {
        self.actions.iter().find_map(result_of).map(|(_, result)| result)
    }

    fn finished(&self) -> Option<Result<(), ErrorKind>> {
        self.actions.iter().find_map(|action| match action {
            Action::Finish { result, .. } => Some(result.as_ref().map(|_| ()).map_err(Error::kind)),
            _ => None,
        })
    }

    fn connects_to(&self) -> Option<&Address> {
        self.actions.iter().find_map(|action| match action {
            Action::Connect { peer, .. } => Some(peer),
            _ => None,
        })
    }

    fn watches(&self) -> Option<&Option<Address>> {
        self.actions.iter().find_map(|action| match action {
            Action::Watch(known) => Some(known),
            _ => None,
        })
    }

    fn disconnects(&self) -> bool {
        self.actions.iter().any(|action| matches!(action, Action::Disconnect))
    }

    fn subscribe_call(&self) -> Option<Call> {
        self.actions.iter().find_map(|action| match action {
            Action::Connect { body, .. } => Some(Call::decode(body.clone()).unwrap()),
            _ => None,
        })
    }
}
