//! Events that the master sends to a subscriber of the cluster.

use crate::proto::v1::master::Event;
use crate::proto::v1::master::event::{TaskUpdated, Type};
use crate::proto::v1::master::response::GetState;
use crate::proto::v1::master::response::get_agents::Agent;
use crate::proto::v1::master::response::get_frameworks::Framework;
use crate::proto::v1::{AgentId, FrameworkInfo, Task};
use crate::{Error, Undecodable};

/// One item of [`MasterOperator::events`](super::MasterOperator::events).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ClusterEvent {
    /// The complete state of the cluster, which replaces everything before it. It comes first, and
    /// again after each [`Disconnected`](Self::Disconnected).
    Snapshot(Box<GetState>),
    /// The master has a new task: it was launched, or a returning agent reported it.
    TaskAdded(Box<Task>),
    /// A task has a new state.
    TaskUpdated(Box<TaskUpdated>),
    /// The master has a new agent, or one that has returned after a change of masters.
    AgentAdded(Box<Agent>),
    /// An agent is no longer part of the cluster. Mesos 1.11 does not send this for agents that are
    /// marked gone or become unreachable; only the updates of their tasks show it.
    AgentRemoved(AgentId),
    /// The master has a new framework.
    FrameworkAdded(Box<Framework>),
    /// A framework has subscribed again or has changed its settings.
    FrameworkUpdated(Box<Framework>),
    /// A framework has ended.
    FrameworkRemoved(Box<FrameworkInfo>),
    /// An event could not be decoded and was skipped; the subscription continues. Your view may be
    /// out of date: ask for the state, or begin another subscription.
    Undecodable(Undecodable),
    /// The subscription is lost, or an attempt at one has failed. Your view may be out of date
    /// until the next [`Snapshot`](Self::Snapshot). The next attempt follows by itself.
    Disconnected(Error),
}

/// An event whose type was checked.
#[derive(Debug)]
pub(crate) enum Received {
    /// The state, and the seconds between heartbeats.
    Subscribed(Box<GetState>, Option<f64>),
    Changed(ClusterEvent),
    Heartbeat,
    /// An event of a type that this version does not know, or one without its content.
    Unknown,
}

impl From<Event> for Received {
    fn from(event: Event) -> Self {
        let changed = match event.r#type() {
            Type::Subscribed => {
                return event.subscribed.map_or(Self::Unknown, |subscribed| {
                    let heartbeat = subscribed.heartbeat_interval_seconds;
                    Self::Subscribed(subscribed.get_state.unwrap_or_default(), heartbeat)
                });
            }
            Type::Heartbeat => return Self::Heartbeat,
            Type::TaskAdded => event.task_added.map(|it| ClusterEvent::TaskAdded(Box::new(it.task))),
            Type::TaskUpdated => event.task_updated.map(ClusterEvent::TaskUpdated),
            Type::AgentAdded => event.agent_added.map(|it| ClusterEvent::AgentAdded(Box::new(it.agent))),
            Type::AgentRemoved => event.agent_removed.map(|it| ClusterEvent::AgentRemoved(it.agent_id)),
            Type::FrameworkAdded => {
                event.framework_added.map(|it| ClusterEvent::FrameworkAdded(Box::new(it.framework)))
            }
            Type::FrameworkUpdated => {
                event.framework_updated.map(|it| ClusterEvent::FrameworkUpdated(Box::new(it.framework)))
            }
            Type::FrameworkRemoved => {
                event.framework_removed.map(|it| ClusterEvent::FrameworkRemoved(Box::new(it.framework_info)))
            }
            Type::Unknown => None,
        };
        changed.map_or(Self::Unknown, Self::Changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::v1::master::event::AgentRemoved;

    #[test]
    fn empty_and_unknown_events_are_skipped() {
        for kind in [Some(1), Some(2), Some(9999), None] {
            let event = Event { r#type: kind, ..Event::default() };
            assert!(matches!(Received::from(event), Received::Unknown), "{kind:?}");
        }
        let agent_removed = Some(AgentRemoved { agent_id: AgentId::from("a") });
        let event = Event { r#type: Some(Type::AgentRemoved.into()), agent_removed, ..Event::default() };
        let Received::Changed(ClusterEvent::AgentRemoved(id)) = Received::from(event) else { panic!() };
        assert_eq!(id.value, "a");
    }
}
