//! What happened: one line an event, written down by everybody who takes part, and read by people
//! and the checks.
//!
//! `<seconds> <process> <event>`, as in `41.250 7311 end 17.1 TASK_FINISHED - 0a5f…`.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context, Error, Result, bail};

use crate::framework::Framework;
use crate::work::Attempt;

/// What happened when, and who recorded it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// In milliseconds, since 1970 or since the history begins.
    pub(crate) at: u64,
    /// Distinguishes the lives of the scheduler, and executors.
    pub(crate) pid: u32,
    pub(crate) event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// The scheduler is subscribed with this id.
    Subscribed { framework: String },
    /// The scheduler is about to launch the attempt on this agent.
    Intent { attempt: Attempt, agent: String },
    /// The scheduler was handed an update that is not the attempt's last.
    Seen { attempt: Attempt, state: String, uuid: String },
    /// The master reports that nobody runs the attempt or ever will.
    Lost { attempt: Attempt, state: String },
    /// An agent has reported the end of the attempt for the first time in all lives.
    End { attempt: Attempt, state: String, reason: String, uuid: String },
    /// The same update was handed over again.
    Again { attempt: Attempt, uuid: String },
    /// An executor has started.
    Started,
    /// An executor runs the attempt.
    Run { attempt: Attempt },
    /// A task of the launcher has done its work.
    Done { attempt: Attempt },
    /// This one of several schedulers leads.
    Leads { scheduler: usize },
    /// The launcher reports how a job has ended, after how many attempts.
    Over { job: usize, outcome: String, attempts: u32 },
    /// The launcher reports how many instances of a service run, and how many should.
    Serving { service: String, running: usize, desired: usize },
    /// An instance with a volume has found these starts in it, the last of which is its own.
    Found { instance: usize, starts: String },
    /// An instance with a volume is at work.
    Works { instance: usize },
    /// How many tasks are to run, and whether something is done to executors.
    Plan { framework: Framework, tasks: usize, executors_die: bool, text: String },
    /// What was done to the cluster, the network or the scheduler.
    Fault { text: String },
    /// What this life of the scheduler uses.
    Measured { life: u32, kibibytes: u64, files: u64 },
    /// How many connections were cut by the proxies, and how many updates came again and were kept
    /// from the handler.
    Counted { cut: usize, repeated: usize },
    /// How much of this is left when nothing should be.
    Left { count: usize, what: String },
}

impl fmt::Display for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{:03} {} ", self.at / 1000, self.at % 1000, self.pid)?;
        match &self.event {
            Event::Subscribed { framework } => write!(formatter, "subscribed {framework}"),
            Event::Intent { attempt, agent } => write!(formatter, "intent {attempt} {agent}"),
            Event::Seen { attempt, state, uuid } => write!(formatter, "seen {attempt} {state} {uuid}"),
            Event::Lost { attempt, state } => write!(formatter, "lost {attempt} {state}"),
            Event::End { attempt, state, reason, uuid } => {
                write!(formatter, "end {attempt} {state} {reason} {uuid}")
            }
            Event::Again { attempt, uuid } => write!(formatter, "again {attempt} {uuid}"),
            Event::Started => write!(formatter, "started"),
            Event::Run { attempt } => write!(formatter, "run {attempt}"),
            Event::Done { attempt } => write!(formatter, "done {attempt}"),
            Event::Leads { scheduler } => write!(formatter, "leads {scheduler}"),
            Event::Over { job, outcome, attempts } => {
                write!(formatter, "over {job} {outcome} {attempts}")
            }
            Event::Serving { service, running, desired } => {
                write!(formatter, "serving {service} {running} {desired}")
            }
            Event::Found { instance, starts } => write!(formatter, "found {instance} {starts}"),
            Event::Works { instance } => write!(formatter, "works {instance}"),
            Event::Plan { framework, tasks, executors_die, text } => {
                write!(formatter, "plan {framework} {tasks} {executors_die} {text}")
            }
            Event::Fault { text } => write!(formatter, "fault {text}"),
            Event::Measured { life, kibibytes, files } => {
                write!(formatter, "measured {life} {kibibytes} {files}")
            }
            Event::Counted { cut, repeated } => write!(formatter, "counted {cut} {repeated}"),
            Event::Left { count, what } => write!(formatter, "left {count} {what}"),
        }
    }
}

impl FromStr for Line {
    type Err = Error;

    fn from_str(line: &str) -> Result<Self> {
        read(line).with_context(|| format!("{line:?} is not a line of a history"))
    }
}

fn read(line: &str) -> Result<Line> {
    let mut words = line.splitn(3, ' ');
    let mut next = || words.next().context("it ends too soon");
    let (seconds, milliseconds) = next()?.split_once('.').context("it begins with no time")?;
    let at = seconds.parse::<u64>()? * 1000 + milliseconds.parse::<u64>()?;
    Ok(Line { at, pid: next()?.parse()?, event: event(next()?)? })
}

fn event(text: &str) -> Result<Event> {
    let owned = |text: &str| text.to_owned();
    let words: Vec<_> = text.split(' ').collect();
    Ok(match words[..] {
        ["subscribed", framework] => Event::Subscribed { framework: owned(framework) },
        ["intent", attempt, agent] => Event::Intent { attempt: attempt.parse()?, agent: owned(agent) },
        ["seen", attempt, state, uuid] => {
            Event::Seen { attempt: attempt.parse()?, state: owned(state), uuid: owned(uuid) }
        }
        ["lost", attempt, state] => Event::Lost { attempt: attempt.parse()?, state: owned(state) },
        ["end", attempt, state, reason, uuid] => {
            let (state, reason, uuid) = (owned(state), owned(reason), owned(uuid));
            Event::End { attempt: attempt.parse()?, state, reason, uuid }
        }
        ["again", attempt, uuid] => Event::Again { attempt: attempt.parse()?, uuid: owned(uuid) },
        ["started"] => Event::Started,
        ["run", attempt] => Event::Run { attempt: attempt.parse()? },
        ["done", attempt] => Event::Done { attempt: attempt.parse()? },
        ["leads", scheduler] => Event::Leads { scheduler: scheduler.parse()? },
        ["over", job, outcome, attempts] => {
            Event::Over { job: job.parse()?, outcome: owned(outcome), attempts: attempts.parse()? }
        }
        ["serving", service, running, desired] => {
            let (running, desired) = (running.parse()?, desired.parse()?);
            Event::Serving { service: owned(service), running, desired }
        }
        ["found", instance, starts] => Event::Found { instance: instance.parse()?, starts: owned(starts) },
        ["works", instance] => Event::Works { instance: instance.parse()? },
        ["plan", framework, tasks, executors_die, ref text @ ..] => {
            let (tasks, executors_die) = (tasks.parse()?, executors_die.parse()?);
            Event::Plan { framework: framework.parse()?, tasks, executors_die, text: text.join(" ") }
        }
        ["fault", ref text @ ..] => Event::Fault { text: text.join(" ") },
        ["measured", life, kibibytes, files] => {
            Event::Measured { life: life.parse()?, kibibytes: kibibytes.parse()?, files: files.parse()? }
        }
        ["counted", cut, repeated] => Event::Counted { cut: cut.parse()?, repeated: repeated.parse()? },
        ["left", count, ref what @ ..] => Event::Left { count: count.parse()?, what: what.join(" ") },
        _ => bail!("nobody writes such an event"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_is_read_as_it_was_written() {
        let attempt = Attempt { job: 1, number: 2 };
        let text = str::to_owned;
        let (state, uuid) = (text("TASK_FINISHED"), text("00ff"));
        let events = [
            Event::Subscribed { framework: text("f-0") },
            Event::Intent { attempt, agent: text("a-S0") },
            Event::Seen { attempt, state: text("TASK_RUNNING"), uuid: uuid.clone() },
            Event::Lost { attempt, state: text("TASK_UNKNOWN") },
            Event::End { attempt, state, reason: text("-"), uuid: uuid.clone() },
            Event::Again { attempt, uuid },
            Event::Started,
            Event::Run { attempt },
            Event::Done { attempt },
            Event::Leads { scheduler: 1 },
            Event::Over { job: 1, outcome: text("finished"), attempts: 2 },
            Event::Serving { service: text("web"), running: 5, desired: 6 },
            Event::Found { instance: 1, starts: text("1.70,1.71") },
            Event::Works { instance: 1 },
            Event::Plan {
                framework: Framework::Launcher,
                tasks: 10,
                executors_die: true,
                text: text("seed 7"),
            },
            Event::Fault { text: text("freeze master 1: it is not running") },
            Event::Measured { life: 7, kibibytes: 30_000, files: 12 },
            Event::Counted { cut: 3, repeated: 4 },
            Event::Left { count: 0, what: text("tasks at the master") },
        ];
        for event in events {
            let line = Line { at: 61_007, pid: 7, event };
            assert_eq!(line.to_string().parse::<Line>().unwrap(), line, "{line}");
        }
        assert!("1.000 7 end 1.1".parse::<Line>().is_err());
        assert!("end 1.1 TASK_FINISHED - 00".parse::<Line>().is_err());
    }
}
