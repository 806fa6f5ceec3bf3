//! What checks have found, and what follows.

use std::time::Duration;

use mesos_sdk::duration::from_secs;
use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{
    CheckInfo, CheckStatusInfo, HealthCheck, TaskInfo, check_info, check_status_info,
};

use super::probe::{Outcome, Probe, Which, of_check, of_health_check};
use super::schedule::{self, Schedule};

/// What follows from a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Nothing,
    /// The check found something else than before.
    Changed,
    Healthy,
    Unhealthy {
        kill: bool,
    },
}

impl Verdict {
    /// Returns why an update is due, if one is.
    pub(crate) fn reason(self) -> Option<Reason> {
        match self {
            Self::Nothing => None,
            Self::Changed => Some(Reason::TaskCheckStatusUpdated),
            Self::Healthy | Self::Unhealthy { .. } => Some(Reason::TaskHealthCheckStatusUpdated),
        }
    }
}

/// A probe to begin, with its time limit, or what follows from one that has taken too long.
pub(crate) type Due = Result<(Probe, Option<Duration>), Verdict>;

/// The checks of a task, and what they have found last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Checks {
    check: Option<Check>,
    health: Option<Health>,
}

#[derive(Clone, Debug)]
struct Check {
    probe: Probe,
    schedule: Schedule,
    status: CheckStatusInfo,
}

#[derive(Clone, Debug)]
struct Health {
    probe: Probe,
    schedule: Schedule,
    /// Failures before this do not count, as long as the task has not been healthy.
    grace_until: Duration,
    was_healthy: bool,
    failures: u32,
    most_failures: u32,
    healthy: Option<bool>,
}

impl Checks {
    /// Returns the checks of a task that starts now. A check whose description is incomplete, which
    /// the master rejects, is left out.
    pub(crate) fn of(task: &TaskInfo, now: Duration) -> Self {
        let check = task.check.as_deref().and_then(|check| Check::new(check, now));
        let health = task.health_check.as_deref().and_then(|check| Health::new(check, now));
        Self { check, health }
    }

    /// Returns what every update of the task contains about its check.
    pub(crate) fn status(&self) -> Option<CheckStatusInfo> {
        self.check.as_ref().map(|check| check.status)
    }

    /// Returns what every update of the task contains about its health.
    pub(crate) fn healthy(&self) -> Option<bool> {
        self.health.as_ref().and_then(|health| health.healthy)
    }

    pub(crate) fn deadline(&self) -> Option<Duration> {
        let check = self.check.as_ref().and_then(|check| check.schedule.deadline());
        let health = self.health.as_ref().and_then(|health| health.schedule.deadline());
        check.into_iter().chain(health).min()
    }

    /// Returns a probe to begin, with its time limit, or what follows from one that has taken too
    /// long. Returns `None` if nothing is due.
    pub(crate) fn due(&mut self, now: Duration) -> Option<(Which, Due)> {
        let mut kinds = [Which::Check, Which::Health].into_iter();
        kinds.find_map(|which| Some((which, self.tick(now, which)?)))
    }

    fn tick(&mut self, now: Duration, which: Which) -> Option<Due> {
        let (probe, schedule) = match which {
            Which::Check => self.check.as_mut().map(|check| (&check.probe, &mut check.schedule)),
            Which::Health => self.health.as_mut().map(|health| (&health.probe, &mut health.schedule)),
        }?;
        let reason = match schedule.tick(now)? {
            schedule::Due::Begin(timeout) => return Some(Ok((probe.clone(), timeout))),
            schedule::Due::TimedOut(timeout) => format!("no result within {} s", timeout.as_secs_f64()),
        };
        Some(Err(self.assess(now, which, &Outcome::Failed(reason))))
    }

    /// Handles the outcome of a probe.
    pub(crate) fn probed(&mut self, now: Duration, which: Which, outcome: &Outcome) -> Verdict {
        let schedule = match which {
            Which::Check => self.check.as_mut().map(|check| &mut check.schedule),
            Which::Health => self.health.as_mut().map(|health| &mut health.schedule),
        };
        match schedule.is_some_and(|schedule| schedule.ended(now)) {
            true => self.assess(now, which, outcome),
            false => Verdict::Nothing,
        }
    }

    /// Stops probing, and returns the probes that were under way.
    pub(crate) fn pause(&mut self) -> Vec<Which> {
        let check = self.check.as_mut().is_some_and(|check| check.schedule.pause());
        let health = self.health.as_mut().is_some_and(|health| health.schedule.pause());
        let under_way = [(check, Which::Check), (health, Which::Health)];
        under_way.into_iter().filter_map(|(is, which)| is.then_some(which)).collect()
    }

    /// Probes again after a [pause](Self::pause), at once.
    pub(crate) fn resume(&mut self, now: Duration) {
        let schedules = [
            self.check.as_mut().map(|check| &mut check.schedule),
            self.health.as_mut().map(|health| &mut health.schedule),
        ];
        schedules.into_iter().flatten().for_each(|schedule| schedule.resume(now));
    }

    fn assess(&mut self, now: Duration, which: Which, outcome: &Outcome) -> Verdict {
        match which {
            Which::Check => self.check.as_mut().map(|check| check.assess(outcome)),
            Which::Health => self.health.as_mut().map(|health| health.assess(now, outcome)),
        }
        .unwrap_or(Verdict::Nothing)
    }
}

impl Check {
    fn new(check: &CheckInfo, now: Duration) -> Option<Self> {
        let (delay, interval) = (check.delay_seconds(), check.interval_seconds());
        Some(Self {
            probe: of_check(check)?,
            schedule: Schedule::new(now, delay, interval, check.timeout_seconds()),
            status: unknown(check.r#type()),
        })
    }

    fn assess(&mut self, outcome: &Outcome) -> Verdict {
        let mut status = unknown(self.status.r#type());
        match outcome {
            Outcome::Exited(code) => {
                // The exit code; 0 for a command that a signal has ended.
                status.command = Some(check_status_info::Command { exit_code: Some((code >> 8) & 0xff) });
            }
            Outcome::Responded(code) => {
                status.http = Some(check_status_info::Http { status_code: Some((*code).into()) });
            }
            Outcome::Connected(succeeded) => {
                status.tcp = Some(check_status_info::Tcp { succeeded: Some(*succeeded) });
            }
            Outcome::Failed(_) => {}
        }
        match std::mem::replace(&mut self.status, status) == status {
            true => Verdict::Nothing,
            false => Verdict::Changed,
        }
    }
}

/// Returns what is reported while nothing is known.
fn unknown(kind: check_info::Type) -> CheckStatusInfo {
    let mut status = CheckStatusInfo { r#type: Some(kind.into()), ..CheckStatusInfo::default() };
    match kind {
        check_info::Type::Command => status.command = Some(check_status_info::Command::default()),
        check_info::Type::Http => status.http = Some(check_status_info::Http::default()),
        check_info::Type::Tcp => status.tcp = Some(check_status_info::Tcp::default()),
        check_info::Type::Unknown => {}
    }
    status
}

impl Health {
    fn new(check: &HealthCheck, now: Duration) -> Option<Self> {
        let (delay, interval) = (check.delay_seconds(), check.interval_seconds());
        Some(Self {
            probe: of_health_check(check)?,
            schedule: Schedule::new(now, delay, interval, check.timeout_seconds()),
            grace_until: now.saturating_add(from_secs(check.grace_period_seconds())),
            was_healthy: false,
            failures: 0,
            most_failures: check.consecutive_failures(),
            healthy: None,
        })
    }

    /// Decides what an outcome means: each failure is reported, and the first success after the
    /// start or after failures.
    fn assess(&mut self, now: Duration, outcome: &Outcome) -> Verdict {
        if outcome.is_healthy() {
            let news = !self.was_healthy || self.failures > 0;
            (self.was_healthy, self.failures, self.healthy) = (true, 0, Some(true));
            return if news { Verdict::Healthy } else { Verdict::Nothing };
        }
        if !self.was_healthy && now <= self.grace_until {
            return Verdict::Nothing;
        }
        self.failures = self.failures.saturating_add(1);
        self.healthy = Some(false);
        Verdict::Unhealthy { kill: self.failures >= self.most_failures }
    }
}
