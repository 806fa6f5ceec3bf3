//! What may happen to a crawl: events of the master, the time, and the user's wish to stop.

use std::time::Duration;

use mesos_sdk::{
    Payload,
    proto::v1::{TaskState, TaskStatus, task_status::Reason},
};

use super::{
    Crawl, FAILOVER_TIME, HUNGER, Hunger, Room, SILENCE, SUSPICION, TASK_TIME,
    action::{Action, News, Task},
    attempts::State,
    passing,
};
use crate::work::{Found, Report};

/// What a task's state means for a crawl.
enum Meaning {
    /// It is on its way.
    Alive,
    /// It has ended, but its result has not arrived yet: that comes with its last update.
    Ending,
    /// Nobody knows; it may come back.
    Unreachable,
    /// It will not do anything any more.
    Ended,
}

impl Crawl {
    /// Handles a subscription, the first one or one `again`.
    pub fn subscribed(&mut self, now: Duration, again: bool) -> Vec<Action> {
        self.lost = None;
        if !again {
            return self.settle(now, Vec::new());
        }
        self.suppressed = self.ready(now).is_none();
        let offers = if self.suppressed { Action::Suppress } else { Action::Revive };
        let tasks = self.attempts.live(|_| true);
        let ask = (!tasks.is_empty()).then_some(Action::Reconcile(tasks));
        self.settle(now, ask.into_iter().chain([offers]).collect())
    }

    /// Handles the loss of the subscription.
    pub fn disconnected(&mut self, now: Duration) {
        self.lost.get_or_insert(now);
    }

    /// Offers, each with room for some tasks: fills them in turn, one task at a time, and declines
    /// what stays empty.
    pub fn offers(&mut self, now: Duration, rooms: Vec<Room>) -> Vec<Action> {
        let mut filled: Vec<(Room, Vec<Task>)> = rooms.into_iter().map(|room| (room, Vec::new())).collect();
        loop {
            let before: usize = filled.iter().map(|(_, tasks)| tasks.len()).sum();
            for (room, tasks) in &mut filled {
                if room.tasks > 0 && self.suspects.get(&room.agent).is_none_or(|until| now >= *until) {
                    let task = self.next_task(&room.agent, now);
                    room.tasks -= u64::from(task.is_some());
                    tasks.extend(task);
                }
            }
            if filled.iter().map(|(_, tasks)| tasks.len()).sum::<usize>() == before {
                break;
            }
        }
        let (empty, full): (Vec<_>, Vec<_>) = filled.into_iter().partition(|(_, tasks)| tasks.is_empty());
        let mut actions = Vec::new();
        for (room, tasks) in full {
            self.hunger = Hunger::Fed;
            actions.extend(tasks.iter().filter_map(|task| self.launched(task)).map(Action::Report));
            actions.push(Action::Launch { offer: room.offer, agent: room.agent, tasks });
        }
        if !empty.is_empty() {
            actions.push(Action::Decline(empty.into_iter().map(|(room, _)| room.offer).collect()));
        }
        self.settle(now, actions)
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
        let mut actions = Vec::new();
        for task in tasks {
            if for_good {
                self.fail(&task, &passing(reason.to_owned()), &mut actions);
            } else if let Some(job) = self.attempts.unlaunch(&task) {
                self.frontier.again(job);
            }
        }
        self.settle(now, actions)
    }

    /// Handles a new state of a task.
    pub fn update(&mut self, now: Duration, status: &TaskStatus) -> Vec<Action> {
        let mut actions = Vec::new();
        let task = status.task_id.value.as_str();
        let Some(attempt) = self.attempts.received(task, now).map(|attempt| attempt.clone()) else {
            return actions;
        };
        let reason = || describe(status);
        match meaning(status) {
            Meaning::Alive => {
                self.suspects.remove(&attempt.agent);
                if attempt.state != State::Live || self.interrupted || self.frontier.is_settled(attempt.job) {
                    actions.push(Action::Kill(task.to_owned(), attempt.agent));
                }
            }
            Meaning::Ending => {}
            Meaning::Unreachable => self.fail(task, &passing(reason()), &mut actions),
            Meaning::Ended => {
                self.suspects.remove(&attempt.agent);
                let report = status.data.as_ref().and_then(|data| Report::from_bytes(data).ok());
                let found = report.map_or_else(|| Found::Nothing(passing(reason())), |report| report.found);
                self.found(task, found, &mut actions);
                self.attempts.set(task, State::Ended);
            }
        }
        self.settle(now, actions)
    }

    /// Handles a message of a task.
    pub fn report(&mut self, now: Duration, report: Report) -> Vec<Action> {
        let mut actions = Vec::new();
        if self.attempts.received(&report.task, now).is_some() {
            self.found(&report.task, report.found, &mut actions);
        }
        self.settle(now, actions)
    }

    /// Handles the passage of time. To be called about every second.
    pub fn tick(&mut self, now: Duration) -> Vec<Action> {
        let mut actions = Vec::new();
        for (task, agent) in self.attempts.live(|attempt| now >= attempt.deadline) {
            self.suspects.insert(agent.clone(), now.saturating_add(SUSPICION));
            if let Some(attempt) = self.attempts.get(&task) {
                let settled = self.frontier.is_settled(attempt.job);
                let failure = passing(format!("the task did not end within {} s", TASK_TIME.as_secs()));
                if settled {
                    self.attempts.set(&task, State::GivenUp)
                } else {
                    self.fail(&task, &failure, &mut actions)
                }
            }
            actions.push(Action::Kill(task, agent));
        }
        if now >= self.asked.saturating_add(SILENCE) {
            self.asked = now;
            let silent = self.attempts.live(|attempt| now >= attempt.last_received.saturating_add(SILENCE));
            actions.extend((!silent.is_empty()).then_some(Action::Reconcile(silent)));
        }
        if matches!(self.hunger, Hunger::Since(since) if now >= since.saturating_add(HUNGER)) {
            self.hunger = Hunger::Reported;
            actions.push(Action::Report(News::Waiting));
        }
        if !self.stopped && self.lost.is_some_and(|since| now >= since.saturating_add(FAILOVER_TIME)) {
            self.stopped = true;
            actions.extend([Action::Report(News::MasterLost), Action::Stop]);
        }
        self.settle(now, actions)
    }

    /// Ends the crawl: kills all tasks, and stops when they have ended or a little later.
    pub fn interrupt(&mut self, now: Duration) -> Vec<Action> {
        self.interrupted = true;
        let live = self.attempts.live(|_| true);
        self.settle(now, live.into_iter().map(|(task, agent)| Action::Kill(task, agent)).collect())
    }

    fn launched(&self, task: &Task) -> Option<News> {
        let job = self.attempts.get(&task.id)?.job;
        let url = self.frontier.user(job)?.url.clone();
        Some(News::Launched { task: task.id.clone(), kind: job.kind, url })
    }
}

fn meaning(status: &TaskStatus) -> Meaning {
    use TaskState as S;
    let is_reconciliation = status.reason() == Some(Reason::Reconciliation);
    let Some(state) = status.known_state() else { return Meaning::Unreachable };
    match state {
        S::Finished | S::Failed | S::Killed if is_reconciliation => Meaning::Ending,
        S::Staging | S::Starting | S::Running | S::Killing => Meaning::Alive,
        S::Unreachable => Meaning::Unreachable,
        S::Finished
        | S::Failed
        | S::Killed
        | S::Error
        | S::Lost
        | S::Dropped
        | S::Gone
        | S::GoneByOperator
        | S::Unknown => Meaning::Ended,
    }
}

/// Returns a state in words: `TASK_LOST (REASON_INVALID_OFFERS): the offer is void`.
fn describe(status: &TaskStatus) -> String {
    let reason = status.reason().map(|reason| format!(" ({})", reason.as_str_name())).unwrap_or_default();
    let message = status.message.as_deref().filter(|text| !text.is_empty()).map(|text| format!(": {text}"));
    format!("{}{reason}{}", status.state().as_str_name(), message.unwrap_or_default())
}
