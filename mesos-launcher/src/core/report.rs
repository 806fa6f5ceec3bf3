//! What an update reports about the end of a run, beside its outcome.

use mesos_sdk::proto::v1::TaskStatus;

use super::run::Phase;
use crate::data::Data;
use crate::end::{Failure, Outcome};
use crate::work::{FATAL, MAX_RESULT, too_large};

/// What is reported about the end of a run.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) message: String,
    pub(super) result: Option<Data>,
}

impl From<&str> for Report {
    fn from(message: &str) -> Self {
        Self { message: message.to_owned(), result: None }
    }
}

/// Returns what a terminal update reports about a task of a map, and the outcome that follows.
pub(super) fn of_work(status: &TaskStatus, outcome: Outcome, phase: Phase) -> (Outcome, Report) {
    let message = status.message.as_deref().unwrap_or_default();
    match outcome {
        Outcome::Finished if status.data().len() > MAX_RESULT => {
            (Outcome::Failed(Failure::BadResult), too_large(status.data().len()).as_str().into())
        }
        Outcome::Finished => {
            let result = Some(Data(status.data.clone().unwrap_or_default()));
            (outcome, Report { message: message.to_owned(), result })
        }
        Outcome::Failed(_) if status.data() == FATAL => (Outcome::Failed(Failure::Fatal), message.into()),
        Outcome::Failed(Failure::ExecutorLost) if phase < Phase::Starting => {
            let text = format!(
                "{message}: its executor ended before it reported anything; does the agent have the program \
                 where `Binary` states, and what is in stderr of the sandbox?"
            );
            (Outcome::Failed(Failure::NotLaunched), text.as_str().into())
        }
        _ => (outcome, message.into()),
    }
}

#[cfg(test)]
mod tests {
    use mesos_sdk::payload::Bytes;
    use mesos_sdk::proto::v1::TaskState;

    use super::*;

    fn reported(state: TaskState, data: &[u8], outcome: Outcome, phase: Phase) -> (Outcome, Report) {
        let data = Some(Bytes::copy_from_slice(data));
        let message = Some("why".to_owned());
        of_work(&TaskStatus { state: state.into(), data, message, ..TaskStatus::default() }, outcome, phase)
    }

    #[test]
    fn largest_result_is_kept_and_a_larger_one_fails() {
        let finish =
            |size| reported(TaskState::Finished, &vec![b'a'; size], Outcome::Finished, Phase::Running);
        let (outcome, report) = finish(MAX_RESULT);
        assert_eq!((outcome, report.result.unwrap().0.len()), (Outcome::Finished, MAX_RESULT));
        let (outcome, report) = finish(MAX_RESULT + 1);
        assert_eq!((outcome, report.result), (Outcome::Failed(Failure::BadResult), None));
        assert!(
            report.message.starts_with("the result has 65537 bytes: at most 65536"),
            "{}",
            report.message
        );
    }

    #[test]
    fn fatal_error_is_known_by_its_data() {
        let failed = Outcome::Failed(Failure::Failed);
        let (outcome, report) = reported(TaskState::Failed, FATAL, failed.clone(), Phase::Running);
        assert_eq!((outcome, report), (Outcome::Failed(Failure::Fatal), "why".into()));
        assert_eq!(reported(TaskState::Failed, b"", failed.clone(), Phase::Running).0, failed);
    }

    #[test]
    fn executor_that_never_started_was_not_launched() {
        let lost = Outcome::Failed(Failure::ExecutorLost);
        let (outcome, report) = reported(TaskState::Failed, b"", lost.clone(), Phase::Intended);
        assert_eq!(outcome, Outcome::Failed(Failure::NotLaunched));
        assert!(report.message.starts_with("why: its executor ended before"), "{}", report.message);
        assert_eq!(reported(TaskState::Failed, b"", lost.clone(), Phase::Running).0, lost);
    }
}
