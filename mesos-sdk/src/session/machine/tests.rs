//! The machine of a scheduler, step by step, with made-up time.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use proptest::prelude::*;
use prost::Message as _;

use super::Machine;
use crate::http::{CallAnswer, Head, STREAM_ID, StreamId, SubscribeAnswer};
use crate::proto::v1::scheduler::call::Type;
use crate::proto::v1::scheduler::event::{self, Type as EventType};
use crate::proto::v1::scheduler::{Call, Event};
use crate::proto::v1::{AgentId, FrameworkId, FrameworkInfo, TaskId, TaskStatus};
use crate::scheduler::{Delivery, SchedulerRole, revive, suppress};
use crate::session::Settings;
use crate::session::input::{Action, CallId, Input, Stop};
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
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn master() -> Address {
    Address::new("m", 5050)
}

fn stream_id(text: &str) -> Option<StreamId> {
    let headers = HeaderMap::from_iter([(STREAM_ID.parse().unwrap(), text.parse().unwrap())]);
    match (Head { peer: "m", status: StatusCode::OK, headers: &headers }).to_subscribe(true, "") {
        SubscribeAnswer::Accepted(id) => id,
        other => panic!("{other:?}"),
    }
}

fn subscribed() -> Event {
    let framework_id = FrameworkId { value: "f".to_owned() };
    let subscribed =
        event::Subscribed { framework_id, heartbeat_interval_seconds: Some(15.0), master_info: None };
    Event { r#type: Some(EventType::Subscribed.into()), subscribed: Some(subscribed), ..Event::default() }
}

fn heartbeat() -> Event {
    Event { r#type: Some(EventType::Heartbeat.into()), ..Event::default() }
}

fn update(task: &str) -> Event {
    let status = TaskStatus {
        task_id: TaskId { value: task.to_owned() },
        agent_id: Some(AgentId { value: "a".to_owned() }),
        uuid: Some(Bytes::from_static(&[7; 16])),
        ..TaskStatus::default()
    };
    Event {
        r#type: Some(EventType::Update.into()),
        update: Some(event::Update { status }),
        ..Event::default()
    }
}

fn error_event(message: &str) -> Event {
    let error = Some(event::Error { message: message.to_owned() });
    Event { r#type: Some(EventType::Error.into()), error, ..Event::default() }
}

fn lost() -> CallAnswer {
    CallAnswer::Unsubscribed(None, Error::new(ErrorKind::NotSubscribed, "Framework cannot be found"))
}

fn unavailable() -> Error {
    Error::new(ErrorKind::Unavailable, "not now")
}

impl Session {
    fn new(settings: Settings) -> Self {
        let framework =
            FrameworkInfo { name: "test".to_owned(), user: "u".to_owned(), ..FrameworkInfo::default() };
        let mut machine = Machine::new(SchedulerRole::new(framework), settings, Duration::ZERO, 1);
        let actions = machine.take_actions();
        Self { machine, now: Duration::ZERO, attempt: 0, actions, undelivered: Vec::new(), last_sent: None }
    }

    fn subscribed() -> Self {
        Self::new(Settings::default()).and_subscribed("one")
    }

    fn and_subscribed(mut self, id: &str) -> Self {
        self.subscribe(id);
        self
    }

    fn subscribe(&mut self, id: &str) {
        self.step(Input::Leader(Ok(master())));
        self.step(Input::Subscribed(self.attempt, SubscribeAnswer::Accepted(stream_id(id))));
        self.event(subscribed());
    }

    fn step(&mut self, input: Input<SchedulerRole>) -> &mut Self {
        self.actions = self.machine.step(self.now, input);
        for action in &mut self.actions {
            match action {
                Action::Connect { attempt, .. } => self.attempt = *attempt,
                Action::Send { id, .. } => self.last_sent = Some(*id),
                _ => {}
            }
        }
        self
    }

    fn event(&mut self, event: Event) -> &mut Self {
        self.step(Input::Event(self.attempt, event))
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
        use crate::session::Role;
        let delivery = self.undelivered.remove(0);
        self.step(Input::Handled(SchedulerRole::receipt(&delivery), result))
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

    fn answer(&mut self, answer: CallAnswer) -> &mut Self {
        let id = self.last_sent.expect("a call was sent");
        self.step(Input::Answered(id, answer))
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

    fn reply(&self) -> Option<Result<(), ErrorKind>> {
        self.actions.iter().find_map(|action| match action {
            Action::Reply { result, .. } => Some(result.as_ref().copied().map_err(Error::kind)),
            _ => None,
        })
    }

    fn finished(&self) -> Option<Result<(), ErrorKind>> {
        self.actions.iter().find_map(|action| match action {
            Action::Finish { result, .. } => Some(result.as_ref().copied().map_err(Error::kind)),
            _ => None,
        })
    }

    fn connects_to(&self) -> Option<&Address> {
        self.actions.iter().find_map(|action| match action {
            Action::Connect { peer, .. } => Some(peer),
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

#[test]
fn resub_no_call_goes_out_before_subscribed() {
    let mut session = Session::new(Settings::default());
    assert_eq!(session.step(Input::Call(1, revive(vec![]))).reply(), Some(Err(ErrorKind::NotSubscribed)));
    session.step(Input::Leader(Ok(master())));
    session.step(Input::Subscribed(session.attempt, SubscribeAnswer::Accepted(stream_id("one"))));
    assert_eq!(session.step(Input::Call(2, revive(vec![]))).reply(), Some(Err(ErrorKind::NotSubscribed)));
    assert!(session.sent().is_empty());
    session.event(subscribed());
    assert_eq!(session.step(Input::Call(3, revive(vec![]))).sent(), [Type::Revive]);
    assert_eq!(session.answer(CallAnswer::Taken).reply(), Some(Ok(())));
}

#[test]
fn streamhdr_every_call_carries_the_id_of_its_own_subscription() {
    let mut session = Session::subscribed();
    let id_of = |session: &Session| match session.actions.first() {
        Some(Action::Send { stream_id, .. }) => stream_id.clone(),
        _ => None,
    };
    session.step(Input::Call(1, revive(vec![])));
    assert_eq!(id_of(&session), stream_id("one"));
    session.step(Input::Ended(session.attempt, None));
    session.sleep();
    session.subscribe("two");
    session.step(Input::Call(2, revive(vec![])));
    assert_eq!(id_of(&session), stream_id("two"));
}

#[test]
fn redir_is_followed_but_not_for_ever() {
    let mut session = Session::new(Settings::default());
    session.step(Input::Leader(Ok(master())));
    for number in 1..=8 {
        let leader = Address::new("leader", number);
        session.step(Input::Subscribed(session.attempt, SubscribeAnswer::Redirected(leader.clone())));
        assert_eq!(session.connects_to(), Some(&leader));
    }
    session.step(Input::Subscribed(session.attempt, SubscribeAnswer::Redirected(master())));
    assert_eq!(session.connects_to(), None);
    assert!(session.sleep() > Duration::ZERO);
}

#[test]
fn what_belongs_to_an_older_attempt_is_ignored() {
    let mut session = Session::subscribed();
    let old = session.attempt;
    session.step(Input::Ended(old, None));
    assert!(session.step(Input::Event(old, update("t"))).actions.is_empty());
    assert!(session.step(Input::Ended(old, None)).actions.is_empty());
}

#[test]
fn hb5_silence_of_five_heartbeats_ends_the_subscription() {
    let mut session = Session::subscribed();
    session.now += seconds(74);
    session.event(heartbeat());
    session.now += seconds(74);
    assert!(session.step(Input::Tick).actions.is_empty());
    session.now += seconds(1);
    assert!(session.step(Input::Tick).disconnects());
    assert!(session.sleep() <= Settings::default().first_wait);
}

#[test]
fn a_slow_handler_stops_the_reading_and_not_the_subscription() {
    let mut session =
        Session::new(Settings { max_undelivered: 2, ..Settings::default() }).and_subscribed("one");
    session.take_deliveries();
    session.event(update("t")).take_deliveries();
    assert!(!session.machine.may_read());
    assert_eq!(session.machine.deadline(), None);
    session.now += seconds(3600);
    session.step(Input::Tick);
    assert!(!session.disconnects());
    session.handled(Ok(()));
    assert!(session.machine.may_read());
    assert_eq!(session.machine.deadline(), Some(session.now + seconds(75)));
}

#[test]
fn sid400_an_answer_that_says_so_ends_the_subscription_and_every_call_on_its_way() {
    let mut session = Session::subscribed();
    session.step(Input::Call(1, revive(vec![])));
    session.step(Input::Call(2, revive(vec![])));
    session.step(Input::Answered(1, lost()));
    let replies: Vec<_> =
        session.actions.iter().filter(|action| matches!(action, Action::Reply { .. })).collect();
    assert_eq!(replies.len(), 2);
    assert!(session.disconnects());
    assert!(session.actions.iter().any(|action| matches!(action, Action::Deliver(Delivery::Disconnected))));
    assert_eq!(session.step(Input::Call(3, revive(vec![]))).reply(), Some(Err(ErrorKind::NotSubscribed)));
}

#[test]
fn a_leader_that_a_call_was_redirected_to_is_next() {
    let mut session = Session::subscribed();
    let leader = Address::new("leader", 1);
    session.step(Input::Call(1, revive(vec![])));
    session.answer(CallAnswer::Unsubscribed(Some(leader.clone()), unavailable()));
    session.sleep();
    assert_eq!(session.connects_to(), Some(&leader));
}

#[test]
fn a_refused_call_leaves_the_subscription_alone() {
    let mut session = Session::subscribed();
    session.step(Input::Call(1, revive(vec![])));
    let refused = CallAnswer::Refused(Error::new(ErrorKind::Rejected, "no"));
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
    session.step(Input::Ended(session.attempt, None)).take_deliveries();
    assert!(session.handled(Ok(())).sent().is_empty());
    session.sleep();
    session.subscribe("two");
    session.event(update("t"));
    assert_eq!(session.sent(), [Type::Acknowledge]);
}

#[test]
fn an_error_of_any_other_handler_ends_the_driver() {
    let mut session = Session::subscribed();
    session.take_deliveries();
    assert_eq!(session.handled(Err("no".into())).finished(), Some(Err(ErrorKind::Handler)));
}

#[test]
fn v0supp_suppressed_roles_are_said_again_with_subscribe() {
    let mut session = Session::subscribed();
    session.step(Input::Call(1, suppress(vec![])));
    session.step(Input::Ended(session.attempt, None));
    session.sleep();
    session.step(Input::Leader(Ok(master())));
    let subscribe = session.subscribe_call().unwrap().subscribe.unwrap();
    assert_eq!(subscribe.suppressed_roles, ["*"]);
    assert_eq!(subscribe.framework_info.id, Some(FrameworkId { value: "f".to_owned() }));
}

#[test]
fn idboth_the_id_is_in_both_places_when_subscribing_again() {
    let mut session = Session::subscribed();
    session.step(Input::Ended(session.attempt, None));
    session.sleep();
    session.step(Input::Leader(Ok(master())));
    let call = session.subscribe_call().unwrap();
    assert!(call.framework_id.is_some());
    assert_eq!(call.framework_id, call.subscribe.unwrap().framework_info.id);
}

#[test]
fn second_removed_valerr_are_final() {
    for (text, kind) in [
        ("Framework failed over", ErrorKind::FailedOver),
        ("Framework has been removed", ErrorKind::FrameworkRemoved),
    ] {
        assert_eq!(Session::subscribed().event(error_event(text)).finished(), Some(Err(kind)));
    }
    let mut session = Session::new(Settings::default());
    session.step(Input::Leader(Ok(master())));
    session.step(Input::Subscribed(session.attempt, SubscribeAnswer::Accepted(stream_id("one"))));
    session.event(error_event("Role '/x' is invalid"));
    assert_eq!(session.finished(), Some(Err(ErrorKind::Rejected)));
}

#[test]
fn error_any_other_error_leads_to_a_new_subscription() {
    let mut session = Session::subscribed();
    session.event(error_event("Message rate exceeded"));
    assert!(session.disconnects() && session.finished().is_none());
}

#[test]
fn waits_grow_and_begin_anew_only_after_a_healthy_time() {
    let mut session = Session::subscribed();
    let mut waits = Vec::new();
    for _ in 0..12 {
        session.step(Input::Ended(session.attempt, None));
        waits.push(session.sleep());
        session.subscribe("again");
    }
    assert!(waits.iter().any(|wait| *wait > seconds(2)), "{waits:?}");
    session.now += seconds(16);
    session.step(Input::Ended(session.attempt, None));
    assert!(session.sleep() <= Settings::default().first_wait);
}

#[test]
fn too_many_calls_without_an_answer_are_refused() {
    let mut session =
        Session::new(Settings { max_unanswered: 2, ..Settings::default() }).and_subscribed("one");
    for id in 1..=2 {
        assert_eq!(session.step(Input::Call(id, revive(vec![]))).reply(), None);
    }
    assert_eq!(session.step(Input::Call(3, revive(vec![]))).reply(), Some(Err(ErrorKind::Overloaded)));
    assert!(!session.machine.may_read());
}

#[test]
fn patience_ends_with_the_last_error_as_the_cause() {
    let mut session = Session::new(Settings { patience: Some(seconds(10)), ..Settings::default() });
    while session.finished().is_none() {
        session.step(Input::Leader(Err(unavailable())));
        if session.finished().is_none() {
            session.sleep();
        }
    }
    assert_eq!(session.now, seconds(10));
    let Some(Action::Finish { result: Err(error), .. }) = session.actions.pop() else { panic!() };
    assert!(
        error.to_line().contains("within 10 s") && error.to_line().contains("not now"),
        "{}",
        error.to_line()
    );
}

#[test]
fn teardown_ends_when_answered_and_the_stream_is_closed_in_either_order() {
    let mut session = Session::subscribed();
    assert_eq!(session.stop(Stop::Teardown).sent(), [Type::Teardown]);
    assert_eq!(session.answer(CallAnswer::Taken).finished(), None);
    assert_eq!(session.step(Input::Ended(session.attempt, None)).finished(), Some(Ok(())));

    let mut session = Session::subscribed();
    session.stop(Stop::Teardown);
    assert_eq!(session.step(Input::Ended(session.attempt, None)).finished(), None);
    assert_eq!(session.answer(CallAnswer::Taken).finished(), Some(Ok(())));
}

#[test]
fn teardown_that_may_be_lost_is_said_again() {
    let mut session = Session::subscribed();
    session.stop(Stop::Teardown);
    session.answer(CallAnswer::Failed(Error::new(ErrorKind::Disconnected, "cut")));
    assert!(session.disconnects() && session.finished().is_none());
    session.sleep();
    session.subscribe("two");
    assert_eq!(session.sent(), [Type::Teardown]);
}

#[test]
fn teardown_that_arrived_is_known_by_the_framework_being_gone() {
    let mut session = Session::subscribed();
    session.stop(Stop::Teardown);
    session.answer(CallAnswer::Failed(Error::new(ErrorKind::Disconnected, "cut")));
    session.sleep();
    session.step(Input::Leader(Ok(master())));
    session.step(Input::Subscribed(session.attempt, SubscribeAnswer::Accepted(stream_id("two"))));
    assert_eq!(session.event(error_event("Framework has been removed")).finished(), Some(Ok(())));
}

#[test]
fn teardown_that_nobody_confirms_is_an_error() {
    let mut session = Session::subscribed();
    session.step(Input::Ended(session.attempt, None));
    session.stop(Stop::Teardown);
    while session.finished().is_none() {
        session.step(Input::Leader(Err(unavailable())));
        if session.finished().is_none() {
            session.sleep();
        }
    }
    assert_eq!(session.finished(), Some(Err(ErrorKind::Timeout)));
}

#[test]
fn v0stop_before_any_subscription_there_is_nothing_to_tear_down() {
    assert_eq!(Session::new(Settings::default()).stop(Stop::Teardown).finished(), Some(Ok(())));
}

#[test]
fn v0stop_leaving_sends_nothing() {
    let mut session = Session::subscribed();
    session.stop(Stop::Leave);
    assert!(session.sent().is_empty());
    assert_eq!(session.finished(), Some(Ok(())));
    assert_eq!(session.step(Input::Call(9, revive(vec![]))).reply(), Some(Err(ErrorKind::Stopped)));
}

/// What may happen to a machine, by a number.
fn anything(session: &mut Session, what: u8) {
    let attempt = session.attempt - u64::from(what.is_multiple_of(7) && session.attempt > 0);
    match what % 16 {
        0 => session.step(Input::Leader(Ok(master()))),
        1 => session.step(Input::Leader(Err(unavailable()))),
        2 => session
            .step(Input::Subscribed(attempt, SubscribeAnswer::Accepted(stream_id(&attempt.to_string())))),
        3 => session.step(Input::Subscribed(attempt, SubscribeAnswer::Redirected(master()))),
        4 => session.step(Input::Subscribed(attempt, SubscribeAnswer::Failed(unavailable()))),
        5 => session.step(Input::Event(attempt, subscribed())),
        6 => session.step(Input::Event(attempt, update("t"))),
        7 => session.step(Input::Ended(attempt, None)),
        8 => session.step(Input::Answered(u64::from(what / 16), CallAnswer::Taken)),
        9 => session.step(Input::Answered(u64::from(what / 16), lost())),
        10 => session.step(Input::Call(u64::from(what / 16), suppress(vec![]))),
        11 => session.step(Input::Event(attempt, error_event("rate"))),
        12 => session.step(Input::Event(attempt, heartbeat())),
        13 if what == 13 => session.step(Input::Stop(Stop::Teardown)),
        14 if !session.undelivered.is_empty() => session.handled(Ok(())),
        _ => {
            session.sleep();
            session
        }
    };
}

proptest! {
    #[test]
    fn nothing_that_happens_makes_it_panic_or_send_without_its_own_stream_id(what in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut session = Session::new(Settings::default());
        for what in what {
            anything(&mut session, what);
            // Each id was made from the number of the attempt that it was given to.
            let own = stream_id(&session.attempt.to_string());
            for action in &session.actions {
                if let Action::Send { stream_id, .. } = action {
                    prop_assert_eq!(stream_id, &own);
                }
            }
            session.take_deliveries();
        }
    }
}
