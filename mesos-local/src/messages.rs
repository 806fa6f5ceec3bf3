//! The messages between the master and its agents. Real Mesos uses an internal protocol here, which
//! no client sees.

use bytes::Bytes;
use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::{
    self, AgentId, AgentInfo, DrainConfig, ExecutorId, ExecutorInfo, FrameworkId, FrameworkInfo, KillPolicy,
    OperationStatus, TaskId, TaskInfo, TaskState, TaskStatus,
};
use mesos_sdk::resources::Resources;

/// A message from the master to one agent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ToAgent {
    /// The agent is registered under this id from now on.
    Registered {
        agent_id: AgentId,
    },
    /// The framework's current info: its scheduler has resubscribed or changed it.
    UpdateFramework {
        framework: Box<FrameworkInfo>,
    },
    /// The master counts these tasks on the agent, but the agent did not report them when it
    /// reregistered.
    Reconcile {
        framework: Box<FrameworkInfo>,
        tasks: Vec<TaskId>,
    },
    /// Run these tasks: a single task, or a group, all of one executor.
    RunTasks {
        framework: Box<FrameworkInfo>,
        executor: Option<Box<ExecutorInfo>>,
        /// Whether the master counts a new run of the executor. If not, the executor must already
        /// run.
        launch_executor: bool,
        tasks: Vec<TaskInfo>,
        group: bool,
    },
    KillTask {
        framework_id: FrameworkId,
        task_id: TaskId,
        policy: Option<KillPolicy>,
    },
    /// Kill everything that runs: the agent is being drained.
    Drain {
        config: DrainConfig,
    },
    /// The agent is no longer part of the cluster.
    Shutdown,
    ShutdownExecutor {
        framework_id: FrameworkId,
        executor_id: ExecutorId,
    },
    /// The framework is gone: end its executors and forget its updates.
    ShutdownFramework {
        framework_id: FrameworkId,
    },
    Acknowledge {
        framework_id: FrameworkId,
        task_id: TaskId,
        uuid: Bytes,
    },
    Message {
        framework_id: FrameworkId,
        executor_id: ExecutorId,
        data: Bytes,
    },
    /// Apply this operation to the agent's resources, and report on it under this uuid. Without a
    /// framework it is an operator's.
    ApplyOperation {
        framework_id: Option<FrameworkId>,
        uuid: Bytes,
        operation: Box<Operation>,
    },
    /// The report with this uuid has arrived.
    AcknowledgeOperation {
        uuid: Bytes,
        status_uuid: Bytes,
    },
}

/// A message from one agent to the master.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum FromAgent {
    /// The first registration. The info has no id yet.
    Register {
        info: Box<AgentInfo>,
    },
    /// A registration after a restart of the agent or the master, with all that runs on the agent.
    Reregister {
        info: Box<AgentInfo>,
        /// The info's resources, as operations have changed them.
        resources: Resources,
        frameworks: Vec<FrameworkInfo>,
        executors: Vec<(FrameworkId, ExecutorInfo)>,
        tasks: Vec<RunningTask>,
        /// The operations whose reports were not acknowledged.
        operations: Vec<v1::Operation>,
    },
    /// The result of an operation, sent again until it is acknowledged.
    OperationUpdate {
        framework_id: Option<FrameworkId>,
        uuid: Bytes,
        status: Box<OperationStatus>,
    },
    /// A status for the framework, sent again until it is acknowledged. `latest_state` is ahead of
    /// it while older updates wait for their acknowledgement: a task that has ended frees its
    /// resources at once.
    Update {
        framework_id: FrameworkId,
        status: Box<TaskStatus>,
        latest_state: TaskState,
    },
    Message {
        framework_id: FrameworkId,
        executor_id: ExecutorId,
        data: Bytes,
    },
    /// `status` is the wait status.
    ExecutorExited {
        framework_id: FrameworkId,
        executor_id: ExecutorId,
        status: i32,
    },
}

/// A task as reported by a reregistering agent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RunningTask {
    pub(crate) framework_id: FrameworkId,
    pub(crate) executor_id: Option<ExecutorId>,
    pub(crate) info: Box<TaskInfo>,
    /// The newest status of the executor's.
    pub(crate) latest: TaskStatus,
}
