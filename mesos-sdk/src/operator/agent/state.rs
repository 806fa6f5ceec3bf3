//! What there is on an agent.

use super::AgentOperator;
use crate::Error;
use crate::operator::calls::{calls, part};
use crate::operator::line::Mode;
use crate::proto::v1::agent::Call;
use crate::proto::v1::agent::call::{self, Type};
use crate::proto::v1::agent::response::{self, GetContainers};

calls! { AgentOperator of agent;
    /// Tasks, executors and frameworks of one moment.
    Ask get_state() = GetState -> get_state: GetState;

    /// The frameworks that have or had executors here.
    Ask get_frameworks() = GetFrameworks -> get_frameworks: GetFrameworks;

    /// The executors, and the last ones that ended.
    Ask get_executors() = GetExecutors -> get_executors: GetExecutors;

    /// The operations that have not ended.
    Ask get_operations() = GetOperations -> get_operations: GetOperations;

    /// The tasks, by how far they are.
    Ask get_tasks() = GetTasks -> get_tasks: GetTasks;

    /// Which agent this is, and how it is being drained.
    Ask get_agent() = GetAgent -> get_agent: GetAgent;
}

impl AgentOperator {
    /// The containers of executors and what they use; also those within others if `nested`, and
    /// those without framework if `standalone`.
    ///
    /// # Errors
    ///
    /// Those of every call that only asks.
    pub async fn get_containers(&self, nested: bool, standalone: bool) -> Result<GetContainers, Error> {
        let asked = call::GetContainers { show_nested: Some(nested), show_standalone: Some(standalone) };
        let kind = Type::GetContainers;
        let call = Call { r#type: Some(kind.into()), get_containers: Some(asked), ..Call::default() };
        let response = self.ask(kind.as_str_name(), &call, Mode::Ask).await?;
        // An agent without any leaves out the whole part.
        let is_response = response.r#type() == response::Type::GetContainers;
        part(response.get_containers.or(is_response.then(GetContainers::default)), kind.as_str_name())
    }
}
