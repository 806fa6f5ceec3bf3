//! The role of an executor in a session.

use std::time::Duration;

use bytes::Bytes;

use super::call;
use super::event::{Delivery, DeliveryToken, Subscription, delivery, type_of};
use super::ledger::Ledger;
use super::outlook::ExecutorOutlook;
use crate::error::is_passing;
use crate::proto::v1::executor::event::{self, Type};
use crate::proto::v1::executor::{Call, Event};
use crate::proto::v1::task_status::Source;
use crate::proto::v1::{ExecutorId, FrameworkId, TaskState, TaskStatus};
use crate::session::{Api, Due, FollowUp, OutgoingCalls, Periodic, Received, RepeatedCalls, Role};
use crate::{Error, ErrorKind, HandlerResult};

/// The interval of the executor's heartbeats, which keep anything on the way to the agent from
/// closing an idle connection. It is the same as the agent's.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(30 * 60);

/// The role of an executor in a session.
pub(crate) struct ExecutorRole {
    framework_id: FrameworkId,
    executor_id: ExecutorId,
    ledger: Ledger,
    was_subscribed: bool,
    shutting_down: bool,
    /// When the next HEARTBEAT is due, while subscribed.
    heartbeat: Option<Duration>,
}

impl ExecutorRole {
    pub(crate) fn new(framework_id: FrameworkId, executor_id: ExecutorId) -> Self {
        Self {
            framework_id,
            executor_id,
            ledger: Ledger::default(),
            was_subscribed: false,
            shutting_down: false,
            heartbeat: None,
        }
    }

    fn on_subscribed(&mut self, subscribed: event::Subscribed) -> Received<Self> {
        let subscription = Subscription {
            executor: subscribed.executor_info,
            framework: subscribed.framework_info,
            agent: subscribed.agent_info,
            container_id: subscribed.container_id.map(|id| *id),
            resubscribed: std::mem::replace(&mut self.was_subscribed, true),
        };
        // An agent sends a heartbeat only every 30 minutes, which is too rare to detect a loss.
        let delivery = Delivery::Subscribed(Box::new(subscription));
        Received::Subscribed { heartbeat: None, record: None, delivery }
    }

    fn on_error(&self, text: &str) -> Received<Self> {
        let text = format!("the agent ends executor {}: {text}", self.executor_id.value);
        Received::Ended { error: Error::new(ErrorKind::Rejected, text), last: true }
    }

    fn ids(&self) -> (FrameworkId, ExecutorId) {
        (self.framework_id.clone(), self.executor_id.clone())
    }

    fn take_note(&mut self, delivery: &Delivery) {
        match delivery {
            Delivery::Launch(task) => self.ledger.launched(task.as_ref().clone()),
            Delivery::LaunchGroup(tasks) => tasks.iter().for_each(|task| self.ledger.launched(task.clone())),
            Delivery::Acknowledged(task, uuid) => self.ledger.acknowledged(task, uuid),
            Delivery::Shutdown => self.shutting_down = true,
            _ => {}
        }
    }

    /// Fills in what the agent requires in an update, and keeps it.
    fn record(&mut self, status: &mut TaskStatus) -> Result<Bytes, Error> {
        let not_its_own = match status.known_state() {
            None => Some("a state without a name, which its agent would reject"),
            Some(TaskState::Staging) => Some("TASK_STAGING; begin with TASK_STARTING"),
            Some(TaskState::Unreachable) => {
                Some("TASK_UNREACHABLE, which only masters may report, and which may crash them")
            }
            Some(_) => None,
        };
        if let Some(state) = not_its_own {
            let text = format!("task {}: an executor can't report {state}", status.task_id.value);
            return Err(Error::new(ErrorKind::Rejected, text));
        }
        status.executor_id = Some(self.executor_id.clone());
        status.source = Some(Source::Executor.into());
        self.ledger.record(status)?;
        Ok(status.uuid.clone().unwrap_or_default())
    }
}

impl Api for ExecutorRole {
    type Call = Call;
    type Event = Event;
    type Delivery = Delivery;
    type HandleEvent = std::convert::Infallible;
    /// The uuid of an update.
    type ResendKey = Bytes;
    type Record = std::convert::Infallible;
    type Outlook = ExecutorOutlook;
    #[cfg(feature = "metrics")]
    type Meter = super::meter::ExecutorMeter;

    const PEER: &'static str = "agent";
    const HAS_STREAM_ID: bool = false;
}

impl Role for ExecutorRole {
    fn subscribe(&self) -> Call {
        call::subscribe(self.ids(), self.ledger.tasks(), self.ledger.updates())
    }

    fn receive(&mut self, event: Event) -> Received<Self> {
        match type_of(&event) {
            Some(Type::Subscribed) => {
                event.subscribed.map_or(Received::Heartbeat, |subscribed| self.on_subscribed(*subscribed))
            }
            Some(Type::Error) => {
                event.error.map_or(Received::Heartbeat, |error| self.on_error(&error.message))
            }
            _ => match delivery(event) {
                Some(delivery) => {
                    self.take_note(&delivery);
                    Received::Deliver(delivery)
                }
                // A heartbeat, or a type that this version does not know.
                None => Received::Heartbeat,
            },
        }
    }

    fn handled(&mut self, token: DeliveryToken, result: &HandlerResult) -> FollowUp<Self> {
        match (token, result) {
            (DeliveryToken::Event(..), Err(error)) if is_passing(error.as_ref()) => {
                tracing::warn!(%error, "a handler returned the error of a call; the executor continues");
                FollowUp::Nothing
            }
            (_, Err(error)) => {
                let text = format!("a handler of executor {} failed: {error}", self.executor_id.value);
                FollowUp::Fail(Error::new(ErrorKind::Handler, text))
            }
            (DeliveryToken::Shutdown, Ok(())) => FollowUp::Drain,
            (DeliveryToken::Event(..), Ok(())) => FollowUp::Nothing,
        }
    }

    fn on_handle_event(&mut self, event: Self::HandleEvent) -> FollowUp<Self> {
        match event {}
    }

    fn disconnected(&mut self) -> Delivery {
        self.heartbeat = None;
        Delivery::Disconnected
    }

    fn teardown(&self) -> Option<Call> {
        None
    }

    fn framework_id(&self) -> Option<&str> {
        Some(self.framework_id.as_str())
    }

    fn farewell(&self) -> Option<Delivery> {
        (!self.shutting_down).then_some(Delivery::Shutdown)
    }

    fn is_drained(&self) -> bool {
        !self.ledger.has_updates()
    }
}

impl OutgoingCalls for ExecutorRole {
    fn prepare(&mut self, call: &mut Call) -> Result<Option<Bytes>, Error> {
        call.framework_id.clone_from(&self.framework_id);
        call.executor_id.clone_from(&self.executor_id);
        call.update.as_mut().map(|update| self.record(&mut update.status)).transpose()
    }

    fn resend_refused(&mut self, key: Bytes) {
        self.ledger.forget(&key);
    }
}

impl RepeatedCalls for ExecutorRole {}

impl Periodic for ExecutorRole {
    fn due(&mut self, now: Duration, _reading: bool) -> Vec<Due<Self>> {
        let is_due = now >= *self.heartbeat.get_or_insert(now.saturating_add(HEARTBEAT_INTERVAL));
        if is_due {
            self.heartbeat = Some(now.saturating_add(HEARTBEAT_INTERVAL));
        }
        is_due.then(|| Due::Call(call::heartbeat(self.ids()))).into_iter().collect()
    }

    fn deadline(&self, _reading: bool) -> Option<Duration> {
        self.heartbeat
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Deliverable as _;

    fn role() -> ExecutorRole {
        ExecutorRole::new(FrameworkId::from("f"), ExecutorId::from("e"))
    }

    #[statement::proves(error)]
    #[test]
    fn error_ends_the_executor_with_agents_words() {
        let error = Some(event::Error { message: "enough".to_owned() });
        let event = Event { r#type: Some(Type::Error.into()), error, ..Event::default() };
        let Received::Ended { error, last: true } = role().receive(event) else { panic!("it goes on") };
        assert!(error.to_string().contains("executor e") && error.to_string().ends_with("enough"), "{error}");
    }

    #[test]
    fn failed_handler_ends_the_executor() {
        let passing = Error::new(ErrorKind::NotSubscribed, "not now");
        assert!(matches!(
            role().handled(DeliveryToken::Event("launch", None), &Err(passing.into())),
            FollowUp::Nothing
        ));
        assert!(matches!(
            role().handled(DeliveryToken::Event("launch", None), &Err("broken".into())),
            FollowUp::Fail(_)
        ));
    }

    #[test]
    fn no_call_of_an_executor_is_repeated() {
        let refused = role().repeat(1, &call::heartbeat(role().ids())).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Invalid);
    }

    #[test]
    fn shutdown_begins_the_end() {
        assert!(Delivery::Shutdown.is_end());
        assert!(!Delivery::Disconnected.is_end());
    }

    #[test]
    fn subscribe_contains_unacknowledged_in_order() {
        let mut role = role();
        let updates = ["first", "second"].map(|message| {
            let uuid = Some(Bytes::copy_from_slice(message.as_bytes()));
            TaskStatus { uuid, state: TaskState::Running.into(), ..TaskStatus::default() }
        });
        for mut update in updates {
            role.record(&mut update).unwrap();
        }
        let unacknowledged = role.subscribe().subscribe.unwrap().unacknowledged_updates;
        let unacknowledged: Vec<_> =
            unacknowledged.into_iter().map(|update| update.status.uuid.unwrap()).collect();
        assert_eq!(unacknowledged, ["first", "second"]);
    }

    #[statement::proves(estaging)]
    #[test]
    fn invalid_states_are_refused_by_name() {
        for state in [TaskState::Staging, TaskState::Unreachable] {
            let mut status = TaskStatus { state: state.into(), ..TaskStatus::default() };
            let error = role().record(&mut status).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Rejected);
            assert!(error.to_string().contains(state.as_str_name()), "{error}");
        }
    }

    #[statement::proves(ehb30)]
    #[test]
    fn heartbeat_is_only_a_sign_of_life() {
        let event = Event { r#type: Some(Type::Heartbeat.into()), ..Event::default() };
        assert!(matches!(role().receive(event), Received::Heartbeat));
    }
}
