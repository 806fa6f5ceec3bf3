//! Reconciliation: compares the tasks that the framework considers alive with those that the master
//! knows.
//!
//! It follows the algorithm of [reconciliation.md]: remember when it began; request the state of
//! every task that is known and has not ended; remove those for which an update arrives; request
//! the rest again, at growing intervals. It starts with each subscription and periodically, one at
//! a time. It does no I/O: [`Reconciler::due`] returns what to do.
//!
//! [reconciliation.md]: https://mesos.apache.org/documentation/latest/reconciliation/

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use super::call;
use crate::backoff::Backoff;
use crate::proto::v1::scheduler::Call;
use crate::proto::v1::scheduler::call::{reconcile, reconcile_operations};

#[cfg(test)]
mod tests;

/// A task, as [`Scheduler::known_tasks`](super::Scheduler::known_tasks) returns it. If it has its
/// agent's id, the master can report it sooner after a failover.
pub type KnownTask = reconcile::Task;

/// An operation, as [`Scheduler::known_operations`](super::Scheduler::known_operations) returns it.
pub type KnownOperation = reconcile_operations::Operation;

/// How the driver reconciles; see [`Scheduler::known_tasks`](super::Scheduler::known_tasks).
///
/// ```
/// use std::time::Duration;
/// use mesos_sdk::scheduler::Reconciliation;
///
/// let often = Reconciliation::new().interval(Duration::from_secs(60));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciliation {
    interval: Duration,
    batch: usize,
    update_timeout: Duration,
    first_wait: Duration,
    longest_wait: Duration,
    implicit: bool,
}

/// The minimum of [`Reconciliation::interval`].
const MIN_INTERVAL: Duration = Duration::from_secs(1);
/// The minimum of the other times. Shorter ones would keep master and scheduler busy with nothing
/// else.
const MIN_WAIT: Duration = Duration::from_millis(100);

impl Reconciliation {
    /// Creates the default settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the time from the beginning of one reconciliation to that of the next, while the
    /// subscription stands: at least 1 s. The next one waits until everything was asked for once.
    /// Default: 15 min.
    #[must_use]
    pub fn interval(self, interval: Duration) -> Self {
        Self { interval, ..self }
    }

    /// Sets how many tasks or operations one call asks for: at least 1. The next call follows when
    /// these have an update. Default: 1000.
    #[must_use]
    pub fn batch(self, batch: usize) -> Self {
        Self { batch, ..self }
    }

    /// Sets how long the updates that one call asks for may take before the next call is made all
    /// the same: at least 100 ms. Default: 5 s.
    #[must_use]
    pub fn update_timeout(self, update_timeout: Duration) -> Self {
        Self { update_timeout, ..self }
    }

    /// Sets the longest wait before the driver asks again for what has no update: at least 100 ms.
    /// The wait is random, and at least half of this. Default: 5 s.
    #[must_use]
    pub fn first_wait(self, first_wait: Duration) -> Self {
        Self { first_wait, ..self }
    }

    /// Sets the limit up to which the [first wait](Self::first_wait) doubles each time: at least
    /// the first wait. Default: 2 min.
    #[must_use]
    pub fn longest_wait(self, longest_wait: Duration) -> Self {
        Self { longest_wait, ..self }
    }

    /// Sets whether the driver also asks for everything that the master knows, to learn of what the
    /// framework does not know. Default: yes.
    #[must_use]
    pub fn implicit(self, implicit: bool) -> Self {
        Self { implicit, ..self }
    }

    /// Applies the documented minimums.
    fn within_limits(self) -> Self {
        let first_wait = self.first_wait.max(MIN_WAIT);
        Self {
            interval: self.interval.max(MIN_INTERVAL),
            batch: self.batch.max(1),
            update_timeout: self.update_timeout.max(MIN_WAIT),
            first_wait,
            longest_wait: self.longest_wait.max(first_wait),
            implicit: self.implicit,
        }
    }
}

impl Default for Reconciliation {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(15 * 60),
            batch: 1000,
            update_timeout: Duration::from_secs(5),
            first_wait: Duration::from_secs(5),
            longest_wait: Duration::from_secs(120),
            implicit: true,
        }
    }
}

/// A task or an operation.
pub(crate) trait Known: Sized + Clone {
    fn id(&self) -> &str;
    /// Creates the call that requests these, or all if there are none.
    fn ask(batch: Vec<Self>) -> Box<Call>;
}

impl Known for KnownTask {
    fn id(&self) -> &str {
        &self.task_id.value
    }

    fn ask(batch: Vec<Self>) -> Box<Call> {
        call::reconcile(batch)
    }
}

impl Known for KnownOperation {
    fn id(&self) -> &str {
        &self.operation_id.value
    }

    fn ask(batch: Vec<Self>) -> Box<Call> {
        call::reconcile_operations(batch)
    }
}

/// Identifies a query for what the framework knows. Results of older queries are ignored.
pub(crate) type QueryId = u64;

/// The reconciliation of all tasks, or of all operations.
pub(super) struct Reconciler<T> {
    settings: Reconciliation,
    seed: u64,
    query: QueryId,
    state: State<T>,
}

enum State<T> {
    /// Nothing happens until this time, if any.
    Idle(Option<Duration>),
    /// The framework was asked what it knows. Updates of `reported` have arrived since.
    Asking {
        began: Duration,
        reported: BTreeSet<String>,
    },
    Running(Run<T>),
    /// Everything that the framework returned was reported. The next reconciliation begins at
    /// `next`.
    Complete {
        next: Duration,
        is_reported: bool,
    },
}

struct Run<T> {
    began: Duration,
    /// What no update has arrived for.
    remaining: BTreeMap<String, T>,
    /// What this round has not requested yet. Some of it may have been reported.
    unasked: VecDeque<String>,
    /// What the last call requested and was not reported yet.
    asked: BTreeSet<String>,
    /// How long to wait: for the updates that the last call requested, or until the next round.
    wait: Duration,
    /// When that wait ends. `None` if it must start again, because an update has arrived or nothing
    /// was read.
    until: Option<Duration>,
    between_rounds: bool,
    /// Whether everything was requested once, and when the last call was made.
    asked_all: bool,
    last_call: Duration,
    implicit: bool,
    backoff: Backoff,
}

/// What to do now.
pub(super) enum Step {
    /// Ask the framework what it knows.
    Ask(QueryId),
    Call(Box<Call>),
}

impl<T: Known> Reconciler<T> {
    pub(super) fn new(settings: Reconciliation, seed: u64) -> Self {
        Self { settings: settings.within_limits(), seed, query: 0, state: State::Idle(None) }
    }

    /// Starts a reconciliation, unless one is about to start: there is a new subscription, or the
    /// framework requests it.
    pub(super) fn begin(&mut self) {
        if !matches!(self.state, State::Asking { .. }) {
            self.state = State::Idle(Some(Duration::ZERO));
        }
    }

    /// Stops, because the subscription is lost.
    pub(super) fn pause(&mut self) {
        self.state = State::Idle(None);
    }

    /// Takes what the framework knows, or `None` if it does not take part.
    pub(super) fn on_known(&mut self, query: QueryId, known: Option<Vec<T>>) {
        let State::Asking { began, reported } = &self.state else { return };
        if query != self.query {
            return;
        }
        let Some(known) = known else { return self.pause() };
        let unreported = known.into_iter().filter(|one| !reported.contains(one.id()));
        let remaining: BTreeMap<_, _> = unreported.map(|one| (one.id().to_owned(), one)).collect();
        let (first, longest) = (self.settings.first_wait, self.settings.longest_wait);
        self.state = State::Running(Run {
            began: *began,
            unasked: remaining.keys().cloned().collect(),
            remaining,
            asked: BTreeSet::new(),
            wait: Duration::ZERO,
            until: None,
            between_rounds: false,
            asked_all: false,
            last_call: *began,
            implicit: self.settings.implicit,
            backoff: Backoff::between(first, longest, self.seed),
        });
    }

    /// Registers that an update has arrived.
    pub(super) fn on_update(&mut self, id: &str) {
        match &mut self.state {
            State::Idle(_) | State::Complete { .. } => {}
            State::Asking { reported, .. } => {
                reported.insert(id.to_owned());
            }
            State::Running(run) => run.on_update(id),
        }
    }

    /// Returns what to do now. While the stream is not read nothing is requested, because updates
    /// may be waiting in it.
    pub(super) fn due(&mut self, now: Duration, reading: bool) -> Option<Step> {
        if !reading {
            if let State::Running(run) = &mut self.state {
                run.until = None;
            }
            return None;
        }
        match &mut self.state {
            State::Idle(Some(next)) | State::Complete { next, .. } if now >= *next => Some(self.ask(now)),
            State::Running(run) if now >= run.ends(&self.settings) => Some(self.ask(now)),
            State::Running(run) => {
                let call = run.next(now, &self.settings);
                if call.is_none() && run.remaining.is_empty() {
                    let next = run.began.saturating_add(self.settings.interval);
                    self.state = State::Complete { next, is_reported: false };
                }
                call.map(Step::Call)
            }
            State::Idle(_) | State::Complete { .. } | State::Asking { .. } => None,
        }
    }

    /// Returns whether a reconciliation has begun, or is about to, and is not complete.
    pub(super) fn is_under_way(&self) -> bool {
        matches!(self.state, State::Idle(Some(_)) | State::Asking { .. } | State::Running(_))
    }

    /// Returns how many tasks or operations have no update yet.
    #[cfg(feature = "metrics")]
    pub(super) fn remaining(&self) -> usize {
        match &self.state {
            State::Running(run) => run.remaining.len(),
            _ => 0,
        }
    }

    /// Returns, once for each reconciliation, whether it is complete.
    pub(super) fn take_complete(&mut self) -> bool {
        match &mut self.state {
            State::Complete { is_reported, .. } => !std::mem::replace(is_reported, true),
            _ => false,
        }
    }

    fn ask(&mut self, now: Duration) -> Step {
        self.query += 1;
        self.state = State::Asking { began: now, reported: BTreeSet::new() };
        Step::Ask(self.query)
    }

    /// Returns when [`due`](Self::due) has something to do if nothing arrives.
    pub(super) fn deadline(&self, reading: bool) -> Option<Duration> {
        match &self.state {
            State::Idle(next) => *next,
            State::Complete { next, .. } => Some(*next),
            State::Asking { .. } => None,
            State::Running(run) => run.until.map(|until| until.min(run.ends(&self.settings))),
        }
        .filter(|_| reading)
    }
}

impl<T: Known> Run<T> {
    fn on_update(&mut self, id: &str) {
        self.remaining.remove(id);
        if self.asked.remove(id) {
            self.until = None;
        }
    }

    /// Returns when the next reconciliation replaces this one: not before this one has requested
    /// everything once.
    fn ends(&self, settings: &Reconciliation) -> Duration {
        let Reconciliation { interval, update_timeout, .. } = settings;
        match self.asked_all {
            true => self.began.saturating_add(*interval),
            false => self.last_call.saturating_add((*interval).max(update_timeout.saturating_mul(2))),
        }
    }

    /// Returns the next call, if it is due.
    fn next(&mut self, now: Duration, settings: &Reconciliation) -> Option<Box<Call>> {
        let until = *self.until.get_or_insert(now.saturating_add(self.wait));
        let waits = self.between_rounds || !self.asked.is_empty();
        if self.remaining.is_empty() && !self.implicit || waits && now < until {
            return None;
        }
        if std::mem::take(&mut self.between_rounds) {
            self.unasked = self.remaining.keys().cloned().collect();
        }
        let batch = self.batch(settings.batch);
        if batch.is_empty() {
            return self.end_of_round(now);
        }
        self.asked = batch.iter().map(|one| one.id().to_owned()).collect();
        self.last_call = now;
        self.wait_for(settings.update_timeout, now);
        Some(T::ask(batch))
    }

    fn batch(&mut self, most: usize) -> Vec<T> {
        let mut batch = Vec::new();
        while batch.len() < most
            && let Some(id) = self.unasked.pop_front()
        {
            batch.extend(self.remaining.get(&id).cloned());
        }
        batch
    }

    /// Ends a round, in which everything was requested once. After the first one, returns a call
    /// that requests everything that the master knows.
    fn end_of_round(&mut self, now: Duration) -> Option<Box<Call>> {
        self.asked.clear();
        (self.between_rounds, self.asked_all) = (true, true);
        let wait = self.backoff.next_wait_of_half_at_least();
        self.wait_for(wait, now);
        std::mem::take(&mut self.implicit).then(|| T::ask(Vec::new()))
    }

    fn wait_for(&mut self, wait: Duration, now: Duration) {
        self.wait = wait;
        self.until = Some(now.saturating_add(wait));
    }
}
