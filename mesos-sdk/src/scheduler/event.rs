//! The events of the scheduler API, as handlers get them.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::acknowledgement::{wanted, wanted_operation};
use super::reconciliation::QueryId;
use crate::proto::v1::scheduler::call::{Acknowledge, AcknowledgeOperationStatus, Type as CallType};
use crate::proto::v1::scheduler::event::Type;
use crate::proto::v1::scheduler::{Call, Event, event};
use crate::proto::v1::{
    AgentId, ExecutorId, FrameworkId, InverseOffer, MasterInfo, Offer, OfferId, OperationStatus, TaskId,
    TaskStatus,
};
use crate::session::{ApiCall, Deliverable, Subject, Token};
use crate::transport::PeerEvent;
use crate::{Error, Undecodable};

/// The framework is subscribed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Subscription {
    /// The framework id: the one in SUBSCRIBE, or a new one.
    pub framework_id: FrameworkId,
    /// The master's description of itself.
    pub master: Option<MasterInfo>,
    /// Whether this driver was subscribed before, as this framework.
    pub resubscribed: bool,
    /// The framework that this new one replaces, because the master has removed it: its tasks are
    /// gone. Only with [`RemovedPolicy::RegisterNew`](super::RemovedPolicy::RegisterNew).
    pub replaced: Option<FrameworkId>,
}

/// A message from an executor.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExecutorMessage {
    /// The agent that the executor runs on.
    pub agent_id: AgentId,
    /// The executor that sent it.
    pub executor_id: ExecutorId,
    /// The content, which master and agent do not interpret.
    pub data: Bytes,
}

/// The failure of an agent or an executor: of the executor if `executor_id` is set, otherwise of
/// the agent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// The agent, or the one that the executor ran on.
    pub agent_id: Option<AgentId>,
    /// The executor.
    pub executor_id: Option<ExecutorId>,
    /// How the executor ended, in the form of `waitpid`: not an exit code.
    pub status: Option<i32>,
}

/// A call that failed and whose result nobody awaited.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FailedCall {
    /// The call, as it was or would have been sent.
    pub call: Box<Call>,
    /// Why it failed.
    pub error: Error,
}

impl FailedCall {
    /// Returns the call's type, as in `ACCEPT`.
    pub fn name(&self) -> &'static str {
        self.call.name()
    }
}

/// Identifies the delivery that a handler has returned from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum DeliveryToken {
    /// An update that requires an acknowledgement.
    Update(Arc<Acknowledge>),
    /// An operation's update that requires one.
    Operation(Arc<AcknowledgeOperationStatus>),
    /// An update that requires none, of this task, or of an operation if `None`.
    Unacknowledged(Option<TaskId>),
    /// Anything else, by the name of its handler.
    Event(&'static str),
}

impl DeliveryToken {
    /// Returns the token of an update's delivery.
    pub(super) fn of(status: &TaskStatus) -> Self {
        wanted(status).map_or_else(|| Self::Unacknowledged(Some(status.task_id.clone())), Self::Update)
    }

    /// Returns the token of an operation update's delivery.
    pub(super) fn of_operation(status: &OperationStatus) -> Self {
        wanted_operation(status).map_or(Self::Unacknowledged(None), Self::Operation)
    }
}

impl Token for DeliveryToken {
    fn notification() -> Self {
        Self::Event("notified")
    }

    fn may_fail(&self) -> bool {
        matches!(self, Self::Update(_) | Self::Operation(_) | Self::Unacknowledged(_))
    }
}

impl fmt::Display for DeliveryToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Update(update) => write!(formatter, "the update of task {}", update.task_id.value),
            Self::Operation(update) => {
                write!(formatter, "the update of operation {}", update.operation_id.value)
            }
            Self::Unacknowledged(Some(task)) => write!(formatter, "an update of task {}", task.value),
            Self::Unacknowledged(None) => formatter.write_str("an update of an operation"),
            Self::Event(name) => formatter.write_str(name),
        }
    }
}

/// What a handler gets.
pub(crate) enum Delivery {
    Subscribed(Box<Subscription>),
    Disconnected,
    Offers(Vec<Offer>),
    Rescinded(OfferId),
    InverseOffers(Vec<InverseOffer>),
    InverseOfferRescinded(OfferId),
    Update(Box<TaskStatus>),
    OperationUpdate(Box<OperationStatus>),
    Message(ExecutorMessage),
    Failure(Failure),
    CallFailed(FailedCall),
    Undecodable(Undecodable),
    /// The driver asks which tasks the framework knows.
    KnownTasks(QueryId),
    /// The driver asks which operations the framework knows.
    KnownOperations(QueryId),
    /// The reconciliation is complete.
    Reconciled,
}

impl Delivery {
    /// Returns the name of the method that gets it.
    pub(super) fn handler(&self) -> &'static str {
        match self {
            Self::Subscribed(_) => "subscribed",
            Self::Disconnected => "disconnected",
            Self::Offers(_) => "offers",
            Self::Rescinded(_) => "rescinded",
            Self::InverseOffers(_) => "inverse_offers",
            Self::InverseOfferRescinded(_) => "inverse_offer_rescinded",
            Self::Update(_) => "update",
            Self::OperationUpdate(_) => "operation_update",
            Self::Message(_) => "message",
            Self::Failure(_) => "failure",
            Self::CallFailed(_) => "call_failed",
            Self::Undecodable(_) => "undecodable_event",
            Self::KnownTasks(_) => "known_tasks",
            Self::KnownOperations(_) => "known_operations",
            Self::Reconciled => "reconciled",
        }
    }
}

impl Deliverable for Delivery {
    type Call = Box<Call>;
    type Token = DeliveryToken;

    fn token(&self) -> DeliveryToken {
        match self {
            Self::Update(status) => DeliveryToken::of(status),
            Self::OperationUpdate(status) => DeliveryToken::of_operation(status),
            other => DeliveryToken::Event(other.handler()),
        }
    }

    fn subject(&self) -> Subject<'_> {
        let (task, agent) = match self {
            Self::Update(status) => (Some(&status.task_id), status.agent_id.as_ref()),
            Self::OperationUpdate(status) => (None, status.agent_id.as_ref()),
            Self::Message(message) => (None, Some(&message.agent_id)),
            Self::Failure(failure) => (None, failure.agent_id.as_ref()),
            _ => (None, None),
        };
        Subject { handler: self.handler(), task, agent }
    }

    fn call_failed(call: Box<Call>, error: Error) -> Self {
        Self::CallFailed(FailedCall { call, error })
    }

    fn undecodable(event: Undecodable) -> Self {
        Self::Undecodable(event)
    }
}

impl ApiCall for Box<Call> {
    fn name(&self) -> &'static str {
        let r#type = self.r#type.and_then(|number| CallType::try_from(number).ok());
        r#type.unwrap_or(CallType::Unknown).as_str_name()
    }

    /// Returns whether the call is an acknowledgement. An agent sends nothing more of a task until
    /// its update is acknowledged, so acknowledgements must not wait.
    fn may_overtake(&self) -> bool {
        self.acknowledge.is_some() || self.acknowledge_operation_status.is_some()
    }
}

/// Returns the type of an event, if this version knows it.
pub(crate) fn type_of(event: &Event) -> Option<Type> {
    Type::try_from(event.r#type?).ok()
}

impl PeerEvent for Box<Event> {
    fn lacks(&self) -> Option<&'static str> {
        let (field, is_set) = match type_of(self)? {
            Type::Heartbeat | Type::Unknown => return None,
            Type::Subscribed => ("subscribed.framework_id", self.framework_id().is_some()),
            Type::Offers => ("offers", self.offers.is_some()),
            Type::Rescind => ("rescind", self.rescind.is_some()),
            Type::InverseOffers => ("inverse_offers", self.inverse_offers.is_some()),
            Type::RescindInverseOffer => ("rescind_inverse_offer", self.rescind_inverse_offer.is_some()),
            Type::Update => ("update.status.task_id", self.updated_task().is_some()),
            Type::UpdateOperationStatus => {
                ("update_operation_status", self.update_operation_status.is_some())
            }
            Type::Message => ("message", self.message.is_some()),
            Type::Failure => ("failure", self.failure.is_some()),
            Type::Error => ("error", self.error.is_some()),
        };
        (!is_set).then_some(field)
    }

    fn name(&self) -> &'static str {
        type_of(self).unwrap_or(Type::Unknown).as_str_name()
    }
}

impl Event {
    /// Returns the id in SUBSCRIBED, which is stored.
    fn framework_id(&self) -> Option<&FrameworkId> {
        self.subscribed.as_ref().map(|it| &it.framework_id).filter(|id| !id.value.is_empty())
    }

    /// Returns the id of the task whose update is to be acknowledged.
    fn updated_task(&self) -> Option<&TaskId> {
        self.update.as_ref().map(|it| &it.status.task_id).filter(|id| !id.value.is_empty())
    }
}

/// Returns what the handler gets of an event. This is the only function that knows which fields
/// belong to which type. Returns `None` for events that the session handles itself, for types that
/// this version does not know, and for events without their content.
pub(crate) fn delivery(event: Box<Event>) -> Option<Delivery> {
    Some(match type_of(&event)? {
        Type::Subscribed | Type::Heartbeat | Type::Error | Type::Unknown => return None,
        Type::Offers => Delivery::Offers(event.offers?.offers),
        Type::Rescind => Delivery::Rescinded(event.rescind?.offer_id),
        Type::InverseOffers => Delivery::InverseOffers(event.inverse_offers?.inverse_offers),
        Type::RescindInverseOffer => {
            Delivery::InverseOfferRescinded(event.rescind_inverse_offer?.inverse_offer_id)
        }
        Type::Update => Delivery::Update(Box::new(event.update?.status)),
        Type::UpdateOperationStatus => {
            Delivery::OperationUpdate(Box::new(event.update_operation_status?.status))
        }
        Type::Message => Delivery::Message(message(*event.message?)),
        Type::Failure => Delivery::Failure(failure(*event.failure?)),
    })
}

fn message(message: event::Message) -> ExecutorMessage {
    ExecutorMessage { agent_id: message.agent_id, executor_id: message.executor_id, data: message.data }
}

fn failure(failure: event::Failure) -> Failure {
    Failure { agent_id: failure.agent_id, executor_id: failure.executor_id, status: failure.status }
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::*;
    use crate::ErrorKind;
    use crate::proto::v1::Resource;

    #[test]
    fn a_failed_call_is_named_by_its_type() {
        let name = |r#type| {
            let call = Box::new(Call { r#type, ..Call::default() });
            FailedCall { call, error: Error::new(ErrorKind::Rejected, "no") }.name()
        };
        assert_eq!(name(Some(CallType::Accept.into())), "ACCEPT");
        assert_eq!([name(Some(99)), name(None)], ["UNKNOWN"; 2]);
    }

    #[test]
    fn a_type_of_a_newer_master_is_survived() {
        let newer = Event { r#type: Some(99), ..Event::default() };
        assert!(delivery(Box::new(newer)).is_none());
        let hollow = Event { r#type: Some(Type::Offers.into()), ..Event::default() };
        assert!(delivery(Box::new(hollow)).is_none());
    }

    #[test]
    fn event_lacks_what_a_scheduler_requires() {
        for (event, lacks) in [
            (Event { r#type: Some(99), ..Event::default() }, None),
            (Event::default(), None),
            (of(Type::Heartbeat), None),
            (of(Type::Subscribed), Some("subscribed.framework_id")),
            (
                Event { subscribed: Some(Box::default()), ..of(Type::Subscribed) },
                Some("subscribed.framework_id"),
            ),
            (of(Type::Update), Some("update.status.task_id")),
            (Event { update: Some(Box::default()), ..of(Type::Update) }, Some("update.status.task_id")),
            (of(Type::Failure), Some("failure")),
            (Event { failure: Some(Box::default()), ..of(Type::Failure) }, None),
            (Event { failure: Some(Box::default()), ..of(Type::Message) }, Some("message")),
        ] {
            assert_eq!(Box::new(event).lacks(), lacks);
        }
    }

    fn of(r#type: Type) -> Event {
        Event { r#type: Some(r#type.into()), ..Event::default() }
    }

    #[test]
    fn offer_of_a_newer_master_is_delivered() {
        let resource = Resource { name: "cpus".to_owned(), r#type: 99, ..Resource::default() };
        let offer = Offer { resources: vec![resource], ..Offer::default() };
        let offers = Some(event::Offers { offers: vec![offer] });
        let event = Event { r#type: Some(Type::Offers.into()), offers, ..Event::default() };
        let mut bytes = event.encode_to_vec();
        // Field 1000 with the value 7, which no message of this version has.
        bytes.extend([0xc0, 0x3e, 7]);
        let Some(Delivery::Offers(offers)) = delivery(Box::new(Event::decode(&bytes[..]).unwrap())) else {
            panic!("not delivered")
        };
        assert_eq!(offers[0].resources[0].r#type, 99);
    }
}
