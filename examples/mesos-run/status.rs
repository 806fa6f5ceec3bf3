//! What the program exits with.

use mesos_sdk::proto::TaskFate;
use mesos_sdk::proto::v1::TaskStatus;

/// The names of signals that commands end with, as Mesos writes them.
const SIGNALS: [(&str, u8); 8] = [
    ("Hangup", 1),
    ("Interrupt", 2),
    ("Quit", 3),
    ("Aborted", 6),
    ("Killed", 9),
    ("Segmentation fault", 11),
    ("Broken pipe", 13),
    ("Terminated", 15),
];

/// Returns the exit status of a command that has ended, as a shell would. Mesos' command executor
/// reports it in a text.
pub(crate) fn of(status: &TaskStatus) -> u8 {
    if status.fate() == TaskFate::Succeeded {
        return 0;
    }
    let after = |text| status.message().rsplit_once(text).map(|(_, rest)| rest.trim());
    let exited = after("exited with status ").and_then(|status| status.parse().ok());
    let signal = || {
        let name = after("terminated with signal ")?;
        SIGNALS.iter().find(|(signal, _)| name.starts_with(signal)).map(|(_, number)| 128 + number)
    };
    exited.or_else(signal).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use mesos_sdk::proto::v1::TaskState;

    use super::*;

    #[test]
    fn status_is_that_of_the_command() {
        let failed = |message: &str| {
            let mut status = TaskStatus::new("job".into(), TaskState::Failed);
            status.message = Some(message.to_owned());
            of(&status)
        };
        assert_eq!(of(&TaskStatus::new("job".into(), TaskState::Finished)), 0);
        assert_eq!(failed("Command exited with status 7"), 7);
        assert_eq!(failed("Command terminated with signal Killed"), 137);
        assert_eq!(failed("Command terminated with signal Segmentation fault (core dumped)"), 139);
        assert_eq!((failed("Container exited with status 300"), failed("Executor terminated")), (1, 1));
    }
}
