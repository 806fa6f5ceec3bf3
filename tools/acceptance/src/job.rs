//! A task of the launcher: writes down that it runs, and works for a while.

use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::executor::EVIDENCE;
use crate::history::Event;
use crate::journal::Journal;
use crate::work::{self, Attempt};

/// The variable with the number of the job; an instance of the service has [`SERVES`] instead.
pub(crate) const JOB: &str = "ACCEPTANCE_JOB";
pub(crate) const SERVES: &str = "serves";

/// How long an instance of a service may be forgotten.
const FOREVER: Duration = Duration::from_secs(24 * 3600);

/// Returns whether this process is a task.
pub fn is_wanted() -> bool {
    std::env::var_os(JOB).is_some()
}

/// Runs until the job is done, or the instance of the service is terminated.
pub fn run() -> Result<()> {
    let folder = std::env::var_os(EVIDENCE).with_context(|| format!("{EVIDENCE} is not set"))?;
    let path = PathBuf::from(folder).join(std::process::id().to_string());
    let (mut evidence, _) = Journal::open(&path)?;
    let job = std::env::var(JOB)?;
    if job == SERVES {
        evidence.write(&[Event::Started])?;
        sleep(FOREVER);
        return Ok(());
    }
    // Which attempt of it, only the launcher knows.
    let attempt = Attempt { job: job.parse()?, number: 1 };
    evidence.write(&[Event::Run { attempt }])?;
    sleep(work::time(attempt));
    Ok(())
}
