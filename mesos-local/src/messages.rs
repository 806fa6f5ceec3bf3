//! What the master and its agents say to each other. Real Mesos uses a protocol of its own here; no client sees it.

use bytes::Bytes;
use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::{
    self, AgentId, AgentInfo, DrainConfig, ExecutorId, ExecutorInfo, FrameworkId, FrameworkInfo, KillPolicy,
    OperationStatus, TaskId, TaskInfo, TaskState, TaskStatus,
};
use mesos_sdk::resources::Resources;

/// From the master to one agent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ToAgent {
    /// The agent is known under this id from now on.
    Registered {
        agent_id: AgentId,
    },
    /// What the framework says of itself now: its scheduler has subscribed again, or changed it.
    UpdateFramework {
        framework: Box<FrameworkInfo>,
    },
    /// These tasks the master counts on the agent, which did not name them when it came back.
    Reconcile {
        framework: Box<FrameworkInfo>,
        tasks: Vec<TaskId>,
    },
    /// Run these tasks: one of its own, or a group, all of one executor.
    RunTasks {
        framework: Box<FrameworkInfo>,
        executor: Option<Box<ExecutorInfo>>,
        /// Whether the master counts a new run of the executor; without, one must be there.
        launch_executor: bool,
        tasks: Vec<TaskInfo>,
        group: bool,
    },
    KillTask {
        framework_id: FrameworkId,
        task_id: TaskId,
        policy: Option<KillPolicy>,
    },
    /// End all that runs: the agent is emptied.
    Drain {
        config: DrainConfig,
    },
    /// The agent is not part of the cluster any more.
    Shutdown,
    ShutdownExecutor {
        framework_id: FrameworkId,
        executor_id: ExecutorId,
    },
    /// The framework is gone: end its executors, forget its updates.
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
    /// Do this with the agent's resources, and report on it under this uuid. Without framework it is an operator's.
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

/// From one agent to the master.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum FromAgent {
    /// First contact: the info has no id yet.
    Register {
        info: Box<AgentInfo>,
    },
    /// Contact after a restart of the agent or the master, with all that runs on the agent.
    Reregister {
        info: Box<AgentInfo>,
        /// What operations have made of those in the info.
        resources: Resources,
        frameworks: Vec<FrameworkInfo>,
        executors: Vec<(FrameworkId, ExecutorInfo)>,
        tasks: Vec<RunningTask>,
        /// Those whose reports were not acknowledged.
        operations: Vec<v1::Operation>,
    },
    /// What became of an operation; sent again until it is acknowledged.
    OperationUpdate {
        framework_id: Option<FrameworkId>,
        uuid: Bytes,
        status: Box<OperationStatus>,
    },
    /// A status to pass on; sent again until it is acknowledged. `latest_state` is ahead of it while older updates
    /// wait for their acknowledgement: a task that has ended frees its resources at once.
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
    /// `status` is what waitpid gave.
    ExecutorExited {
        framework_id: FrameworkId,
        executor_id: ExecutorId,
        status: i32,
    },
}

/// A task as an agent that comes back describes it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RunningTask {
    pub(crate) framework_id: FrameworkId,
    pub(crate) executor_id: Option<ExecutorId>,
    pub(crate) info: Box<TaskInfo>,
    /// The newest status that the executor gave.
    pub(crate) latest: TaskStatus,
}
