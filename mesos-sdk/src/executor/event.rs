//! The events of the executor API, as handlers get them.

use std::fmt;

use bytes::Bytes;

use crate::proto::v1::executor::call::Type as CallType;
use crate::proto::v1::executor::event::Type;
use crate::proto::v1::executor::{Call, Event, event};
use crate::proto::v1::{AgentInfo, ContainerId, ExecutorInfo, FrameworkInfo, KillPolicy, TaskId, TaskInfo};
use crate::session::{ApiCall, Deliverable, Subject, Token};
use crate::transport::PeerEvent;
use crate::{Error, Undecodable};

/// The executor is subscribed with its agent.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Subscription {
    /// The executor, as the scheduler described it.
    pub executor: ExecutorInfo,
    /// The framework that it belongs to.
    pub framework: FrameworkInfo,
    /// The agent that it runs on.
    pub agent: AgentInfo,
    /// The container that it runs in.
    pub container_id: Option<ContainerId>,
    /// Whether this driver was subscribed before.
    pub resubscribed: bool,
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
    /// Returns the call's type, as in `UPDATE`.
    pub fn name(&self) -> &'static str {
        self.call.name()
    }
}

/// Identifies the delivery that a handler has returned from.
#[derive(Debug)]
pub(crate) enum DeliveryToken {
    Shutdown,
    /// Anything else, by the name of its handler and the task that it concerns.
    Event(&'static str, Option<TaskId>),
}

impl Token for DeliveryToken {
    fn notification() -> Self {
        Self::Event("notified", None)
    }
}

impl fmt::Display for DeliveryToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shutdown => formatter.write_str("shutdown"),
            Self::Event(name, Some(task)) => write!(formatter, "{name} of task {}", task.value),
            Self::Event(name, None) => formatter.write_str(name),
        }
    }
}

/// What a handler gets.
pub(crate) enum Delivery {
    Subscribed(Box<Subscription>),
    Disconnected,
    Launch(Box<TaskInfo>),
    LaunchGroup(Vec<TaskInfo>),
    Kill(TaskId, Option<KillPolicy>),
    Message(Bytes),
    Acknowledged(TaskId, Bytes),
    Shutdown,
    CallFailed(FailedCall),
    Undecodable(Undecodable),
}

impl Delivery {
    /// Returns the name of the method that gets it, and the task that it concerns.
    pub(super) fn handler(&self) -> (&'static str, Option<&TaskId>) {
        match self {
            Self::Subscribed(_) => ("subscribed", None),
            Self::Disconnected => ("disconnected", None),
            Self::Launch(task) => ("launch", Some(&task.task_id)),
            Self::LaunchGroup(_) => ("launch_group", None),
            Self::Kill(task, _) => ("kill", Some(task)),
            Self::Message(_) => ("message", None),
            Self::Acknowledged(task, _) => ("acknowledged", Some(task)),
            Self::Shutdown => ("shutdown", None),
            Self::CallFailed(_) => ("call_failed", None),
            Self::Undecodable(_) => ("undecodable_event", None),
        }
    }
}

impl Deliverable for Delivery {
    type Call = Call;
    type Token = DeliveryToken;

    fn token(&self) -> DeliveryToken {
        match self {
            Self::Shutdown => DeliveryToken::Shutdown,
            other => {
                let (name, task) = other.handler();
                DeliveryToken::Event(name, task.cloned())
            }
        }
    }

    fn subject(&self) -> Subject<'_> {
        let (handler, task) = self.handler();
        Subject { handler, task, agent: None }
    }

    fn call_failed(call: Call, error: Error) -> Self {
        Self::CallFailed(FailedCall { call: Box::new(call), error })
    }

    fn undecodable(event: Undecodable) -> Self {
        Self::Undecodable(event)
    }

    fn is_end(&self) -> bool {
        matches!(self, Self::Shutdown)
    }
}

impl ApiCall for Call {
    fn name(&self) -> &'static str {
        let r#type = self.r#type.and_then(|number| CallType::try_from(number).ok());
        r#type.unwrap_or(CallType::Unknown).as_str_name()
    }

    fn is_kept(&self) -> bool {
        self.update.is_some()
    }
}

/// Returns the type of an event, if this version knows it.
pub(crate) fn type_of(event: &Event) -> Option<Type> {
    Type::try_from(event.r#type?).ok()
}

impl PeerEvent for Event {
    fn lacks(&self) -> Option<&'static str> {
        let is_id = |id: &TaskId| !id.value.is_empty();
        let (field, is_set) = match type_of(self)? {
            Type::Heartbeat | Type::Unknown | Type::Shutdown => return None,
            Type::Subscribed => ("subscribed", self.subscribed.is_some()),
            Type::Launch => {
                ("launch.task.task_id", self.launch.as_ref().is_some_and(|it| is_id(&it.task.task_id)))
            }
            Type::LaunchGroup => ("launch_group", self.launch_group.is_some()),
            Type::Kill => ("kill.task_id", self.kill.as_ref().is_some_and(|it| is_id(&it.task_id))),
            Type::Message => ("message", self.message.is_some()),
            Type::Acknowledged => ("acknowledged", self.acknowledged.is_some()),
            Type::Error => ("error", self.error.is_some()),
        };
        (!is_set).then_some(field)
    }

    fn name(&self) -> &'static str {
        type_of(self).unwrap_or(Type::Unknown).as_str_name()
    }
}

/// Returns what the handler gets of an event. This is the only function that knows which fields
/// belong to which type. Returns `None` for events that the session handles itself, for types that
/// this version does not know, and for events without their content.
pub(crate) fn delivery(event: Event) -> Option<Delivery> {
    Some(match type_of(&event)? {
        Type::Subscribed | Type::Heartbeat | Type::Error | Type::Unknown => return None,
        Type::Launch => Delivery::Launch(Box::new(event.launch?.task)),
        Type::LaunchGroup => Delivery::LaunchGroup(event.launch_group?.task_group.tasks),
        Type::Kill => kill(*event.kill?),
        Type::Message => Delivery::Message(event.message?.data),
        Type::Acknowledged => acknowledged(*event.acknowledged?),
        Type::Shutdown => Delivery::Shutdown,
    })
}

fn kill(kill: event::Kill) -> Delivery {
    Delivery::Kill(kill.task_id, kill.kill_policy)
}

fn acknowledged(acknowledged: event::Acknowledged) -> Delivery {
    Delivery::Acknowledged(acknowledged.task_id, acknowledged.uuid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_of_a_newer_agent_is_survived() {
        let newer = Event { r#type: Some(99), ..Event::default() };
        assert!(delivery(newer).is_none());
        let hollow = Event { r#type: Some(Type::Launch.into()), ..Event::default() };
        assert!(delivery(hollow).is_none());
    }

    #[test]
    fn failed_call_has_its_type_as_name() {
        let call = Box::new(crate::executor::message(Bytes::from_static(b"data")));
        let failed = FailedCall { call, error: Error::new(crate::ErrorKind::Timeout, "late") };
        assert_eq!(failed.name(), "MESSAGE");
    }

    #[test]
    fn event_lacks_what_an_executor_requires() {
        let of = |r#type: Type| Event { r#type: Some(r#type.into()), ..Event::default() };
        for (event, lacks) in [
            (Event { r#type: Some(99), ..Event::default() }, None),
            (of(Type::Shutdown), None),
            (of(Type::Launch), Some("launch.task.task_id")),
            (Event { launch: Some(Box::default()), ..of(Type::Launch) }, Some("launch.task.task_id")),
            (Event { kill: Some(Box::default()), ..of(Type::Kill) }, Some("kill.task_id")),
            (of(Type::Acknowledged), Some("acknowledged")),
            (Event { message: Some(Box::default()), ..of(Type::Message) }, None),
        ] {
            assert_eq!(event.lacks(), lacks);
        }
    }
}
