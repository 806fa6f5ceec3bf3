//! A task of the launcher: writes down that it runs, and works for a while.

use std::thread::sleep;
use std::time::Duration;

use anyhow::Result;

use crate::evidence;
use crate::history::Event;
use crate::stateful;
use crate::work::{self, Attempt};

/// The variable with the number of the job; with [`SERVES`] for an instance of the service; or with
/// [`KEEPS`] for one that has a volume.
pub(crate) const JOB: &str = "ACCEPTANCE_JOB";
pub(crate) const SERVES: &str = "serves";
pub(crate) const KEEPS: &str = "keeps";

/// How long an instance of the service runs unless it is killed.
const FOREVER: Duration = Duration::from_secs(24 * 3600);

/// Returns whether this process is a task.
pub fn is_wanted() -> bool {
    std::env::var_os(JOB).is_some()
}

/// Runs until the job is done, or the instance of the service is terminated.
pub fn run() -> Result<()> {
    let mut evidence = evidence::of_this_process()?;
    let job = std::env::var(JOB)?;
    if job == KEEPS {
        return stateful::run(evidence);
    }
    if job == SERVES {
        evidence.write(&[Event::Started])?;
        sleep(FOREVER);
        return Ok(());
    }
    // The launcher alone knows which attempt it is.
    let attempt = Attempt { job: job.parse()?, number: 1 };
    evidence.write(&[Event::Run { attempt }])?;
    sleep(work::time(attempt));
    evidence.write(&[Event::Done { attempt }])
}
