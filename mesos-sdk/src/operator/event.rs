//! Events that the master sends to a subscriber of the cluster.

use crate::proto::v1::master::Event;
use crate::proto::v1::master::event::{TaskUpdated, Type};
use crate::proto::v1::master::response::GetState;
use crate::proto::v1::master::response::get_agents::Agent;
use crate::proto::v1::master::response::get_frameworks::Framework;
use crate::proto::v1::{AgentId, FrameworkInfo, Task};
use crate::transport::PeerEvent;
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

impl PeerEvent for Box<Event> {
    fn lacks(&self) -> Option<&'static str> {
        let (field, is_set) = match Type::try_from(self.r#type?).ok()? {
            Type::Unknown | Type::Heartbeat => return None,
            // Without it the cluster would seem to be empty.
            Type::Subscribed => {
                ("subscribed.get_state", self.subscribed.as_ref().is_some_and(|it| it.get_state.is_some()))
            }
            Type::TaskAdded => ("task_added", self.task_added.is_some()),
            Type::TaskUpdated => ("task_updated", self.task_updated.is_some()),
            Type::AgentAdded => ("agent_added", self.agent_added.is_some()),
            Type::AgentRemoved => ("agent_removed", self.agent_removed.is_some()),
            Type::FrameworkAdded => ("framework_added", self.framework_added.is_some()),
            Type::FrameworkUpdated => ("framework_updated", self.framework_updated.is_some()),
            Type::FrameworkRemoved => ("framework_removed", self.framework_removed.is_some()),
        };
        (!is_set).then_some(field)
    }

    fn name(&self) -> &'static str {
        self.r#type().as_str_name()
    }
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
    use crate::proto::v1::master::event::{AgentRemoved, Subscribed};

    #[test]
    fn event_lacks_what_a_watcher_requires() {
        let of = |r#type: Type| Event { r#type: Some(r#type.into()), ..Event::default() };
        let stateless = Some(Subscribed::default());
        for (event, lacks) in [
            (Event { r#type: Some(99), ..Event::default() }, None),
            (of(Type::Heartbeat), None),
            (Event { subscribed: stateless, ..of(Type::Subscribed) }, Some("subscribed.get_state")),
            (of(Type::TaskUpdated), Some("task_updated")),
        ] {
            assert_eq!(Box::new(event).lacks(), lacks);
        }
    }

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
