//! The state of the cluster.

use super::MasterOperator;
use crate::operator::calls::calls;
use crate::proto::v1::FrameworkId;

calls! { MasterOperator of master;
    /// Returns the tasks, executors, frameworks and agents at one moment. The response is large on
    /// a large cluster; [`events`](Self::events) keeps up at less cost.
    Ask get_state() = GetState -> get_state: GetState;

    /// Returns the agents, and those that have yet to return after a change of masters.
    Ask get_agents() = GetAgents -> get_agents: GetAgents;

    /// Returns the frameworks, and the last ones that ended.
    Ask get_frameworks() = GetFrameworks -> get_frameworks: GetFrameworks;

    /// Returns the executors.
    Ask get_executors() = GetExecutors -> get_executors: GetExecutors;

    /// Returns the operations that have not ended.
    Ask get_operations() = GetOperations -> get_operations: GetOperations;

    /// Returns the tasks: running, unreachable, and the last ones that ended.
    Ask get_tasks() = GetTasks -> get_tasks: GetTasks;

    /// Ends a framework with all its tasks, as its own TEARDOWN would. Fails with `Rejected` if
    /// there is no such framework.
    Change teardown(framework_id: FrameworkId) = Teardown { teardown: Teardown { framework_id } };
}
