//! What states mean for those who have to act on them.

use super::v1::{OperationState, OperationStatus, Task, TaskId, TaskState, TaskStatus};

/// What has become of a task; see [`TaskState::fate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(
    clippy::exhaustive_enums,
    reason = "a framework has to decide on each, and new states are `NotKnown`"
)]
pub enum TaskFate {
    /// It runs, is about to, or is ending: an update follows.
    Alive,
    /// Its agent can't be reached. It may run on and come back, or be lost permanently: wait for as
    /// long as it can be spared, then launch a replacement with another id, and kill the one that
    /// comes back too late.
    OutOfSight,
    /// Its state is one of a newer Mesos, which this version does not know: it may have ended, or
    /// run on. Do as with [`OutOfSight`](Self::OutOfSight), and take a newer version. Only
    /// [`TaskStatus::fate`] returns it.
    NotKnown,
    /// It has done its work.
    Succeeded,
    /// It ended without having done its work, or could never do it: launch another one as often as
    /// failures are tolerated. An error in what was asked for comes back each time.
    Failed,
    /// It was killed: by the framework, or by whoever else may. What was not meant to end has to be
    /// launched again.
    Killed,
    /// It is not there, and that is not its own failure: launch another one, which need not count
    /// as a retry. A launch that never arrived is among these.
    Lost {
        /// Whether it might run all the same, on an agent that the master knows nothing of. What
        /// must not run twice has to make sure by itself; what comes back can be killed.
        may_still_run: bool,
    },
}

impl TaskFate {
    /// Returns whether the task is over as far as the framework is concerned: to be struck off, and
    /// launched again with another id if its work is not done. Unlike [`TaskState::is_terminal`] it
    /// holds for `TASK_UNKNOWN`.
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Alive | Self::OutOfSight | Self::NotKnown)
    }
}

impl TaskStatus {
    /// Creates an update for [`ExecutorHandle::update`](crate::ExecutorHandle::update).
    ///
    /// ```
    /// use mesos_sdk::proto::v1::{TaskId, TaskState, TaskStatus};
    ///
    /// let data = Some("17".into());
    /// let status = TaskStatus { data, ..TaskStatus::new(TaskId::from("count-1"), TaskState::Finished) };
    /// assert_eq!((status.task_id.as_str(), status.state()), ("count-1", TaskState::Finished));
    /// ```
    pub fn new(task_id: TaskId, state: TaskState) -> Self {
        Self { task_id, state: state.into(), ..Self::default() }
    }

    /// Returns the state, or `None` if it is one of a newer Mesos: `state()` is `TASK_UNKNOWN`
    /// then.
    pub fn known_state(&self) -> Option<TaskState> {
        self.state.try_into().ok()
    }

    /// Returns what a task of which this update came needs of its framework: [`TaskState::fate`],
    /// or [`NotKnown`](TaskFate::NotKnown).
    ///
    /// ```
    /// use mesos_sdk::proto::{TaskFate, v1::TaskStatus};
    ///
    /// let status = TaskStatus { state: 99, ..TaskStatus::default() };
    /// assert_eq!(status.fate(), TaskFate::NotKnown);
    /// ```
    pub fn fate(&self) -> TaskFate {
        self.known_state().map_or(TaskFate::NotKnown, TaskState::fate)
    }
}

impl Task {
    /// Returns the state, or `None` if it is one of a newer Mesos: `state()` is `TASK_UNKNOWN`
    /// then.
    pub fn known_state(&self) -> Option<TaskState> {
        self.state.try_into().ok()
    }
}

impl OperationStatus {
    /// Returns the state, or `None` if it is one of a newer Mesos: `state()` is
    /// `OPERATION_UNSUPPORTED` then.
    pub fn known_state(&self) -> Option<OperationState> {
        self.state.try_into().ok()
    }
}

impl TaskState {
    /// Returns what a task in this state needs of its framework. `docs/task-states.md` has a table
    /// of what to do in a batch and in a service.
    ///
    /// ```
    /// use mesos_sdk::proto::{TaskFate, v1::TaskState};
    ///
    /// // What reconciliation reports about a lost launch, for a framework that is PARTITION_AWARE.
    /// assert_eq!(TaskState::Unknown.fate(), TaskFate::Lost { may_still_run: true });
    /// ```
    pub fn fate(self) -> TaskFate {
        match self {
            Self::Staging | Self::Starting | Self::Running | Self::Killing => TaskFate::Alive,
            Self::Unreachable => TaskFate::OutOfSight,
            Self::Finished => TaskFate::Succeeded,
            Self::Failed | Self::Error => TaskFate::Failed,
            Self::Killed => TaskFate::Killed,
            Self::Dropped | Self::Gone => TaskFate::Lost { may_still_run: false },
            Self::Lost | Self::Unknown | Self::GoneByOperator => TaskFate::Lost { may_still_run: true },
        }
    }

    /// Returns whether a task in this state has ended. `TASK_UNREACHABLE` is not terminal: the
    /// agent may come back. Nor is `TASK_UNKNOWN`, by which a master reports that it does not know.
    /// [`fate`](Self::fate) states what to do.
    pub fn is_terminal(self) -> bool {
        match self {
            Self::Finished
            | Self::Failed
            | Self::Killed
            | Self::Error
            | Self::Lost
            | Self::Dropped
            | Self::Gone
            | Self::GoneByOperator => true,
            Self::Staging
            | Self::Starting
            | Self::Running
            | Self::Killing
            | Self::Unreachable
            | Self::Unknown => false,
        }
    }
}

impl OperationState {
    /// Returns whether an operation in this state has ended.
    pub fn is_terminal(self) -> bool {
        match self {
            Self::Finished | Self::Failed | Self::Error | Self::Dropped | Self::GoneByOperator => true,
            Self::Unsupported | Self::Pending | Self::Unreachable | Self::Recovering | Self::Unknown => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::v1::{NetworkInfo, TaskStatus, environment, scheduler, task_status};

    #[statement::proves(terminal)]
    #[test]
    fn terminal_states_of_tasks() {
        let names = ["FINISHED", "FAILED", "KILLED", "ERROR", "DROPPED", "GONE", "GONE_BY_OPERATOR", "LOST"];
        let states: Vec<_> = (0..100).filter_map(|number| TaskState::try_from(number).ok()).collect();
        assert_eq!(states.len(), 14);
        for state in states {
            let name = state.as_str_name().strip_prefix("TASK_").unwrap();
            assert_eq!(state.is_terminal(), names.contains(&name), "{name}");
        }
    }

    #[test]
    fn ended_and_unknown_tasks_are_over() {
        for state in (0..100).filter_map(|number| TaskState::try_from(number).ok()) {
            let over = state.is_terminal() || state == TaskState::Unknown;
            assert_eq!(state.fate().is_over(), over, "{state:?}");
        }
    }

    #[test]
    fn possibly_running_states() {
        let lost = |state: TaskState| state.fate() == TaskFate::Lost { may_still_run: true };
        assert!([TaskState::Lost, TaskState::Unknown, TaskState::GoneByOperator].into_iter().all(lost));
        assert!(!lost(TaskState::Dropped) && !lost(TaskState::Gone));
    }

    #[test]
    fn unset_and_unknown_states_match_nothing() {
        let mut status = TaskStatus::default();
        assert_eq!((status.reason(), status.source(), status.healthy()), (None, None, None));
        (status.reason, status.source) = (Some(9999), Some(-1));
        assert_eq!((status.reason(), status.source()), (None, None));
        status.set_reason(task_status::Reason::CommandExecutorFailed);
        status.healthy = Some(false);
        assert_eq!(status.reason(), Some(task_status::Reason::CommandExecutorFailed));
        assert_eq!(status.healthy(), Some(false));
        // Defaults that Mesos declares, and enums that have a value for it.
        assert_eq!(NetworkInfo::default().name(), "");
        assert_eq!(environment::Variable::default().r#type(), environment::variable::Type::Value);
        assert_eq!(scheduler::Event::default().r#type(), scheduler::event::Type::Unknown);
    }

    #[test]
    fn unknown_state_matches_no_other() {
        for number in [-1, 99] {
            let status = TaskStatus { state: number, ..TaskStatus::default() };
            assert_eq!((status.known_state(), status.fate()), (None, TaskFate::NotKnown));
            assert_eq!(status.state(), TaskState::Unknown);
            assert!(!status.fate().is_over());
            let task = Task { state: number, ..Task::default() };
            assert_eq!((task.known_state(), task.state()), (None, TaskState::Unknown));
            let operation = OperationStatus { state: number, ..OperationStatus::default() };
            assert_eq!(operation.known_state(), None);
            assert_eq!(operation.state(), OperationState::Unsupported);
        }
        let running = TaskStatus { state: TaskState::Running.into(), ..TaskStatus::default() };
        assert_eq!((running.known_state(), running.fate()), (Some(TaskState::Running), TaskFate::Alive));
        // What is not set is the first value, as before.
        assert_eq!(TaskStatus::default().state(), TaskState::Staging);
    }

    #[statement::proves(opterminal)]
    #[test]
    fn terminal_states_of_operations() {
        let names = ["FINISHED", "FAILED", "ERROR", "DROPPED", "GONE_BY_OPERATOR"];
        let states: Vec<_> = (0..100).filter_map(|number| OperationState::try_from(number).ok()).collect();
        assert_eq!(states.len(), 10);
        for state in states {
            let name = state.as_str_name().strip_prefix("OPERATION_").unwrap();
            assert_eq!(state.is_terminal(), names.contains(&name), "{name}");
        }
    }
}
