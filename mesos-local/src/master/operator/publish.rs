//! Events for the subscribers of the operator API.

use std::time::Duration;

use mesos_sdk::proto::v1::master::Event;
use mesos_sdk::proto::v1::master::event::{
    AgentAdded, AgentRemoved, FrameworkAdded, FrameworkRemoved, FrameworkUpdated, Subscribed, TaskAdded,
    TaskUpdated, Type,
};
use mesos_sdk::proto::v1::{AgentId, FrameworkId, FrameworkInfo, TaskState, TaskStatus};
use mesos_sdk::resources::Resources;

use super::super::limits::{HEARTBEAT_INTERVAL, MAX_SUBSCRIBERS};
use super::super::{Action, CallResponse, Master};

impl Master {
    /// Opens a stream, which begins with the state and goes on with changes. If there are too many
    /// subscribers, the oldest is dropped.
    pub(super) fn subscribe_operator(&mut self) {
        let stream = self.ids.stream();
        self.actions.push(Action::Respond(CallResponse::Stream(stream.clone())));
        if self.subscribers.len() >= MAX_SUBSCRIBERS {
            let (oldest, _) = self.subscribers.remove(0);
            self.actions.push(Action::Close { stream: oldest });
        }
        let subscribed = Subscribed {
            get_state: Some(Box::new(self.get_state())),
            heartbeat_interval_seconds: Some(HEARTBEAT_INTERVAL.as_secs_f64()),
        };
        let first = Event { subscribed: Some(subscribed), ..event(Type::Subscribed) };
        for event in [first, event(Type::Heartbeat)] {
            self.actions.push(Action::Publish { stream: stream.clone(), event: Box::new(event) });
        }
        self.subscribers.push((stream, self.now.saturating_add(HEARTBEAT_INTERVAL)));
    }

    /// Ends a subscription. Returns whether it existed.
    pub(in super::super) fn unsubscribe_operator(&mut self, stream: &str) {
        self.subscribers.retain(|(subscriber, _)| subscriber != stream);
    }

    /// Returns when the next heartbeat is due.
    pub(in super::super) fn next_operator_heartbeat(&self) -> Option<Duration> {
        self.subscribers.iter().map(|(_, next)| *next).min()
    }

    pub(in super::super) fn send_operator_heartbeats(&mut self) {
        let now = self.now;
        for (stream, next) in self.subscribers.iter_mut().filter(|(_, next)| *next <= now) {
            *next = now.saturating_add(HEARTBEAT_INTERVAL);
            let event = Box::new(event(Type::Heartbeat));
            self.actions.push(Action::Publish { stream: stream.clone(), event });
        }
    }

    fn publish(&mut self, event: &Event) {
        for (stream, _) in &self.subscribers {
            self.actions.push(Action::Publish { stream: stream.clone(), event: Box::new(event.clone()) });
        }
    }

    /// Publishes a task that is new to the master.
    pub(in super::super) fn publish_task_added(&mut self, framework: &str, task: &str) {
        let Some(task) = self.task(framework, task).filter(|_| !self.subscribers.is_empty()) else { return };
        let added = TaskAdded { task: task.describe() };
        self.publish(&Event { task_added: Some(Box::new(added)), ..event(Type::TaskAdded) });
    }

    pub(in super::super) fn publish_task_updated(
        &mut self,
        framework: &str,
        status: &TaskStatus,
        state: TaskState,
    ) {
        let framework_id = FrameworkId::from(framework);
        let updated = TaskUpdated { framework_id, status: status.clone(), state: state.into() };
        self.publish(&Event { task_updated: Some(Box::new(updated)), ..event(Type::TaskUpdated) });
    }

    pub(in super::super) fn publish_agent_added(&mut self, id: &str) {
        let Some(agent) = self.agents.get(id).filter(|_| !self.subscribers.is_empty()) else { return };
        // Nothing of the agent is on offer yet.
        let added = AgentAdded { agent: self.describe_agent(agent, Resources::default()) };
        self.publish(&Event { agent_added: Some(Box::new(added)), ..event(Type::AgentAdded) });
    }

    pub(in super::super) fn publish_agent_removed(&mut self, id: &str) {
        let removed = AgentRemoved { agent_id: AgentId::from(id) };
        self.publish(&Event { agent_removed: Some(removed), ..event(Type::AgentRemoved) });
    }

    /// Publishes a framework that is new to the master or has changed.
    pub(in super::super) fn publish_framework(&mut self, id: &str, is_new: bool) {
        let Some(framework) = self.frameworks.get(id).filter(|_| !self.subscribers.is_empty()) else {
            return;
        };
        // Events differ from the state: the time is 0, and there are no constraints.
        let mut framework = self.describe_framework(framework);
        framework.unregistered_time.get_or_insert_default();
        framework.offer_constraints = None;
        let event = match is_new {
            true => Event {
                framework_added: Some(Box::new(FrameworkAdded { framework })),
                ..event(Type::FrameworkAdded)
            },
            false => Event {
                framework_updated: Some(Box::new(FrameworkUpdated { framework })),
                ..event(Type::FrameworkUpdated)
            },
        };
        self.publish(&event);
    }

    pub(in super::super) fn publish_framework_removed(&mut self, info: &FrameworkInfo) {
        let removed = FrameworkRemoved { framework_info: info.clone() };
        self.publish(&Event { framework_removed: Some(Box::new(removed)), ..event(Type::FrameworkRemoved) });
    }
}

fn event(kind: Type) -> Event {
    Event { r#type: Some(kind.into()), ..Event::default() }
}
