//! The command line of a scheduler.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};

use crate::framework::Framework;
use crate::journal::now;

/// The scheduler's command line.
#[derive(Args, Clone, Debug)]
pub struct Orders {
    /// What the framework is written on
    #[arg(long)]
    pub framework: Framework,
    /// The masters
    #[arg(long)]
    pub master: String,
    /// Where the journal, the framework's id and the executors' evidence are
    #[arg(long)]
    pub folder: PathBuf,
    /// How many tasks there are
    #[arg(long)]
    pub tasks: usize,
    /// When the first scheduler was started, in milliseconds since 1970
    #[arg(long)]
    pub began: u64,
    /// How many milliseconds after that all tasks are to be launched
    #[arg(long)]
    pub time: u64,
    /// Which of the schedulers this is
    #[arg(long, default_value_t = 0)]
    pub number: usize,
    /// The store in ZooKeeper, if there are several schedulers
    #[arg(long)]
    pub store: Option<String>,
    /// Take over at once, instead of standing by
    #[arg(long)]
    pub intrudes: bool,
    /// Where this life ends at once, as if by SIGKILL
    #[arg(long)]
    pub crash: Option<Crash>,
}

/// The exit status of a scheduler that leaves the framework to another one.
pub const FENCED: u8 = 3;

/// The worst moments to be killed at: something is written down, and what follows from it is not
/// done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Crash {
    /// Before the first ACCEPT.
    Intent,
    /// Before the first end of a task is acknowledged.
    End,
}

impl Orders {
    /// Returns the path of this program, which agents start, as a text.
    pub(crate) fn program() -> Result<String> {
        text(std::env::current_exe()?)
    }

    /// Returns the folder of the evidence as a text, for a variable.
    pub(crate) fn evidence_text(&self) -> Result<String> {
        text(self.evidence())
    }

    /// Returns where the journal is. Each scheduler has its own.
    pub(crate) fn journal(&self) -> PathBuf {
        self.folder.join(format!("journal-{}", self.number))
    }

    /// Returns the file with the process id of the scheduler that leads, of several.
    pub(crate) fn leader(&self) -> PathBuf {
        self.folder.join("leader")
    }

    /// Returns where executors write down what they run: a file for each process, of its name.
    pub(crate) fn evidence(&self) -> PathBuf {
        self.folder.join("evidence")
    }

    /// Returns where its log is.
    pub(crate) fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// Returns the file that exists when all tasks have ended.
    pub(crate) fn complete(&self) -> PathBuf {
        self.folder.join("complete")
    }

    /// Returns where the framework's id is kept.
    pub(crate) fn framework_id(&self) -> PathBuf {
        self.folder.join("framework-id")
    }

    /// Returns how many tasks are to be launched by now.
    pub(crate) fn due(&self) -> usize {
        let elapsed = now().unwrap_or(u64::MAX).saturating_sub(self.began);
        let share = self.tasks as u128 * u128::from(elapsed) / u128::from(self.time.max(1));
        usize::try_from(share).unwrap_or(self.tasks).min(self.tasks)
    }
}

fn text(path: PathBuf) -> Result<String> {
    path.into_os_string().into_string().ok().context("a path is not UTF-8")
}
