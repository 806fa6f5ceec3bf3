//! Events of the executor API, as handlers get them.

use bytes::Bytes;

use crate::proto::v1::executor::call::Type as CallType;
use crate::proto::v1::executor::event::Type;
use crate::proto::v1::executor::{Call, Event, event};
use crate::proto::v1::{AgentInfo, ContainerId, ExecutorInfo, FrameworkInfo, KillPolicy, TaskId, TaskInfo};
use crate::session::Incoming;
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
#[derive(Debug)]
#[non_exhaustive]
pub struct FailedCall {
    /// The call, as it was or would have been sent.
    pub call: Box<Call>,
    /// What happened to it.
    pub error: Error,
}

impl FailedCall {
    /// The call's type, as in `UPDATE`.
    pub fn name(&self) -> &'static str {
        let kind = self.call.r#type.and_then(|number| CallType::try_from(number).ok());
        kind.unwrap_or(CallType::Unknown).as_str_name()
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

/// The one place that knows which fields of an event belong to which type.
pub(crate) fn incoming(event: Event) -> Incoming<Box<event::Subscribed>, Delivery> {
    read(event).unwrap_or(Incoming::Unknown)
}

fn read(event: Event) -> Option<Incoming<Box<event::Subscribed>, Delivery>> {
    let delivery = match Type::try_from(event.r#type?).ok()? {
        Type::Subscribed => return event.subscribed.map(Box::new).map(Incoming::Subscribed),
        Type::Heartbeat => return Some(Incoming::Heartbeat),
        Type::Error => return event.error.map(|error| Incoming::Error(error.message)),
        Type::Unknown => return None,
        Type::Launch => Delivery::Launch(Box::new(event.launch?.task)),
        Type::LaunchGroup => Delivery::LaunchGroup(event.launch_group?.task_group.tasks),
        Type::Kill => kill(event.kill?),
        Type::Message => Delivery::Message(event.message?.data),
        Type::Acknowledged => acknowledged(event.acknowledged?),
        Type::Shutdown => Delivery::Shutdown,
    };
    Some(Incoming::Deliver(delivery))
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
        assert!(matches!(incoming(newer), Incoming::Unknown));
        let hollow = Event { r#type: Some(Type::Launch.into()), ..Event::default() };
        assert!(matches!(incoming(hollow), Incoming::Unknown));
    }
}
