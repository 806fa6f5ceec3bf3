//! One constructor for each call of the scheduler API. The framework's id is filled in when a call is sent.

use bytes::Bytes;

use crate::proto::v1::offer::operation::Launch;
use crate::proto::v1::offer::{Operation, operation};
use crate::proto::v1::scheduler::Call;
use crate::proto::v1::scheduler::call::{
    Accept, Acknowledge, Decline, Kill, Message, Reconcile, Revive, Subscribe, Suppress, Type, reconcile,
};
use crate::proto::v1::{AgentId, ExecutorId, Filters, FrameworkInfo, OfferId, TaskId, TaskInfo};

fn of(kind: Type) -> Call {
    Call { r#type: Some(kind.into()), ..Call::default() }
}

pub(crate) fn subscribe(framework_info: FrameworkInfo, suppressed_roles: Vec<String>) -> Call {
    let framework_id = framework_info.id.clone();
    let subscribe = Subscribe { framework_info, suppressed_roles, offer_constraints: None };
    Call { framework_id, subscribe: Some(subscribe), ..of(Type::Subscribe) }
}

pub(crate) fn teardown() -> Call {
    of(Type::Teardown)
}

pub(crate) fn accept(offer_ids: Vec<OfferId>, operations: Vec<Operation>, filters: Option<Filters>) -> Call {
    Call { accept: Some(Accept { offer_ids, operations, filters }), ..of(Type::Accept) }
}

pub(crate) fn launch(task_infos: Vec<TaskInfo>) -> Operation {
    let kind = operation::Type::Launch;
    Operation { r#type: Some(kind.into()), launch: Some(Launch { task_infos }), ..Operation::default() }
}

pub(crate) fn decline(offer_ids: Vec<OfferId>, filters: Option<Filters>) -> Call {
    Call { decline: Some(Decline { offer_ids, filters }), ..of(Type::Decline) }
}

pub(crate) fn kill(task_id: TaskId, agent_id: Option<AgentId>) -> Call {
    Call { kill: Some(Kill { task_id, agent_id, kill_policy: None }), ..of(Type::Kill) }
}

pub(crate) fn acknowledge(acknowledge: Acknowledge) -> Call {
    Call { acknowledge: Some(acknowledge), ..of(Type::Acknowledge) }
}

pub(crate) fn reconcile(tasks: Vec<reconcile::Task>) -> Call {
    Call { reconcile: Some(Reconcile { tasks }), ..of(Type::Reconcile) }
}

pub(crate) fn message(agent_id: AgentId, executor_id: ExecutorId, data: Bytes) -> Call {
    Call { message: Some(Message { agent_id, executor_id, data }), ..of(Type::Message) }
}

pub(crate) fn revive(roles: Vec<String>) -> Call {
    Call { revive: Some(Revive { roles }), ..of(Type::Revive) }
}

pub(crate) fn suppress(roles: Vec<String>) -> Call {
    Call { suppress: Some(Suppress { roles }), ..of(Type::Suppress) }
}
