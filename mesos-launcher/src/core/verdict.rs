//! What a status update means for a run.

use mesos_sdk::proto::CommandExit;
use mesos_sdk::proto::v1::task_status::{Reason, Source};
use mesos_sdk::proto::v1::{TaskState, TaskStatus};

use super::run::Phase;
use crate::end::{Failure, Outcome};

/// What an update means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The task is starting or running.
    Alive(Phase),
    /// The task may be running or not: its agent is out of sight.
    OutOfSight,
    /// The agent is registered and does not know the task. If its ACCEPT may still be on its way,
    /// that proves nothing.
    Gone,
    /// The task has ended; `may_still_run` if nobody has seen that.
    Ended { outcome: Outcome, may_still_run: bool },
    /// A state of a newer Mesos.
    Nothing,
}

/// Returns what an update means for a run in this phase.
pub(super) fn of(status: &TaskStatus, phase: &Phase) -> Verdict {
    let ended = |outcome| Verdict::Ended { outcome, may_still_run: false };
    let lost = |may_still_run| Verdict::Ended { outcome: Outcome::Failed(lost(phase)), may_still_run };
    let never_started = Outcome::Failed(Failure::NeverStarted);
    match status.known_state() {
        None => Verdict::Nothing,
        Some(TaskState::Staging | TaskState::Starting) => Verdict::Alive(Phase::Starting),
        Some(TaskState::Running | TaskState::Killing) => Verdict::Alive(Phase::Running),
        Some(TaskState::Unreachable | TaskState::Unknown) => Verdict::OutOfSight,
        Some(TaskState::Gone) => Verdict::Gone,
        Some(TaskState::Finished) => ended(Outcome::Finished),
        // Its executor kills a task whose check fails too often.
        Some(TaskState::Killed) if status.healthy == Some(false) => {
            ended(Outcome::Failed(Failure::Unhealthy))
        }
        Some(TaskState::Killed) => ended(Outcome::Stopped),
        Some(TaskState::Error) => ended(Outcome::Failed(Failure::Refused)),
        Some(TaskState::Dropped) => ended(never_started),
        Some(TaskState::Lost) if is_refused_launch(status) => ended(never_started),
        Some(TaskState::Lost | TaskState::GoneByOperator) => lost(true),
        Some(TaskState::Failed) => ended(Outcome::Failed(failure(status))),
    }
}

/// Returns whether the master has discarded the ACCEPT of a task, and with it all its operations.
pub(super) fn is_discarded(status: &TaskStatus) -> bool {
    let is_masters = status.source == Some(Source::Master.into());
    let reasons = [Reason::InvalidOffers, Reason::AgentRemoved, Reason::AgentDisconnected];
    let is_dropped = status.known_state() == Some(TaskState::Dropped);
    is_masters && is_dropped && reason(status).is_some_and(|reason| reasons.contains(&reason))
}

fn lost(phase: &Phase) -> Failure {
    match phase {
        Phase::Intended => Failure::NeverStarted,
        _ => Failure::AgentLost,
    }
}

fn is_refused_launch(status: &TaskStatus) -> bool {
    matches!(reason(status), Some(Reason::InvalidOffers | Reason::AgentRestarted))
}

fn reason(status: &TaskStatus) -> Option<Reason> {
    status.reason.and_then(|reason| reason.try_into().ok())
}

fn failure(status: &TaskStatus) -> Failure {
    match reason(status) {
        Some(Reason::ContainerLimitationMemory) => Failure::OutOfMemory,
        Some(Reason::ContainerLimitationDisk) => Failure::OutOfDisk,
        Some(Reason::MaxCompletionTimeReached) => Failure::TookTooLong,
        Some(Reason::AgentDraining | Reason::ContainerPreempted) => Failure::Drained,
        Some(Reason::ContainerLaunchFailed) => Failure::NotLaunched,
        Some(
            Reason::ExecutorTerminated
            | Reason::ExecutorRegistrationTimeout
            | Reason::ExecutorReregistrationTimeout,
        ) => Failure::ExecutorLost,
        _ => match status.command_exit() {
            Some(CommandExit::Exited(status)) => Failure::Exit(status),
            exit => exit.and_then(CommandExit::signal_name).map_or(Failure::Failed, Failure::Signal),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(reason: Option<Reason>, message: &str) -> Failure {
        let reason = reason.map(|reason| reason as i32);
        let message = Some(message.to_owned());
        failure(&TaskStatus { state: TaskState::Failed.into(), reason, message, ..TaskStatus::default() })
    }

    #[test]
    fn messages_of_the_command_executor_are_read() {
        assert_eq!(failed(None, "Command exited with status 3"), Failure::Exit(3));
        assert_eq!(
            failed(None, "Command terminated with signal Killed"),
            Failure::Signal("Killed".to_owned())
        );
        assert_eq!(failed(None, "exited with status x"), Failure::Failed);
    }

    #[test]
    fn reasons_come_before_messages() {
        let message = "Command exited with status 3";
        assert_eq!(failed(Some(Reason::ContainerLimitationMemory), message), Failure::OutOfMemory);
        assert_eq!(failed(Some(Reason::ExecutorTerminated), message), Failure::ExecutorLost);
    }

    #[test]
    fn lost_task_may_still_run_unless_its_launch_was_refused() {
        let status = |state: TaskState, reason: Option<Reason>| TaskStatus {
            state: state.into(),
            reason: reason.map(|reason| reason as i32),
            ..TaskStatus::default()
        };
        let lost = of(&status(TaskState::Lost, None), &Phase::Running);
        let outcome = Outcome::Failed(Failure::AgentLost);
        assert_eq!(lost, Verdict::Ended { outcome, may_still_run: true });
        let refused = of(&status(TaskState::Lost, Some(Reason::InvalidOffers)), &Phase::Intended);
        let outcome = Outcome::Failed(Failure::NeverStarted);
        assert_eq!(refused, Verdict::Ended { outcome, may_still_run: false });
        assert_eq!(of(&status(TaskState::Unknown, None), &Phase::Running), Verdict::OutOfSight);
    }
}
