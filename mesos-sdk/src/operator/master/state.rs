//! What there is in the cluster.

use super::MasterOperator;
use crate::operator::calls::calls;
use crate::proto::v1::FrameworkId;

calls! { MasterOperator of master;
    /// Tasks, executors, frameworks and agents of one moment. Large on a large cluster: [`events`](Self::events) keeps
    /// up with less effort.
    Ask get_state() = GetState -> get_state: GetState;

    /// The agents, and those that have yet to come back after a change of masters.
    Ask get_agents() = GetAgents -> get_agents: GetAgents;

    /// The frameworks, and the last ones that ended.
    Ask get_frameworks() = GetFrameworks -> get_frameworks: GetFrameworks;

    /// The executors.
    Ask get_executors() = GetExecutors -> get_executors: GetExecutors;

    /// The operations that have not ended.
    Ask get_operations() = GetOperations -> get_operations: GetOperations;

    /// The tasks: running, unreachable, and the last ones that ended.
    Ask get_tasks() = GetTasks -> get_tasks: GetTasks;

    /// Ends a framework with all its tasks, as its own TEARDOWN would. `Rejected` if there is no such framework.
    Change teardown(framework_id: FrameworkId) = Teardown { teardown: Teardown { framework_id } };
}
