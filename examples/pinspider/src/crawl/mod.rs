//! The crawl: what happens on the cluster comes in with the time, what to do comes out. Nothing
//! here waits, sends or reads a clock.

pub mod action;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, HashMap},
    mem,
    time::Duration,
};

use mesos_sdk::{
    Payload,
    proto::{
        TaskFate,
        v1::{AgentId, TaskStatus, task_status::Reason},
    },
};

use crate::{
    fetch::Pace,
    frontier::{Frontier, Job},
    output::news::News,
    page_url::PageUrl,
    visit::{Failure, Visit},
    work::{Found, Kind, Order, Report},
};
use action::{Action, Room, Task};

/// The wait before a second try; before a third it is twice as long.
pub const RETRY_WAIT: Duration = Duration::from_secs(1);
/// How long a task may take, not counting its wait for the site's turn.
pub const TASK_TIME: Duration = Duration::from_secs(60);
/// How long an agent on which a task has hung gets no more tasks, unless it sends something.
pub const SUSPICION: Duration = Duration::from_secs(60);
/// How far ahead turns at the site are given out: so that tasks do not occupy agents only to wait.
pub const MAX_AHEAD: Duration = Duration::from_secs(10);
/// How long the crawl waits for its last tasks to end once it has all results, or is interrupted.
pub const LINGER: Duration = Duration::from_secs(5);
/// How long the crawl waits for offers before it reports that.
pub const HUNGER: Duration = Duration::from_secs(10);
/// How long the crawl goes on without a master; the framework's failover timeout, after which its
/// tasks are gone.
pub const FAILOVER_TIME: Duration = Duration::from_secs(120);

/// A crawl. Times are counted from its beginning.
#[derive(Debug, Default)]
pub struct Crawl {
    frontier: Frontier,
    tasks: BTreeMap<String, Attempt>,
    pace: Pace,
    gap: Duration,
    /// Agents on which a task has hung, and until when they get no more.
    suspects: HashMap<AgentId, Duration>,
    /// Whether offers are suppressed, if the master has certainly got that.
    is_suppressed: Option<bool>,
    is_interrupted: bool,
    /// Since when jobs have waited for an offer, or `MAX` when the user knows.
    hungry: Option<Duration>,
    /// Since when there is no master.
    lost: Option<Duration>,
    /// Since when everything is done but for the ends of the last tasks.
    ending: Option<Duration>,
    is_stopped: bool,
    /// What is to be done after the input at hand.
    actions: Vec<Action>,
}

/// A task that was launched: one attempt at a job.
#[derive(Debug, Clone)]
struct Attempt {
    job: Job,
    agent: AgentId,
    /// Until when it must have ended.
    deadline: Duration,
    /// Whether it has neither ended nor been given up. What was given up may still bring a result.
    is_live: bool,
}

impl Crawl {
    /// Creates a crawl from a user's page until `wanted` users were visited; requests to the site
    /// begin `gap` apart.
    pub fn new(start: PageUrl, wanted: usize, gap: Duration) -> Self {
        let frontier = Frontier::new(start, wanted);
        Self { frontier, gap, is_suppressed: Some(false), lost: Some(Duration::ZERO), ..Self::default() }
    }

    /// Returns the users, visited or not.
    pub fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// Returns whether the user wanted it to end.
    pub fn is_interrupted(&self) -> bool {
        self.is_interrupted
    }

    /// Returns the tasks that should be running, with their agents.
    pub fn live_tasks(&self) -> Vec<(String, AgentId)> {
        self.live(|_| true)
    }

    /// Handles a subscription, the first one or one `again`.
    pub fn subscribed(&mut self, now: Duration, again: bool) -> Vec<Action> {
        self.lost = None;
        self.is_suppressed = self.is_suppressed.filter(|_| !again);
        self.settle(now)
    }

    /// Handles the loss of the subscription.
    pub fn disconnected(&mut self, now: Duration) -> Vec<Action> {
        self.lost.get_or_insert(now);
        self.settle(now)
    }

    /// Handles offers: gives them tasks in turn, so that these are spread, and declines the others.
    pub fn offers(&mut self, now: Duration, rooms: Vec<Room>) -> Vec<Action> {
        let mut filled: Vec<_> = rooms.into_iter().map(|room| (room, Vec::new())).collect();
        while filled.iter_mut().fold(false, |any, (room, tasks)| self.fill(now, room, tasks) || any) {}
        let (empty, full): (Vec<_>, Vec<_>) = filled.into_iter().partition(|(_, tasks)| tasks.is_empty());
        self.hungry = self.hungry.filter(|_| full.is_empty());
        for (Room { offer, agent, .. }, tasks) in full {
            self.actions.push(Action::Launch { offer, agent, tasks });
        }
        if !empty.is_empty() {
            self.actions.push(Action::Decline(empty.into_iter().map(|(room, _)| room.offer).collect()));
        }
        self.settle(now)
    }

    /// Handles a failed call, which did not launch these tasks. If that is `for_good`, it counts as
    /// a try.
    pub fn launch_failed(
        &mut self,
        now: Duration,
        tasks: impl IntoIterator<Item = String>,
        reason: &str,
        for_good: bool,
    ) -> Vec<Action> {
        for id in tasks {
            if for_good {
                self.fail(&id, Failure::passing(reason));
            } else if let Some(job) = self.give_up(&id) {
                self.frontier.unstart(job);
            }
        }
        self.settle(now)
    }

    /// Handles a new state of a task.
    pub fn update(&mut self, now: Duration, status: &TaskStatus) -> Vec<Action> {
        let id = &status.task_id.value;
        let Some(task) = self.tasks.get(id).cloned() else { return Vec::new() };
        let is_of_master = status.reason() == Some(Reason::Reconciliation);
        if !is_of_master {
            self.suspects.remove(&task.agent);
        }
        match status.fate() {
            TaskFate::OutOfSight | TaskFate::NotKnown => self.fail(id, Failure::passing(describe(status))),
            TaskFate::Alive => {
                if !task.is_live || self.is_interrupted || self.frontier.is_settled(task.job) {
                    self.actions.push(Action::Kill(id.clone(), task.agent));
                }
            }
            // The result comes with the task's last update.
            TaskFate::Succeeded | TaskFate::Failed | TaskFate::Killed if is_of_master => {}
            _ => {
                let report = Report::from_bytes(status.data()).map(|report| report.found);
                let found = report.unwrap_or_else(|_| Found::Nothing(Failure::passing(describe(status))));
                self.found(id, found);
                self.give_up(id);
            }
        }
        self.settle(now)
    }

    /// Handles a message of a task.
    pub fn report(&mut self, now: Duration, report: Report) -> Vec<Action> {
        self.found(&report.task, report.found);
        self.settle(now)
    }

    /// Handles the passage of time. To be called about every second.
    pub fn tick(&mut self, now: Duration) -> Vec<Action> {
        for (id, agent) in self.live(|task| now >= task.deadline) {
            self.suspects.insert(agent.clone(), now.saturating_add(SUSPICION));
            let text = format!("the task did not end within {} s", TASK_TIME.as_secs());
            self.fail(&id, Failure::passing(text));
            self.actions.push(Action::Kill(id, agent));
        }
        if self.hungry.is_some_and(|since| now >= since.saturating_add(HUNGER)) {
            self.hungry = Some(Duration::MAX);
            self.actions.push(Action::Report(News::Waiting));
        }
        if !self.is_stopped && self.lost.is_some_and(|since| now >= since.saturating_add(FAILOVER_TIME)) {
            self.is_stopped = true;
            self.actions.extend([Action::Report(News::MasterLost), Action::Stop]);
        }
        self.settle(now)
    }

    /// Ends the crawl: kills all tasks, and stops when they have ended or a little later.
    pub fn interrupt(&mut self, now: Duration) -> Vec<Action> {
        self.is_interrupted = true;
        let kills = self.live(|_| true).into_iter().map(|(id, agent)| Action::Kill(id, agent));
        self.actions.extend(kills);
        self.settle(now)
    }

    /// Adds a task to those for an offer, if there is room and a job.
    fn fill(&mut self, now: Duration, room: &mut Room, tasks: &mut Vec<Task>) -> bool {
        let is_suspect = self.suspects.get(&room.agent).is_some_and(|until| now < *until);
        let has_room = room.tasks > 0 && !is_suspect;
        let task = has_room.then(|| self.next_task(&room.agent, now)).flatten();
        let is_filled = task.is_some();
        room.tasks -= u64::from(is_filled);
        tasks.extend(task);
        is_filled
    }

    /// Returns the next task to launch on an agent, if there is one and it is time.
    fn next_task(&mut self, agent: &AgentId, now: Duration) -> Option<Task> {
        let job = self.ready(now)?;
        let user = self.frontier.user(job)?;
        let (url, mut wait) = (user.url.clone(), Duration::ZERO);
        let order = match job.kind {
            Kind::Boards => Order::Boards(user.part.clone()?),
            Kind::Profile => {
                wait = self.pace.reserve(now, self.gap).saturating_add(RETRY_WAIT.saturating_mul(user.tries));
                let (wait_ms, gap_ms) = (milliseconds(wait), milliseconds(self.gap));
                Order::Profile(Visit { url: url.clone(), wait_ms, gap_ms })
            }
        };
        let deadline = now.saturating_add(wait).saturating_add(TASK_TIME);
        self.frontier.start(job);
        let id = self.tasks.len().to_string();
        self.tasks.insert(id.clone(), Attempt { job, agent: agent.clone(), deadline, is_live: true });
        self.actions.push(Action::Report(News::Launched { task: id.clone(), kind: job.kind, url }));
        Some(Task { id, order })
    }

    /// Returns the job whose turn it is.
    fn ready(&self, now: Duration) -> Option<Job> {
        let job = self.frontier.next().filter(|_| !self.is_interrupted)?;
        (job.kind == Kind::Boards || self.pace.wait(now) <= MAX_AHEAD).then_some(job)
    }

    /// Takes what a task has found, from its message or its last update, unless it has it already.
    fn found(&mut self, id: &str, found: Found) {
        let Some(job) = self.tasks.get(id).map(|task| task.job) else { return };
        if self.frontier.is_settled(job) {
            return;
        }
        let news = match self.frontier.found(job, found) {
            Ok(news) => news,
            Err(failure) => return self.fail(id, failure),
        };
        self.actions.extend(news.map(Action::Report));
        let others = self.live(|task| task.job == job).into_iter().filter(|(other, _)| other != id);
        self.actions.extend(others.map(|(id, agent)| Action::Kill(id, agent)));
    }

    /// Handles the failure of a task. Only the newest task of a job counts.
    fn fail(&mut self, id: &str, failure: Failure) {
        let Some(job) = self.give_up(id) else { return };
        if self.is_interrupted {
            return self.frontier.again(job);
        }
        let news = self.frontier.failed(job, failure);
        self.actions.extend(news.map(Action::Report));
    }

    /// Records that a task does not count any more, and returns its job if it did and the job is
    /// not settled.
    fn give_up(&mut self, id: &str) -> Option<Job> {
        let task = self.tasks.get_mut(id).filter(|task| task.is_live)?;
        task.is_live = false;
        Some(task.job).filter(|job| !self.frontier.is_settled(*job))
    }

    fn live(&self, so: impl Fn(&Attempt) -> bool) -> Vec<(String, AgentId)> {
        let live = self.tasks.iter().filter(|(_, task)| task.is_live && so(task));
        live.map(|(id, task)| (id.clone(), task.agent.clone())).collect()
    }

    /// Returns what is to be done, and what follows from the state of things after any input.
    fn settle(&mut self, now: Duration) -> Vec<Action> {
        let useful = self.ready(now).is_some();
        if self.is_suppressed != Some(!useful) {
            self.is_suppressed = Some(!useful);
            self.actions.push(if useful { Action::Revive } else { Action::Suppress });
        }
        let is_waiting = useful && self.lost.is_none();
        self.hungry = is_waiting.then(|| self.hungry.unwrap_or(now));
        if self.is_interrupted || self.frontier.is_finished() {
            let since = *self.ending.get_or_insert(now);
            let is_over = self.live_tasks().is_empty() || now >= since.saturating_add(LINGER);
            if !self.is_stopped && is_over {
                self.is_stopped = true;
                self.actions.push(Action::Stop);
            }
        }
        mem::take(&mut self.actions)
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Returns a state in words: `TASK_LOST (REASON_INVALID_OFFERS): the offer is void`.
fn describe(status: &TaskStatus) -> String {
    let reason = status.reason().map(|reason| format!(" ({})", reason.as_str_name())).unwrap_or_default();
    let message = status.message.as_deref().filter(|text| !text.is_empty()).map(|text| format!(": {text}"));
    format!("{}{reason}{}", status.state().as_str_name(), message.unwrap_or_default())
}
