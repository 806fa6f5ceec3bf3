//! How a command has ended, in the words of Mesos' executors.

use std::fmt;

use super::v1::TaskStatus;

/// The names of the signals of Linux from 1, as its C library writes them.
const SIGNALS: [&str; 31] = [
    "Hangup",
    "Interrupt",
    "Quit",
    "Illegal instruction",
    "Trace/breakpoint trap",
    "Aborted",
    "Bus error",
    "Floating point exception",
    "Killed",
    "User defined signal 1",
    "Segmentation fault",
    "User defined signal 2",
    "Broken pipe",
    "Alarm clock",
    "Terminated",
    "Stack fault",
    "Child exited",
    "Continued",
    "Stopped (signal)",
    "Stopped",
    "Stopped (tty input)",
    "Stopped (tty output)",
    "Urgent I/O condition",
    "CPU time limit exceeded",
    "File size limit exceeded",
    "Virtual timer expired",
    "Profiling timer expired",
    "Window changed",
    "I/O possible",
    "Power failure",
    "Bad system call",
];
/// The first signal without a name, and those from it on.
const REAL_TIME: (i32, &str) = (34, "Real-time signal ");
const UNKNOWN: &str = "Unknown signal ";
const EXITED: &str = "exited with status ";
const SIGNALED: &str = "terminated with signal ";
const CORE_DUMPED: &str = " (core dumped)";

/// How a command has ended.
///
/// [`TaskStatus::command_exit`] returns it. Its text is that of Mesos: `exited with status 7`,
/// `terminated with signal Killed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CommandExit {
    /// It has exited with this status.
    Exited(i32),
    /// A signal has ended it.
    #[non_exhaustive]
    Signaled {
        /// The number of the signal on Linux.
        signal: i32,
        /// Whether it has left a core dump.
        core_dumped: bool,
    },
}

impl CommandExit {
    /// Reads a status of `waitpid` of Linux, of a process that has ended.
    pub fn from_wait_status(status: i32) -> Self {
        match status & 0x7f {
            0 => Self::Exited((status >> 8) & 0xff),
            signal => Self::Signaled { signal, core_dumped: status & 0x80 != 0 },
        }
    }

    /// Returns the status that a shell shows: that of the command, or 128 and the number of the
    /// signal.
    pub fn shell_status(self) -> i32 {
        match self {
            Self::Exited(status) => status,
            Self::Signaled { signal, .. } => signal.saturating_add(128),
        }
    }

    /// Returns the name of the signal that has ended the command, such as `Killed`.
    pub fn signal_name(self) -> Option<String> {
        match self {
            Self::Exited(_) => None,
            Self::Signaled { signal, .. } => Some(signal_name(signal)),
        }
    }

    fn parse(message: &str) -> Option<Self> {
        if let Some((_, status)) = message.rsplit_once(EXITED) {
            return status.trim().parse().ok().map(Self::Exited);
        }
        let (_, name) = message.rsplit_once(SIGNALED)?;
        let name = name.trim();
        let (name, core_dumped) = match name.strip_suffix(CORE_DUMPED) {
            Some(name) => (name, true),
            None => (name, false),
        };
        Some(Self::Signaled { signal: signal_number(name)?, core_dumped })
    }
}

impl fmt::Display for CommandExit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Exited(status) => write!(formatter, "{EXITED}{status}"),
            Self::Signaled { signal, core_dumped } => {
                let core = if core_dumped { CORE_DUMPED } else { "" };
                write!(formatter, "{SIGNALED}{}{core}", signal_name(signal))
            }
        }
    }
}

impl TaskStatus {
    /// Returns how the task's command has ended, or `None` if it has not, or not by itself. Mesos
    /// has no field for this: Mesos' executors write it into the message.
    ///
    /// ```
    /// use mesos_sdk::proto::{CommandExit, v1::TaskStatus};
    ///
    /// let message = Some("Command exited with status 7".to_owned());
    /// let status = TaskStatus { message, ..TaskStatus::default() };
    /// assert_eq!(status.command_exit(), Some(CommandExit::Exited(7)));
    /// ```
    pub fn command_exit(&self) -> Option<CommandExit> {
        CommandExit::parse(self.message.as_deref()?)
    }
}

fn signal_name(signal: i32) -> String {
    let index = usize::try_from(signal).ok().and_then(|signal| signal.checked_sub(1));
    match (index.and_then(|index| SIGNALS.get(index)), signal.checked_sub(REAL_TIME.0)) {
        (Some(name), _) => (*name).to_owned(),
        (None, Some(number @ 0..=30)) => format!("{}{number}", REAL_TIME.1),
        _ => format!("{UNKNOWN}{signal}"),
    }
}

fn signal_number(name: &str) -> Option<i32> {
    if let Some(number) = name.strip_prefix(REAL_TIME.1) {
        return number.parse::<i32>().ok()?.checked_add(REAL_TIME.0);
    }
    if let Some(number) = name.strip_prefix(UNKNOWN) {
        return number.parse().ok();
    }
    let index = SIGNALS.iter().position(|signal| *signal == name)?;
    i32::try_from(index).ok()?.checked_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: &str) -> Option<CommandExit> {
        TaskStatus { message: Some(message.to_owned()), ..TaskStatus::default() }.command_exit()
    }

    #[test]
    fn every_signal_is_read_as_it_is_written() {
        for signal in 1..=70 {
            for core_dumped in [false, true] {
                let exit = CommandExit::Signaled { signal, core_dumped };
                assert_eq!(read(&format!("Command {exit}")), Some(exit));
            }
        }
        for status in 0..=255 {
            let exit = CommandExit::from_wait_status(status << 8);
            assert_eq!((read(&format!("Container {exit}")), exit.shell_status()), (Some(exit), status));
        }
    }

    #[test]
    fn texts_are_those_of_mesos() {
        for (status, text) in [
            (7 << 8, "exited with status 7"),
            (9, "terminated with signal Killed"),
            (0x8b, "terminated with signal Segmentation fault (core dumped)"),
            (10, "terminated with signal User defined signal 1"),
            (34, "terminated with signal Real-time signal 0"),
            (64, "terminated with signal Real-time signal 30"),
            (33, "terminated with signal Unknown signal 33"),
        ] {
            assert_eq!(CommandExit::from_wait_status(status).to_string(), text);
        }
        assert_eq!(CommandExit::from_wait_status(9).shell_status(), 137);
    }

    #[test]
    fn other_messages_are_no_ends_of_commands() {
        let others = ["", "Executor terminated", "exited with status x", "terminated with signal Foo"];
        assert!(others.iter().all(|other| read(other).is_none()));
        assert_eq!(TaskStatus::default().command_exit(), None);
    }
}
