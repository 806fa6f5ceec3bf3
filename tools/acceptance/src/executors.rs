//! The executors of a run: processes, each with a file of what it did.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};

use crate::history::Line;
use crate::journal;

/// Where they write, and what they are.
#[derive(Clone, Debug)]
pub(crate) struct Executors {
    folder: PathBuf,
    program: PathBuf,
}

impl Executors {
    pub(crate) fn new(folder: PathBuf, program: &Path) -> Self {
        Self { folder, program: program.to_owned() }
    }

    /// Sends the signal to one of those that run, counted round and round.
    pub(crate) fn signal(&self, which: usize, signal: Signal) -> Result<Pid> {
        let running = self.running()?;
        let pid = *running.get(which % running.len().max(1)).context("no executor runs")?;
        kill_process(pid, signal)?;
        Ok(pid)
    }

    /// Returns those that have not ended.
    pub(crate) fn running(&self) -> Result<Vec<Pid>> {
        let mut running = Vec::new();
        for file in std::fs::read_dir(&self.folder)? {
            let name = file?.file_name();
            let name = name.to_str().context("an odd name")?;
            if self.is_running(name) {
                running.push(Pid::from_raw(name.parse()?).context("no process has the id 0")?);
            }
        }
        running.sort_by_key(|pid| pid.as_raw_nonzero());
        Ok(running)
    }

    /// Returns whether a process runs. One that has ended and that nobody has waited for has no
    /// command line.
    fn is_running(&self, pid: &str) -> bool {
        let command = std::fs::read(Path::new("/proc").join(pid).join("cmdline")).unwrap_or_default();
        command.starts_with(self.program.as_os_str().as_encoded_bytes())
    }

    /// Returns all that they have written down.
    pub(crate) fn evidence(&self) -> Result<Vec<Line>> {
        let mut lines = Vec::new();
        for file in std::fs::read_dir(&self.folder)? {
            lines.extend(journal::read(&file?.path())?);
        }
        Ok(lines)
    }
}
