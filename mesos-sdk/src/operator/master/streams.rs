//! The state of the cluster as streams.

use super::MasterOperator;
use crate::operator::state_item::{self, StateItem};
use crate::operator::state_items::StateItems;
use crate::proto::v1::master::call::Type;
use crate::proto::v1::master::response::get_agents::Agent;
use crate::proto::v1::master::response::get_executors::Executor;
use crate::proto::v1::master::response::get_frameworks::Framework;
use crate::proto::v1::{AgentInfo, Operation, Task};

/// Streams of what [`get_state`](Self::get_state) and its like return at once. Each item is decoded
/// as soon as it has arrived, and what is not asked for is skipped, so that the memory does not
/// grow with the cluster.
impl MasterOperator {
    /// Streams the tasks on agents that can be reached, except those whose end is acknowledged, as
    /// in the field `tasks` of [`get_tasks`](Self::get_tasks).
    ///
    /// The call is sent when you wait for the first item, and retried as any call that only reads,
    /// but only until the response begins. An item that can't be decoded is an error of the kind
    /// [`Undecodable`](crate::ErrorKind::Undecodable) and does not end the stream; any other error
    /// ends it. [`ClientOptions::max_message_size`](crate::ClientOptions::max_message_size) limits
    /// an item, and not the response;
    /// [`ClientOptions::call_timeout`](crate::ClientOptions::call_timeout) limits the time until
    /// the response begins, and then the time in which no part of it arrives.
    ///
    /// ```no_run
    /// use futures::StreamExt as _;
    /// use mesos_sdk::ErrorKind;
    /// use mesos_sdk::operator::MasterOperator;
    ///
    /// # async fn example(operator: MasterOperator) -> Result<(), mesos_sdk::Error> {
    /// let mut tasks = operator.tasks();
    /// while let Some(task) = tasks.next().await {
    ///     match task {
    ///         Ok(task) => println!("{}", task.task_id.value),
    ///         Err(error) if error.kind() == ErrorKind::Undecodable => eprintln!("{error:#}"),
    ///         Err(error) => return Err(error),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn tasks(&self) -> StateItems<Task> {
        StateItems::new(&self.line, Type::GetTasks, state_item::TASKS)
    }

    /// Streams the tasks on agents that can't be reached; see [`tasks`](Self::tasks).
    pub fn unreachable_tasks(&self) -> StateItems<Task> {
        StateItems::new(&self.line, Type::GetTasks, state_item::UNREACHABLE_TASKS)
    }

    /// Streams the last tasks that ended; see [`tasks`](Self::tasks).
    pub fn completed_tasks(&self) -> StateItems<Task> {
        StateItems::new(&self.line, Type::GetTasks, state_item::COMPLETED_TASKS)
    }

    /// Streams the executors; see [`tasks`](Self::tasks).
    pub fn executors(&self) -> StateItems<Executor> {
        StateItems::new(&self.line, Type::GetExecutors, state_item::EXECUTORS)
    }

    /// Streams the frameworks that have not ended; see [`tasks`](Self::tasks).
    pub fn frameworks(&self) -> StateItems<Framework> {
        StateItems::new(&self.line, Type::GetFrameworks, state_item::FRAMEWORKS)
    }

    /// Streams the last frameworks that ended; see [`tasks`](Self::tasks).
    pub fn completed_frameworks(&self) -> StateItems<Framework> {
        StateItems::new(&self.line, Type::GetFrameworks, state_item::COMPLETED_FRAMEWORKS)
    }

    /// Streams the agents; see [`tasks`](Self::tasks).
    pub fn agents(&self) -> StateItems<Agent> {
        StateItems::new(&self.line, Type::GetAgents, state_item::AGENTS)
    }

    /// Streams the agents that have yet to return after a change of masters; see
    /// [`tasks`](Self::tasks).
    pub fn recovered_agents(&self) -> StateItems<AgentInfo> {
        StateItems::new(&self.line, Type::GetAgents, state_item::RECOVERED_AGENTS)
    }

    /// Streams the operations that have not ended; see [`tasks`](Self::tasks).
    pub fn operations(&self) -> StateItems<Operation> {
        StateItems::new(&self.line, Type::GetOperations, state_item::OPERATIONS)
    }

    /// Streams the tasks, executors, frameworks and agents at one moment, one kind after the other;
    /// see [`tasks`](Self::tasks).
    pub fn state(&self) -> StateItems<StateItem> {
        StateItems::new(&self.line, Type::GetState, state_item::STATE)
    }
}
