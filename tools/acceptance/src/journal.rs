//! What the scheduler knows across its deaths: lines in a file, each on the disk before what follows from it is done.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::work::Attempt;

/// One line. `pid` tells the lives of the scheduler apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// The framework is subscribed with this id.
    Subscribed { framework: String, pid: u32 },
    /// The attempt is about to be launched on this agent.
    Intent { attempt: Attempt, agent: String },
    /// Nobody runs the attempt or ever will, as this state says.
    Lost { attempt: Attempt, state: String },
    /// An agent has told the end of the attempt for the first time in all lives.
    End { attempt: Attempt, state: String, uuid: String, pid: u32 },
    /// The same update was handed over again.
    Again { attempt: Attempt, uuid: String, pid: u32 },
}

impl Entry {
    fn to_line(&self) -> String {
        match self {
            Self::Subscribed { framework, pid } => format!("subscribed {framework} {pid}\n"),
            Self::Intent { attempt, agent } => format!("intent {attempt} {agent}\n"),
            Self::Lost { attempt, state } => format!("lost {attempt} {state}\n"),
            Self::End { attempt, state, uuid, pid } => format!("end {attempt} {state} {uuid} {pid}\n"),
            Self::Again { attempt, uuid, pid } => format!("again {attempt} {uuid} {pid}\n"),
        }
    }

    fn of(line: &str) -> Result<Self> {
        let words: Vec<_> = line.split(' ').collect();
        let text = |text: &str| text.to_owned();
        Ok(match words[..] {
            ["subscribed", framework, pid] => {
                Self::Subscribed { framework: text(framework), pid: pid.parse()? }
            }
            ["intent", attempt, agent] => Self::Intent { attempt: attempt.parse()?, agent: text(agent) },
            ["lost", attempt, state] => Self::Lost { attempt: attempt.parse()?, state: text(state) },
            ["end", attempt, state, uuid, pid] => {
                let (state, uuid) = (text(state), text(uuid));
                Self::End { attempt: attempt.parse()?, state, uuid, pid: pid.parse()? }
            }
            ["again", attempt, uuid, pid] => {
                Self::Again { attempt: attempt.parse()?, uuid: text(uuid), pid: pid.parse()? }
            }
            _ => bail!("{line:?} is no line of a journal"),
        })
    }
}

/// Open for more.
#[derive(Debug)]
pub(crate) struct Journal(File);

impl Journal {
    /// Opens the journal, or begins it; gives what is in it.
    pub(crate) fn open(path: &Path) -> Result<(Self, Vec<Entry>)> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        Ok((Self(file), entries(&text).with_context(|| path.display().to_string())?))
    }

    /// Writes these lines, all of them on the disk when this returns.
    pub(crate) fn write(&mut self, entries: &[Entry]) -> Result<()> {
        let lines: String = entries.iter().map(Entry::to_line).collect();
        self.0.write_all(lines.as_bytes())?;
        Ok(self.0.sync_data()?)
    }
}

/// Reads a journal whose scheduler has ended.
pub(crate) fn read(path: &Path) -> Result<Vec<Entry>> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    entries(&text)
}

fn entries(text: &str) -> Result<Vec<Entry>> {
    text.lines().map(Entry::of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let attempt = Attempt { job: 1, number: 2 };
        let (state, uuid) = ("TASK_FINISHED".to_owned(), "00ff".to_owned());
        let all = [
            Entry::Subscribed { framework: "f-0".to_owned(), pid: 7 },
            Entry::Intent { attempt, agent: "a-S0".to_owned() },
            Entry::Lost { attempt, state: "TASK_UNKNOWN".to_owned() },
            Entry::End { attempt, state, uuid: uuid.clone(), pid: 7 },
            Entry::Again { attempt, uuid, pid: 7 },
        ];
        let (mut journal, before) = Journal::open(&path).unwrap();
        assert!(before.is_empty());
        journal.write(&all[..2]).unwrap();
        journal.write(&all[2..]).unwrap();
        assert_eq!(Journal::open(&path).unwrap().1, all);
        assert_eq!(read(&path).unwrap(), all);
    }
}
