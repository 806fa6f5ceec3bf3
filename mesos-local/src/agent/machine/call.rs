//! Requests to the executor API: who may ask for what.

use mesos_sdk::proto::v1::executor::Call;
use mesos_sdk::proto::v1::executor::call::Type;

use super::action::{Action, CallResponse, Claims, ConnectionId};
use super::executor::ExecutorState;
use super::{AgentState, Machine};
use crate::messages::FromAgent;

impl Machine {
    pub(super) fn call(&mut self, connection: ConnectionId, call: Call, claims: Option<&Claims>) {
        match self.admit(&call, claims) {
            Err(refused) => self.respond(connection, refused),
            Ok(Type::Subscribe) => {
                self.respond(connection, CallResponse::Stream);
                let subscribe = call.subscribe.unwrap_or_default();
                self.subscribe(connection, &call.framework_id.value, &call.executor_id.value, *subscribe);
            }
            Ok(admitted) => {
                self.respond(connection, CallResponse::Accepted);
                self.accept(admitted, call);
            }
        }
    }

    /// Returns the type of a call, if it may be carried out.
    fn admit(&mut self, call: &Call, claims: Option<&Claims>) -> Result<Type, CallResponse> {
        if self.state == AgentState::Starting {
            return Err(unavailable());
        }
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
            _ if claims.is_some_and(|claims| !claims.cover(call)) => Err(refused(403, "403 Forbidden.")),
            Type::Subscribe => Ok(kind),
            _ if executor.state == ExecutorState::Registering => {
                Err(refused(403, "Executor is not subscribed"))
            }
            Type::Unknown => Err(refused(501, "")),
            Type::Update if self.is_flooded(call) => {
                Err(refused(503, "Too many updates of the task wait for acknowledgement"))
            }
            _ => Ok(kind),
        }
    }

    fn is_flooded(&self, call: &Call) -> bool {
        let task = call.update.as_ref().map(|update| &update.status.task_id.value);
        task.is_some_and(|task| self.updates.is_full(&call.framework_id.value, task))
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
        let is_valid = framework.is_some_and(|known| !known.terminating);
        self.counters.messages.count(is_valid);
        if is_valid {
            let data = call.message.unwrap_or_default().data;
            let Call { framework_id, executor_id, .. } = call;
            self.send_to_master(FromAgent::Message { framework_id, executor_id, data });
        }
    }

    fn respond(&mut self, connection: ConnectionId, response: CallResponse) {
        self.actions.push(Action::Respond { connection, response });
    }
}

impl Claims {
    fn cover(&self, call: &Call) -> bool {
        self.framework_id == call.framework_id.value && self.executor_id == call.executor_id.value
    }
}

fn refused(status: u16, text: &str) -> CallResponse {
    CallResponse::Refused(status, text.to_owned())
}

fn unavailable() -> CallResponse {
    refused(503, "Agent has not finished recovery")
}
