//! What a task is to do, and how it is named.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, Error, Result};

/// One attempt at a job. A job whose attempt was lost on its way to an agent gets another one.
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
        let (job, number) = text.split_once('.').with_context(|| format!("{text:?} is no task of ours"))?;
        Ok(Self { job: job.parse()?, number: number.parse()? })
    }
}

/// The data of a task.
#[derive(Debug, PartialEq)]
pub(crate) struct Work {
    pub(crate) time: Duration,
    /// Where executors write down what they run.
    pub(crate) evidence: PathBuf,
}

impl Work {
    pub(crate) fn to_text(&self) -> String {
        format!("{} {}", self.time.as_millis(), self.evidence.display())
    }

    pub(crate) fn of(text: &[u8]) -> Result<Self> {
        let text = std::str::from_utf8(text)?;
        let (time, evidence) = text.split_once(' ').with_context(|| format!("{text:?} is no work"))?;
        Ok(Self { time: Duration::from_millis(time.parse()?), evidence: Path::new(evidence).to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let attempt = Attempt { job: 17, number: 2 };
        assert_eq!(attempt.to_string().parse::<Attempt>().unwrap(), attempt);
        let work = Work { time: Duration::from_millis(250), evidence: PathBuf::from("/tmp/a folder") };
        assert_eq!(Work::of(work.to_text().as_bytes()).unwrap(), work);
    }
}
