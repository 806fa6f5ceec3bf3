//! What the agent knows about an executor and its tasks.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use mesos_sdk::proto::v1::task_status::{Reason, Source};
use mesos_sdk::proto::v1::{ContainerId, ExecutorInfo, Resource, TaskInfo, TaskState, TaskStatus};
use mesos_sdk::resources::Resources;

use super::action::ConnectionId;
use super::links::VolumeId;
use crate::describe::Sent;

/// How many tasks of an executor are remembered after their end was acknowledged, as in Mesos.
const MAX_COMPLETED_TASKS: usize = 200;

/// The state machine that plays the executor of a command task.
pub(super) type CommandTask = mesos_executor::machine::Machine;

#[derive(Clone, Debug)]
pub(super) struct Executor {
    pub(super) info: ExecutorInfo,
    pub(super) container: String,
    pub(super) pid: Option<u32>,
    pub(super) state: ExecutorState,
    /// Set if this is a command task, whose executor the agent plays.
    pub(super) command: Option<CommandTask>,
    /// Where its events go. `None` while the executor is not subscribed or its stream is broken.
    pub(super) connection: Option<ConnectionId>,
    /// The launches that wait for the executor to subscribe, in order.
    pub(super) queued: Vec<Queued>,
    pub(super) launched: BTreeMap<String, Task>,
    /// Tasks that have ended, until their end is acknowledged.
    pub(super) terminated: BTreeMap<String, Task>,
    /// Tasks whose end is acknowledged, oldest first.
    pub(super) completed: VecDeque<Task>,
    /// Whether the executor itself has sent an update about one of its tasks.
    pub(super) has_sent_updates: bool,
    /// The persistent volumes that its sandbox links to, with the names of the links.
    pub(super) volumes: BTreeMap<VolumeId, String>,
    /// Why the agent ends the executor, for the updates of the tasks that it leaves behind.
    pub(super) termination: Option<Termination>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExecutorState {
    /// The executor was started or recovered, and has not subscribed yet.
    Registering,
    Running,
    /// The executor was asked to shut down, or is being killed.
    Terminating,
    /// Its process has ended, but updates still wait for acknowledgement.
    Terminated,
}

/// One LAUNCH or `LAUNCH_GROUP` for the executor.
#[derive(Clone, Debug)]
pub(super) enum Queued {
    Task(Box<TaskInfo>),
    Group(Vec<TaskInfo>),
}

#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) info: TaskInfo,
    pub(super) latest: TaskStatus,
    /// The last update that was sent to the master.
    pub(super) sent: Option<Sent>,
    /// The updates, one for each change of state, without `data`.
    pub(super) statuses: Vec<TaskStatus>,
}

impl Task {
    /// Creates a task without an update.
    pub(super) fn new(info: TaskInfo) -> Self {
        Self { latest: staging(&info), sent: None, info, statuses: Vec::new() }
    }

    fn record(&mut self, status: &TaskStatus) {
        self.latest = status.clone();
        self.statuses.pop_if(|last| last.state == status.state);
        self.statuses.push(TaskStatus { data: None, ..status.clone() });
    }
}

#[derive(Clone, Debug)]
pub(super) struct Termination {
    pub(super) state: TaskState,
    pub(super) reason: Reason,
    pub(super) message: String,
}

impl Executor {
    pub(super) fn new(info: ExecutorInfo, container: String, command: Option<CommandTask>) -> Self {
        Self {
            info,
            container,
            pid: None,
            state: ExecutorState::Registering,
            command,
            connection: None,
            queued: Vec::new(),
            launched: BTreeMap::new(),
            terminated: BTreeMap::new(),
            completed: VecDeque::new(),
            has_sent_updates: false,
            volumes: BTreeMap::new(),
            termination: None,
        }
    }

    pub(super) fn id(&self) -> &str {
        &self.info.executor_id.value
    }

    pub(super) fn container_id(&self) -> ContainerId {
        ContainerId::from(self.container.clone())
    }

    /// Returns whether its process exists, as far as the agent knows.
    pub(super) fn is_live(&self) -> bool {
        self.state != ExecutorState::Terminated
    }

    pub(super) fn has_incomplete_tasks(&self) -> bool {
        !(self.queued.is_empty() && self.launched.is_empty() && self.terminated.is_empty())
    }

    pub(super) fn task_ids(&self) -> impl Iterator<Item = String> {
        let queued = self.queued.iter().flat_map(Queued::task_ids);
        queued.chain(self.launched.keys().cloned()).chain(self.terminated.keys().cloned())
    }

    pub(super) fn was_sent_a_task(&self) -> bool {
        self.has_sent_updates || !self.launched.is_empty()
    }

    /// Returns the tasks that were queued with this one: all of its group, or itself alone. Empty
    /// if it is not queued.
    pub(super) fn queued_with(&self, task: &str) -> Vec<String> {
        let ids = self.queued.iter().map(Queued::task_ids);
        ids.into_iter().find(|ids| ids.iter().any(|id| id == task)).unwrap_or_default()
    }

    /// Records an update about a task. Fails if the task has ended before or does not belong to the
    /// executor.
    pub(super) fn record(&mut self, status: &TaskStatus) -> Result<(), StaleUpdate> {
        let id = &status.task_id.value;
        let terminal = status.state().is_terminal();
        let mut task = match self.launched.remove(id) {
            Some(task) => task,
            None if self.terminated.contains_key(id) || !terminal => return Err(StaleUpdate),
            None => Task::new(self.dequeue(id).ok_or(StaleUpdate)?),
        };
        task.record(status);
        self.has_sent_updates |= status.source() == Some(Source::Executor);
        let tasks = if terminal { &mut self.terminated } else { &mut self.launched };
        tasks.insert(id.clone(), task);
        Ok(())
    }

    /// Records that this update is sent to the master. Returns the latest state of the task.
    pub(super) fn sends(&mut self, status: &TaskStatus) -> Option<TaskState> {
        let id = &status.task_id.value;
        let task = self.launched.get_mut(id).or_else(|| self.terminated.get_mut(id))?;
        task.sent = Some((status.state(), status.uuid.clone().unwrap_or_default()));
        Some(task.latest.state())
    }

    pub(super) fn is_queued(&self, task: &str) -> bool {
        !self.queued_with(task).is_empty()
    }

    /// Records that the task is sent to the executor. From now on only an update ends it.
    pub(super) fn launch(&mut self, info: TaskInfo) {
        self.launched.insert(info.task_id.value.clone(), Task::new(info));
    }

    /// Records that the end of the task is acknowledged. Returns whether the task had ended.
    pub(super) fn complete(&mut self, task: &str) -> bool {
        let ended = self.terminated.remove(task);
        let is_known = ended.is_some();
        self.remember(ended);
        is_known
    }

    /// Records that the executor has ended, and all its tasks with it.
    pub(super) fn complete_all(&mut self) {
        self.terminated.append(&mut self.launched);
        while self.terminated.len() > MAX_COMPLETED_TASKS {
            self.terminated.pop_first();
        }
    }

    fn remember(&mut self, tasks: impl IntoIterator<Item = Task>) {
        self.completed.extend(tasks);
        let surplus = self.completed.len().saturating_sub(MAX_COMPLETED_TASKS);
        self.completed.drain(..surplus);
    }

    /// Returns the tasks that wait for the executor.
    pub(super) fn queued_tasks(&self) -> impl Iterator<Item = &TaskInfo> {
        self.queued.iter().flat_map(Queued::tasks)
    }

    /// Returns the resources of the executor and of those of its tasks that have not ended.
    pub(super) fn resources(&self) -> Resources {
        self.all_resources().cloned().collect()
    }

    /// Returns these resources one by one, without adding them up.
    pub(super) fn all_resources(&self) -> impl Iterator<Item = &Resource> {
        let tasks = self.queued_tasks().chain(self.launched.values().map(|task| &task.info));
        self.info.resources.iter().chain(tasks.flat_map(|task| &task.resources))
    }

    /// Returns its id, unless the agent plays it: nobody else knows of such an executor.
    pub(super) fn public_id(&self) -> Option<&mesos_sdk::proto::v1::ExecutorId> {
        self.command.is_none().then_some(&self.info.executor_id)
    }

    pub(super) fn is_in_queued_group(&self, task: &str) -> bool {
        let holds = |queued: &&Queued| queued.task_ids().iter().any(|id| id == task);
        self.queued.iter().find(holds).is_some_and(|queued| matches!(queued, Queued::Group(_)))
    }

    fn dequeue(&mut self, task: &str) -> Option<TaskInfo> {
        let position = self.queued.iter().position(|queued| queued.task_ids().iter().any(|id| id == task))?;
        let (info, rest) = self.queued.remove(position).split(task);
        if !rest.is_empty() {
            self.queued.insert(position, Queued::Group(rest));
        }
        info
    }
}

/// The task has ended before, or does not belong to the executor.
#[derive(Debug)]
pub(super) struct StaleUpdate;

impl Queued {
    pub(super) fn tasks(&self) -> &[TaskInfo] {
        match self {
            Self::Task(task) => std::slice::from_ref(task),
            Self::Group(tasks) => tasks,
        }
    }

    fn task_ids(&self) -> Vec<String> {
        self.tasks().iter().map(|task| task.task_id.value.clone()).collect()
    }

    fn split(self, task: &str) -> (Option<TaskInfo>, Vec<TaskInfo>) {
        let tasks = match self {
            Self::Task(task) => vec![*task],
            Self::Group(tasks) => tasks,
        };
        let (mut found, rest): (Vec<_>, Vec<_>) =
            tasks.into_iter().partition(|info| info.task_id.value == task);
        (found.pop(), rest)
    }
}

/// Returns the state of a task before its first update.
pub(super) fn staging(task: &TaskInfo) -> TaskStatus {
    TaskStatus { task_id: task.task_id.clone(), state: TaskState::Staging.into(), ..TaskStatus::default() }
}

/// Returns how long the executor may take to obey SHUTDOWN.
pub(super) fn shutdown_grace_period(info: &ExecutorInfo, default: Duration) -> Duration {
    info.shutdown_grace_period.map_or(default, Duration::from)
}
