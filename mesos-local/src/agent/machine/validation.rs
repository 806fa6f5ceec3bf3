//! Calls of executors that are malformed, and the words of the refusal.

use bytes::Bytes;
use mesos_sdk::proto::v1::executor::Call;
use mesos_sdk::proto::v1::executor::call::Type;
use mesos_sdk::proto::v1::task_status::Source;
use mesos_sdk::proto::v1::{TaskState, TaskStatus, check_info};

/// Checks that all fields that the call needs are present and valid.
pub(crate) fn validate(call: &Call) -> Result<(), String> {
    let present = |there: bool, field: &str| {
        there.then_some(()).ok_or_else(|| format!("Expecting '{field}' to be present"))
    };
    present(call.r#type.is_some(), "type")?;
    present(!call.executor_id.value.is_empty(), "executor_id")?;
    present(!call.framework_id.value.is_empty(), "framework_id")?;
    match call.r#type() {
        Type::Subscribe => present(call.subscribe.is_some(), "subscribe"),
        Type::Message => present(call.message.is_some(), "message"),
        Type::Update => {
            present(call.update.is_some(), "update")?;
            call.update.as_ref().map_or(Ok(()), |update| validate_status(call, &update.status))
        }
        Type::Heartbeat | Type::Unknown => Ok(()),
    }
}

fn validate_status(call: &Call, status: &TaskStatus) -> Result<(), String> {
    let executor = &call.executor_id.value;
    let from = format!("Received Call from executor {executor} of framework {}", call.framework_id.value);
    match (&status.uuid, &status.executor_id) {
        (None, _) => Err("Expecting 'uuid' to be present".to_owned()),
        (Some(uuid), _) if !is_uuid(uuid) => Err("Not a valid UUID".to_owned()),
        (_, Some(other)) if other.value != *executor => Err(format!(
            "ExecutorID in Call: {executor} does not match ExecutorID in TaskStatus: {}",
            other.value
        )),
        _ if status.source() != Some(Source::Executor) => {
            Err(format!("{from} with invalid source, expecting 'SOURCE_EXECUTOR'"))
        }
        _ if status.state() == TaskState::Staging => Err(format!(
            "Received TASK_STAGING from executor {executor} of framework {} which is not allowed",
            call.framework_id.value
        )),
        _ => validate_check(status),
    }
}

/// Returns whether these are 16 bytes with one of the versions 1 to 5.
fn is_uuid(bytes: &Bytes) -> bool {
    bytes.len() == 16 && (1..=5).contains(&(bytes[6] >> 4))
}

fn validate_check(status: &TaskStatus) -> Result<(), String> {
    let Some(check) = &status.check_status else { return Ok(()) };
    if check.r#type.is_none() {
        return Err("CheckStatusInfo must specify 'type'".to_owned());
    }
    let (field, there) = match check.r#type() {
        check_info::Type::Command => ("command", check.command.is_some()),
        check_info::Type::Http => ("http", check.http.is_some()),
        check_info::Type::Tcp => ("tcp", check.tcp.is_some()),
        check_info::Type::Unknown => return Err("'UNKNOWN' is not a valid check's status type".to_owned()),
    };
    let expected = || format!("Expecting '{field}' to be set for {} check's status", field.to_uppercase());
    there.then_some(()).ok_or_else(expected)
}
