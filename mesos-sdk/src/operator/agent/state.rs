//! What there is on an agent.

use super::AgentOperator;
use crate::operator::calls::calls;

calls! { AgentOperator of agent;
    /// Tasks, executors and frameworks of one moment.
    Ask get_state() = GetState -> get_state: GetState;

    /// The containers of executors and what they use; also those within others if `nested`, and those without
    /// framework if `standalone`.
    Ask get_containers(nested: bool, standalone: bool) = GetContainers {
        get_containers: GetContainers { show_nested: Some(nested), show_standalone: Some(standalone) }
    } -> get_containers: GetContainers;

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
