//! The crawl: what happens on the cluster comes in with the time, what to do comes out. Nothing
//! here waits, sends or reads a clock.
//!
//! [`frontier`] knows the users, [`attempts`] the tasks; this module brings them together.

pub mod action;
pub mod attempts;
pub mod frontier;
mod inputs;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, time::Duration};

use mesos_sdk::proto::v1::{AgentId, OfferId};

use crate::{
    fetch::Pace,
    page_url::PageUrl,
    work::{Failure, Found, Kind, Order},
};
use action::{Action, News, Task};
use attempts::{Attempts, State};
use frontier::Frontier;

/// How often a job is tried before the user is given up.
pub const MAX_TRIES: u32 = 3;
/// How long a task may take, not counting its wait for the site's turn.
pub const TASK_TIME: Duration = Duration::from_secs(60);
/// How long an agent on which a task has hung gets no more tasks.
pub const SUSPICION: Duration = Duration::from_secs(60);
/// How far ahead turns at the site are given out: so many tasks do not occupy agents only to wait.
pub const MAX_AHEAD: Duration = Duration::from_secs(10);
/// The wait before a second try; before a third it is twice as long.
pub const RETRY_WAIT: Duration = Duration::from_secs(1);
/// How long a task may be silent before the master is asked for it, and how often it is.
pub const SILENCE: Duration = Duration::from_secs(10);
/// How long the crawl waits for its last tasks to end once it has all results, or is interrupted.
pub const LINGER: Duration = Duration::from_secs(5);
/// How long the crawl waits for offers before it reports that.
pub const HUNGER: Duration = Duration::from_secs(10);
/// How long the crawl goes on without a master; the framework's failover timeout, after which its
/// tasks are gone.
pub const FAILOVER_TIME: Duration = Duration::from_secs(120);

/// What one task is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Job {
    /// The user, by the place in the frontier's list.
    pub user: usize,
    /// Profile or boards.
    pub kind: Kind,
}

/// An offer, and how many tasks it has room for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// The offer.
    pub offer: OfferId,
    /// Whose it is.
    pub agent: AgentId,
    /// How many tasks fit.
    pub tasks: u64,
}

/// How long jobs have waited for an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hunger {
    /// None waits.
    Fed,
    /// Some have waited since then.
    Since(Duration),
    /// They still wait, and the user knows.
    Reported,
}

impl Hunger {
    fn next(self, waiting: bool, now: Duration) -> Self {
        match self {
            _ if !waiting => Self::Fed,
            Self::Fed => Self::Since(now),
            still => still,
        }
    }
}

/// A crawl. Times are counted from its beginning.
#[derive(Debug)]
pub struct Crawl {
    frontier: Frontier,
    attempts: Attempts,
    pace: Pace,
    gap: Duration,
    /// Agents on which a task has hung, with the time until which they get no more unless they
    /// send something.
    suspects: HashMap<AgentId, Duration>,
    suppressed: bool,
    interrupted: bool,
    asked: Duration,
    hunger: Hunger,
    /// Since when there is no master.
    lost: Option<Duration>,
    /// Since when everything is done but for the ends of the last tasks.
    ending: Option<Duration>,
    stopped: bool,
}

impl Crawl {
    /// Creates a crawl from a user's page until `wanted` users were visited; requests to the site
    /// begin `gap` apart.
    pub fn new(start: PageUrl, wanted: usize, gap: Duration) -> Self {
        Self {
            frontier: Frontier::new(start, wanted),
            attempts: Attempts::default(),
            pace: Pace::default(),
            gap,
            suspects: HashMap::new(),
            suppressed: false,
            interrupted: false,
            asked: Duration::ZERO,
            hunger: Hunger::Fed,
            lost: Some(Duration::ZERO),
            ending: None,
            stopped: false,
        }
    }

    /// Returns the users, visited or not.
    pub fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// Returns whether the user wanted it to end.
    pub fn is_interrupted(&self) -> bool {
        self.interrupted
    }

    /// Returns the next task to launch on an agent, if there is one and it is time.
    fn next_task(&mut self, agent: &AgentId, now: Duration) -> Option<Task> {
        let job = self.ready(now)?;
        let order = self.order(job, now)?;
        let wait = if let Order::Profile { wait_ms, .. } = &order {
            Duration::from_millis(*wait_ms)
        } else {
            Duration::ZERO
        };
        let id =
            self.attempts.launch(job, agent.clone(), now, now.saturating_add(wait).saturating_add(TASK_TIME));
        self.frontier.start(job);
        Some(Task { id, order })
    }

    /// Returns the job whose turn it is.
    fn ready(&self, now: Duration) -> Option<Job> {
        let job = self.frontier.next().filter(|_| !self.interrupted)?;
        (job.kind == Kind::Boards || self.pace.wait(now) <= MAX_AHEAD).then_some(job)
    }

    fn order(&mut self, job: Job, now: Duration) -> Option<Order> {
        match job.kind {
            Kind::Boards => self.frontier.part(job).map(|part| Order::Boards { part: part.clone() }),
            Kind::Profile => {
                let url = self.frontier.user(job)?.url.clone();
                let wait = self
                    .pace
                    .reserve(now, self.gap)
                    .saturating_add(RETRY_WAIT.saturating_mul(self.attempts.tries(job)));
                Some(Order::Profile { url, wait_ms: milliseconds(wait), gap_ms: milliseconds(self.gap) })
            }
        }
    }

    /// Takes what a task has found, from its message or its last update, unless it has it already.
    fn found(&mut self, task: &str, found: Found, actions: &mut Vec<Action>) {
        let Some(job) = self.attempts.get(task).map(|attempt| attempt.job) else { return };
        if self.frontier.is_settled(job) {
            return;
        }
        match (job.kind, found) {
            (Kind::Profile, Found::Profile(page)) => {
                let url = page.url.clone();
                if self.frontier.profile(job, *page) {
                    actions.push(Action::Report(News::Read(url)));
                }
            }
            (Kind::Boards, Found::Boards(boards)) => {
                self.frontier.boards(job, boards);
                actions.extend(self.visited(job).map(Action::Report));
            }
            (_, Found::Nothing(failure)) => return self.fail(task, &failure, actions),
            _ => return self.fail(task, &lasting("it brought the result of another kind of task"), actions),
        }
        let others = self.attempts.live(|attempt| attempt.job == job);
        actions.extend(
            others.into_iter().filter(|(id, _)| id != task).map(|(id, agent)| Action::Kill(id, agent)),
        );
    }

    fn visited(&self, job: Job) -> Option<News> {
        let user = self.frontier.user(job)?;
        let profile = Box::new(user.profile.clone()?);
        Some(News::Visited { url: user.url.clone(), profile, boards: user.boards.clone() })
    }

    /// Handles the failure of a task. Only the newest task of a job counts.
    fn fail(&mut self, task: &str, failure: &Failure, actions: &mut Vec<Action>) {
        let Some(attempt) = self.attempts.get(task).filter(|attempt| attempt.state == State::Live) else {
            return;
        };
        let (job, reason) = (attempt.job, failure.reason.clone());
        let Some(url) = self.frontier.user(job).map(|user| user.url.clone()) else { return };
        self.attempts.set(task, State::GivenUp);
        let tries = self.attempts.tries(job);
        if self.interrupted {
            self.frontier.again(job);
        } else if failure.temporary && tries < MAX_TRIES {
            self.frontier.again(job);
            actions.push(Action::Report(News::Retrying { kind: job.kind, url, reason, tries }));
        } else {
            self.frontier.fail(job);
            actions.push(Action::Report(News::GaveUp { url, reason }));
        }
    }

    /// Returns what follows from the state of things after any input.
    fn settle(&mut self, now: Duration, mut actions: Vec<Action>) -> Vec<Action> {
        let useful = self.ready(now).is_some();
        if useful == self.suppressed {
            self.suppressed = !useful;
            actions.push(if useful { Action::Revive } else { Action::Suppress });
        }
        self.hunger = self.hunger.next(useful && self.lost.is_none(), now);
        if self.interrupted || self.frontier.is_finished() {
            let since = *self.ending.get_or_insert(now);
            let idle = self.attempts.live(|_| true).is_empty();
            if !self.stopped && (idle || now >= since.saturating_add(LINGER)) {
                self.stopped = true;
                actions.push(Action::Stop);
            }
        }
        actions
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Returns a failure that another try would not fix.
fn lasting(reason: &str) -> Failure {
    Failure { reason: reason.to_owned(), temporary: false }
}

fn passing(reason: String) -> Failure {
    Failure { reason, temporary: true }
}
