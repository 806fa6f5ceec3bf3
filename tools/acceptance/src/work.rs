//! What a task is to do, and how it is named.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, Error, Result};

/// One attempt at a job: a task. A job whose attempt was lost on its way to an agent, or died with
/// its executor, gets another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Attempt {
    /// Which of the jobs.
    pub(crate) job: usize,
    /// From 1.
    pub(crate) number: usize,
}

impl fmt::Display for Attempt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.job, self.number)
    }
}

impl FromStr for Attempt {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (job, number) =
            text.split_once('.').with_context(|| format!("{text:?} is not a task of ours"))?;
        Ok(Self { job: job.parse()?, number: number.parse()? })
    }
}

/// No task works for so long.
pub(crate) const LONGEST: Duration = Duration::from_secs(1);

/// Returns how long a task works: some end at once, some are at work when things die.
pub(crate) fn time(attempt: Attempt) -> Duration {
    const STEPS: usize = 20;
    // Neighbours get times that are far from each other.
    let step = (attempt.job * 7 + attempt.number) % STEPS;
    Duration::from_millis(50) * u32::try_from(step).unwrap_or(0)
}

/// Returns the data of a task.
pub(crate) fn to_text(time: Duration) -> String {
    time.as_millis().to_string()
}

/// Returns what [`to_text`] has written.
pub(crate) fn of(text: &[u8]) -> Result<Duration> {
    Ok(Duration::from_millis(std::str::from_utf8(text)?.parse()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let attempt = Attempt { job: 17, number: 2 };
        assert_eq!(attempt.to_string().parse::<Attempt>().unwrap(), attempt);
        let work = time(attempt);
        assert_eq!(of(to_text(work).as_bytes()).unwrap(), work);
        assert!(work < LONGEST);
    }
}
