//! Which states are the last ones.

use super::v1::{OperationState, TaskState};

impl TaskState {
    /// Whether a task in this state has ended. `TASK_UNREACHABLE` is not terminal: the agent may come back. Nor is
    /// `TASK_UNKNOWN`, by which a master says that it can't tell.
    pub fn is_terminal(self) -> bool {
        match self {
            Self::TaskFinished
            | Self::TaskFailed
            | Self::TaskKilled
            | Self::TaskError
            | Self::TaskLost
            | Self::TaskDropped
            | Self::TaskGone
            | Self::TaskGoneByOperator => true,
            Self::TaskStaging
            | Self::TaskStarting
            | Self::TaskRunning
            | Self::TaskKilling
            | Self::TaskUnreachable
            | Self::TaskUnknown => false,
        }
    }
}

impl OperationState {
    /// Whether an operation in this state has ended.
    pub fn is_terminal(self) -> bool {
        match self {
            Self::OperationFinished
            | Self::OperationFailed
            | Self::OperationError
            | Self::OperationDropped
            | Self::OperationGoneByOperator => true,
            Self::OperationUnsupported
            | Self::OperationPending
            | Self::OperationUnreachable
            | Self::OperationRecovering
            | Self::OperationUnknown => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn opterminal_states_of_operations() {
        let names = ["FINISHED", "FAILED", "ERROR", "DROPPED", "GONE_BY_OPERATOR"];
        let states: Vec<_> = (0..100).filter_map(|number| OperationState::try_from(number).ok()).collect();
        assert_eq!(states.len(), 10);
        for state in states {
            let name = state.as_str_name().strip_prefix("OPERATION_").unwrap();
            assert_eq!(state.is_terminal(), names.contains(&name), "{name}");
        }
    }
}
