//! Events for executors.

use bytes::Bytes;
use mesos_sdk::proto::v1::executor::Event;
use mesos_sdk::proto::v1::executor::event::{
    Acknowledged, Kill, Launch, LaunchGroup, Message, Subscribed, Type,
};
use mesos_sdk::proto::v1::{KillPolicy, TaskGroupInfo, TaskId, TaskStatus};

use super::executor::Queued;

pub(super) fn subscribed(subscribed: Subscribed) -> Event {
    Event { subscribed: Some(Box::new(subscribed)), ..bare(Type::Subscribed) }
}

pub(super) fn launch(queued: &Queued) -> Event {
    match queued {
        Queued::Task(task) => {
            Event { launch: Some(Box::new(Launch { task: (**task).clone() })), ..bare(Type::Launch) }
        }
        Queued::Group(tasks) => {
            let task_group = TaskGroupInfo { tasks: tasks.clone() };
            Event { launch_group: Some(LaunchGroup { task_group }), ..bare(Type::LaunchGroup) }
        }
    }
}

pub(super) fn kill(task: &str, kill_policy: Option<KillPolicy>) -> Event {
    let task_id = TaskId::from(task);
    Event { kill: Some(Box::new(Kill { task_id, kill_policy })), ..bare(Type::Kill) }
}

pub(super) fn acknowledged(status: &TaskStatus) -> Event {
    let uuid = status.uuid.clone().unwrap_or_default();
    let acknowledged = Acknowledged { task_id: status.task_id.clone(), uuid };
    Event { acknowledged: Some(Box::new(acknowledged)), ..bare(Type::Acknowledged) }
}

pub(super) fn message(data: Bytes) -> Event {
    Event { message: Some(Box::new(Message { data })), ..bare(Type::Message) }
}

pub(super) fn shutdown() -> Event {
    bare(Type::Shutdown)
}

pub(super) fn heartbeat() -> Event {
    bare(Type::Heartbeat)
}

fn bare(r#type: Type) -> Event {
    Event { r#type: Some(r#type.into()), ..Event::default() }
}
