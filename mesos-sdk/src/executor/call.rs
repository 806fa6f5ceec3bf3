//! One constructor for each call of the executor API.

use bytes::Bytes;

use crate::proto::v1::executor::Call;
use crate::proto::v1::executor::call::{Message, Subscribe, Type, Update};
use crate::proto::v1::{ExecutorId, FrameworkId, TaskInfo, TaskStatus};

fn of(kind: Type) -> Call {
    Call { r#type: Some(kind.into()), ..Call::default() }
}

pub(crate) fn subscribe(
    (framework_id, executor_id): (FrameworkId, ExecutorId),
    unacknowledged_tasks: Vec<TaskInfo>,
    unacknowledged_updates: Vec<Update>,
) -> Call {
    let subscribe = Subscribe { unacknowledged_tasks, unacknowledged_updates };
    Call { framework_id, executor_id, subscribe: Some(Box::new(subscribe)), ..of(Type::Subscribe) }
}

pub(crate) fn update(status: TaskStatus) -> Call {
    Call { update: Some(Box::new(Update { status })), ..of(Type::Update) }
}

pub(crate) fn heartbeat((framework_id, executor_id): (FrameworkId, ExecutorId)) -> Call {
    Call { framework_id, executor_id, ..of(Type::Heartbeat) }
}

pub(crate) fn message(data: Bytes) -> Call {
    Call { message: Some(Box::new(Message { data })), ..of(Type::Message) }
}
