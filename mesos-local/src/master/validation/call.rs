//! Which fields a call must have before the master looks at it.

use mesos_sdk::proto::v1::scheduler::Call;
use mesos_sdk::proto::v1::scheduler::call::Type;

/// Returns whether the response to the call contains messages, so that the client's `Accept`
/// matters.
pub(crate) fn responds_with_messages(call: &Call) -> bool {
    matches!(call.r#type(), Type::Subscribe | Type::ReconcileOperations)
}

/// Checks a call; the error follows "Failed to validate `scheduler::Call`: ".
pub(crate) fn validate(call: &Call) -> Result<(), String> {
    // A type that this version does not know is as good as none.
    let known = call.r#type.and_then(|kind| Type::try_from(kind).ok());
    let kind = known.ok_or_else(|| "Expecting 'type' to be present".to_owned())?;
    if kind == Type::Subscribe {
        return validate_subscribe(call);
    }
    present("framework_id", call.framework_id.is_some())?;
    validate_body(kind, call)
}

fn validate_subscribe(call: &Call) -> Result<(), String> {
    present("subscribe", call.subscribe.is_some())?;
    let inner = call.subscribe.as_ref().and_then(|subscribe| subscribe.framework_info.id.as_ref());
    match text(call.framework_id.as_ref()) == text(inner) {
        true => Ok(()),
        false => Err("'framework_id' differs from 'subscribe.framework_info.id'".to_owned()),
    }
}

fn validate_body(kind: Type, call: &Call) -> Result<(), String> {
    match kind {
        Type::Accept => present("accept", call.accept.is_some()),
        Type::Decline => present("decline", call.decline.is_some()),
        Type::AcceptInverseOffers => present("accept_inverse_offers", call.accept_inverse_offers.is_some()),
        Type::DeclineInverseOffers => {
            present("decline_inverse_offers", call.decline_inverse_offers.is_some())
        }
        Type::Kill => present("kill", call.kill.is_some()),
        Type::Shutdown => present("shutdown", call.shutdown.is_some()),
        Type::Acknowledge => validate_acknowledge(call),
        Type::AcknowledgeOperationStatus => validate_acknowledge_operation(call),
        Type::Reconcile => present("reconcile", call.reconcile.is_some()),
        Type::ReconcileOperations => present("reconcile_operations", call.reconcile_operations.is_some()),
        Type::Message => present("message", call.message.is_some()),
        Type::Request => present("request", call.request.is_some()),
        Type::UpdateFramework => validate_update_framework(call),
        Type::Subscribe | Type::Teardown | Type::Revive | Type::Suppress | Type::Unknown => Ok(()),
    }
}

fn validate_acknowledge(call: &Call) -> Result<(), String> {
    present("acknowledge", call.acknowledge.is_some())?;
    call.acknowledge.as_ref().map_or(Ok(()), |acknowledge| validate_uuid(&acknowledge.uuid))
}

fn validate_acknowledge_operation(call: &Call) -> Result<(), String> {
    let acknowledge = call.acknowledge_operation_status.as_ref();
    present("acknowledge_operation_status", acknowledge.is_some())?;
    acknowledge.map_or(Ok(()), |acknowledge| validate_uuid(&acknowledge.uuid))?;
    present("agent_id", acknowledge.is_some_and(|acknowledge| acknowledge.agent_id.is_some()))
}

fn validate_update_framework(call: &Call) -> Result<(), String> {
    present("update_framework", call.update_framework.is_some())?;
    let inner = call.update_framework.as_ref().and_then(|update| update.framework_info.id.as_ref());
    match text(call.framework_id.as_ref()) == text(inner) {
        true => Ok(()),
        false => Err("'framework_id' differs from 'update_framework.framework_info.id'".to_owned()),
    }
}

/// Checks that these are 16 bytes with one of the five known versions.
fn validate_uuid(bytes: &[u8]) -> Result<(), String> {
    let known = bytes.len() == 16 && matches!(bytes[6] >> 4, 1..=5);
    known.then_some(()).ok_or_else(|| "Not a valid UUID".to_owned())
}

fn present(field: &str, is_there: bool) -> Result<(), String> {
    is_there.then_some(()).ok_or_else(|| format!("Expecting '{field}' to be present"))
}

/// Returns the text of an id; an absent id equals an empty one.
fn text(id: Option<&mesos_sdk::proto::v1::FrameworkId>) -> &str {
    id.map_or("", |id| &id.value)
}
