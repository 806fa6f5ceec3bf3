//! One constructor for each call of the scheduler API. The framework id is filled in when a call is
//! sent.

use bytes::Bytes;

use crate::proto::v1::offer::Operation;
use crate::proto::v1::scheduler::Call;
use crate::proto::v1::scheduler::OfferConstraints;
use crate::proto::v1::scheduler::call::{
    Accept, AcceptInverseOffers, Acknowledge, AcknowledgeOperationStatus, Decline, DeclineInverseOffers,
    Kill, Message, Reconcile, ReconcileOperations, Request, Revive, Shutdown, Subscribe, Suppress, Type,
    UpdateFramework, reconcile, reconcile_operations,
};
use crate::proto::v1::{
    AgentId, ExecutorId, Filters, FrameworkInfo, KillPolicy, OfferId, Request as ResourceRequest, TaskId,
};

fn of(kind: Type) -> Call {
    Call { r#type: Some(kind.into()), ..Call::default() }
}

pub(crate) fn subscribe(
    framework_info: FrameworkInfo,
    suppressed_roles: Vec<String>,
    offer_constraints: Option<OfferConstraints>,
) -> Box<Call> {
    let framework_id = framework_info.id.clone();
    let subscribe = Subscribe { framework_info, suppressed_roles, offer_constraints };
    Box::new(Call { framework_id, subscribe: Some(Box::new(subscribe)), ..of(Type::Subscribe) })
}

pub(crate) fn teardown() -> Box<Call> {
    Box::new(of(Type::Teardown))
}

pub(crate) fn accept(
    offer_ids: Vec<OfferId>,
    operations: Vec<Operation>,
    filters: Option<Filters>,
) -> Box<Call> {
    Box::new(Call { accept: Some(Box::new(Accept { offer_ids, operations, filters })), ..of(Type::Accept) })
}

pub(crate) fn decline(offer_ids: Vec<OfferId>, filters: Option<Filters>) -> Box<Call> {
    Box::new(Call { decline: Some(Box::new(Decline { offer_ids, filters })), ..of(Type::Decline) })
}

pub(crate) fn accept_inverse_offers(inverse_offer_ids: Vec<OfferId>, filters: Option<Filters>) -> Box<Call> {
    let accept_inverse_offers = Some(AcceptInverseOffers { inverse_offer_ids, filters }.into());
    Box::new(Call { accept_inverse_offers, ..of(Type::AcceptInverseOffers) })
}

pub(crate) fn decline_inverse_offers(inverse_offer_ids: Vec<OfferId>, filters: Option<Filters>) -> Box<Call> {
    let decline_inverse_offers = Some(DeclineInverseOffers { inverse_offer_ids, filters }.into());
    Box::new(Call { decline_inverse_offers, ..of(Type::DeclineInverseOffers) })
}

pub(crate) fn kill(task_id: TaskId, agent_id: Option<AgentId>, kill_policy: Option<KillPolicy>) -> Box<Call> {
    Box::new(Call { kill: Some(Box::new(Kill { task_id, agent_id, kill_policy })), ..of(Type::Kill) })
}

pub(crate) fn shutdown(executor_id: ExecutorId, agent_id: AgentId) -> Box<Call> {
    Box::new(Call { shutdown: Some(Box::new(Shutdown { executor_id, agent_id })), ..of(Type::Shutdown) })
}

pub(crate) fn acknowledge(acknowledge: Acknowledge) -> Box<Call> {
    Box::new(Call { acknowledge: Some(Box::new(acknowledge)), ..of(Type::Acknowledge) })
}

pub(crate) fn acknowledge_operation(acknowledge: AcknowledgeOperationStatus) -> Box<Call> {
    Box::new(Call {
        acknowledge_operation_status: Some(Box::new(acknowledge)),
        ..of(Type::AcknowledgeOperationStatus)
    })
}

pub(crate) fn reconcile(tasks: Vec<reconcile::Task>) -> Box<Call> {
    Box::new(Call { reconcile: Some(Reconcile { tasks }), ..of(Type::Reconcile) })
}

pub(crate) fn reconcile_operations(operations: Vec<reconcile_operations::Operation>) -> Box<Call> {
    Box::new(Call {
        reconcile_operations: Some(ReconcileOperations { operations }),
        ..of(Type::ReconcileOperations)
    })
}

pub(crate) fn request(requests: Vec<ResourceRequest>) -> Box<Call> {
    Box::new(Call { request: Some(Request { requests }), ..of(Type::Request) })
}

pub(crate) fn update_framework(
    framework_info: FrameworkInfo,
    suppressed_roles: Vec<String>,
    offer_constraints: Option<OfferConstraints>,
) -> Box<Call> {
    let update = UpdateFramework { framework_info, suppressed_roles, offer_constraints };
    let update_framework = Some(Box::new(update));
    Box::new(Call { update_framework, ..of(Type::UpdateFramework) })
}

pub(crate) fn message(agent_id: AgentId, executor_id: ExecutorId, data: Bytes) -> Box<Call> {
    Box::new(Call { message: Some(Box::new(Message { agent_id, executor_id, data })), ..of(Type::Message) })
}

pub(crate) fn revive(roles: Vec<String>) -> Box<Call> {
    Box::new(Call { revive: Some(Revive { roles }), ..of(Type::Revive) })
}

pub(crate) fn suppress(roles: Vec<String>) -> Box<Call> {
    Box::new(Call { suppress: Some(Suppress { roles }), ..of(Type::Suppress) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_has_the_part_of_its_type() {
        let (task, agent, executor) = (TaskId::default(), AgentId::default(), ExecutorId::default());
        let info = FrameworkInfo::default;
        let calls = [
            (subscribe(info(), vec![], None), Type::Subscribe),
            (teardown(), Type::Teardown),
            (accept(vec![], vec![], None), Type::Accept),
            (decline(vec![], None), Type::Decline),
            (accept_inverse_offers(vec![], None), Type::AcceptInverseOffers),
            (decline_inverse_offers(vec![], None), Type::DeclineInverseOffers),
            (kill(task, None, None), Type::Kill),
            (shutdown(executor.clone(), agent.clone()), Type::Shutdown),
            (acknowledge(Acknowledge::default()), Type::Acknowledge),
            (acknowledge_operation(AcknowledgeOperationStatus::default()), Type::AcknowledgeOperationStatus),
            (reconcile(vec![]), Type::Reconcile),
            (reconcile_operations(vec![]), Type::ReconcileOperations),
            (request(vec![]), Type::Request),
            (update_framework(info(), vec![], None), Type::UpdateFramework),
            (message(agent, executor, Bytes::new()), Type::Message),
            (revive(vec![]), Type::Revive),
            (suppress(vec![]), Type::Suppress),
        ];
        for (call, kind) in calls {
            assert_eq!(call.r#type(), kind);
            assert_eq!(parts(&call), if kind == Type::Teardown { vec![] } else { vec![kind] });
        }
    }

    /// Returns the types of the parts that a call has.
    fn parts(call: &Call) -> Vec<Type> {
        let parts = [
            (call.subscribe.is_some(), Type::Subscribe),
            (call.accept.is_some(), Type::Accept),
            (call.decline.is_some(), Type::Decline),
            (call.accept_inverse_offers.is_some(), Type::AcceptInverseOffers),
            (call.decline_inverse_offers.is_some(), Type::DeclineInverseOffers),
            (call.kill.is_some(), Type::Kill),
            (call.shutdown.is_some(), Type::Shutdown),
            (call.acknowledge.is_some(), Type::Acknowledge),
            (call.acknowledge_operation_status.is_some(), Type::AcknowledgeOperationStatus),
            (call.reconcile.is_some(), Type::Reconcile),
            (call.reconcile_operations.is_some(), Type::ReconcileOperations),
            (call.request.is_some(), Type::Request),
            (call.update_framework.is_some(), Type::UpdateFramework),
            (call.message.is_some(), Type::Message),
            (call.revive.is_some(), Type::Revive),
            (call.suppress.is_some(), Type::Suppress),
        ];
        parts.into_iter().filter(|(has, _)| *has).map(|(_, kind)| kind).collect()
    }
}
