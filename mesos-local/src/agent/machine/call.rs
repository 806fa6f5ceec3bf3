//! Requests to the executor API: what is refused, and with which words.

use bytes::Bytes;
use mesos_sdk::proto::v1::executor::Call;
use mesos_sdk::proto::v1::executor::call::Type;
use mesos_sdk::proto::v1::task_status::Source;
use mesos_sdk::proto::v1::{TaskState, TaskStatus, check_info};

use super::action::{Action, Answer, ConnectionId};
use super::executor::ExecutorState;
use super::{AgentState, Machine};
use crate::messages::FromAgent;

impl Machine {
    pub(super) fn call(&mut self, connection: ConnectionId, call: Call) {
        match self.admit(&call) {
            Err(refused) => self.answer(connection, refused),
            Ok(Type::Subscribe) => {
                self.answer(connection, Answer::Stream);
                let subscribe = call.subscribe.unwrap_or_default();
                self.subscribe(connection, &call.framework_id.value, &call.executor_id.value, subscribe);
            }
            Ok(admitted) => {
                self.answer(connection, Answer::Accepted);
                self.accept(admitted, call);
            }
        }
    }

    /// The type of a call that may be carried out.
    fn admit(&mut self, call: &Call) -> Result<Type, Answer> {
        if self.state == AgentState::Starting {
            return Err(unavailable());
        }
        validate(call)
            .map_err(|error| refused(400, &format!("Failed to validate Executor::Call: {error}")))?;
        let kind = call.r#type();
        if kind == Type::Heartbeat {
            return Ok(kind);
        }
        if kind != Type::Subscribe && self.state == AgentState::Recovering {
            return Err(unavailable());
        }
        let framework = self.frameworks.get(&call.framework_id.value);
        let framework = framework.ok_or_else(|| refused(400, "Framework cannot be found"))?;
        let executor = framework.executors.get(&call.executor_id.value);
        // The agent itself is the executor of a command: nobody else may speak for it.
        let executor = executor.filter(|known| known.command.is_none());
        let executor = executor.ok_or_else(|| refused(400, "Executor cannot be found"))?;
        match kind {
            Type::Subscribe => Ok(kind),
            _ if executor.state == ExecutorState::Registering => {
                Err(refused(403, "Executor is not subscribed"))
            }
            Type::Unknown => Err(refused(501, "")),
            _ => Ok(kind),
        }
    }

    fn accept(&mut self, kind: Type, call: Call) {
        match kind {
            Type::Update => {
                let status = call.update.unwrap_or_default().status;
                self.executor_update(&call.framework_id.value, status);
            }
            Type::Message => self.executor_message(call),
            _ => {}
        }
    }

    fn executor_message(&mut self, call: Call) {
        let framework = self.frameworks.get(&call.framework_id.value);
        if framework.is_some_and(|known| !known.terminating) {
            let data = call.message.unwrap_or_default().data;
            let Call { framework_id, executor_id, .. } = call;
            self.to_master(FromAgent::Message { framework_id, executor_id, data });
        }
    }

    fn answer(&mut self, connection: ConnectionId, answer: Answer) {
        self.actions.push(Action::Answer { connection, answer });
    }
}

fn refused(status: u16, text: &str) -> Answer {
    Answer::Refused(status, text.to_owned())
}

fn unavailable() -> Answer {
    refused(503, "Agent has not finished recovery")
}

fn validate(call: &Call) -> Result<(), String> {
    let present = |there: bool, field: &str| {
        there.then_some(()).ok_or_else(|| format!("Expecting '{field}' to be present"))
    };
    present(call.r#type.is_some(), "type")?;
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
        _ if status.source() != Source::Executor => {
            Err(format!("{from} with invalid source, expecting 'SOURCE_EXECUTOR'"))
        }
        _ if status.state() == TaskState::TaskStaging => Err(format!(
            "Received TASK_STAGING from executor {executor} of framework {} which is not allowed",
            call.framework_id.value
        )),
        _ => validate_check(status),
    }
}

/// 16 bytes that name one of the versions 1 to 5.
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
