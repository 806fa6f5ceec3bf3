//! Reconciliation: what the framework takes to be alive is held against what the master knows.
//!
//! The algorithm of [reconciliation.md]: remember when it began; ask for all that is known and has not ended; strike
//! off what an update comes of; ask again for the rest, at longer and longer intervals. It begins anew with each
//! subscription and periodically, one at a time. Purely: what is to be done comes out of [`Reconciler::due`].
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

/// A task as [`Scheduler::known_tasks`](super::Scheduler::known_tasks) names it: with its agent, if that is known, the
/// master can answer sooner after its own failover.
pub type KnownTask = reconcile::Task;

/// An operation as [`Scheduler::known_operations`](super::Scheduler::known_operations) names it.
pub type KnownOperation = reconcile_operations::Operation;

/// How the driver reconciles; see [`Scheduler::known_tasks`](super::Scheduler::known_tasks).
///
/// ```
/// use std::time::Duration;
/// use mesos_sdk::scheduler::Reconciliation;
///
/// let often = Reconciliation { interval: Duration::from_secs(60), ..Reconciliation::default() };
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciliation {
    /// From the beginning of one reconciliation to that of the next, also if the subscription stands. The next one waits
    /// until all was asked for once. At least 1 s. Default: 15 min.
    pub interval: Duration,
    /// How many tasks or operations one call asks for; the next call follows when these are answered. At least 1.
    /// Default: 1000.
    pub batch: usize,
    /// How long the answers to one call may take before the next one is made all the same. At least 100 ms. Default:
    /// 5 s.
    pub answer_time: Duration,
    /// What was not answered is asked for again after a random time of at most this, and at least half of it …
    /// At least 100 ms. Default: 5 s.
    pub first_wait: Duration,
    /// … which doubles each time up to this. At least `first_wait`. Default: 2 min.
    pub longest_wait: Duration,
    /// Whether to ask for everything that the master knows too, to learn of what the framework does not know. Default:
    /// yes.
    pub implicit: bool,
}

/// The least of [`Reconciliation::interval`].
const MIN_INTERVAL: Duration = Duration::from_secs(1);
/// The least of the other times: shorter ones would keep master and scheduler busy with nothing else.
const MIN_WAIT: Duration = Duration::from_millis(100);

impl Reconciliation {
    /// Keeps to what the fields promise.
    fn within_limits(self) -> Self {
        let first_wait = self.first_wait.max(MIN_WAIT);
        Self {
            interval: self.interval.max(MIN_INTERVAL),
            batch: self.batch.max(1),
            answer_time: self.answer_time.max(MIN_WAIT),
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
            answer_time: Duration::from_secs(5),
            first_wait: Duration::from_secs(5),
            longest_wait: Duration::from_secs(120),
            implicit: true,
        }
    }
}

/// What can be asked for.
pub(crate) trait Known: Sized + Clone {
    fn id(&self) -> &str;
    /// Asks for these, or for all if there are none.
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

/// Names a question to the framework; the answer to an older one is ignored.
pub(crate) type Question = u64;

/// The reconciliation of all tasks, or of all operations.
pub(super) struct Reconciler<T> {
    settings: Reconciliation,
    seed: u64,
    question: Question,
    state: State<T>,
}

enum State<T> {
    /// Nothing until then, if ever.
    Idle(Option<Duration>),
    /// The framework was asked what it knows. These ids were heard of meanwhile.
    Asking {
        began: Duration,
        heard: BTreeSet<String>,
    },
    Running(Run<T>),
    /// All that the framework named was answered; the next reconciliation begins then.
    Complete {
        next: Duration,
        is_reported: bool,
    },
}

struct Run<T> {
    began: Duration,
    /// What no update has come of.
    remaining: BTreeMap<String, T>,
    /// Those of them that this round has still to ask for; others may be among them.
    unasked: VecDeque<String>,
    /// Those that the last call asked for and that are not answered.
    asked: BTreeSet<String>,
    /// For how long to wait: for the answers to the last call, or for the next round.
    wait: Duration,
    /// When that ends; `None` when it has to begin anew, for there was an answer, or nothing was read.
    until: Option<Duration>,
    between_rounds: bool,
    /// Whether all was asked for once, and when anything was asked for last.
    asked_all: bool,
    last_call: Duration,
    implicit: bool,
    backoff: Backoff,
}

/// What to do now.
pub(super) enum Step {
    /// Ask the framework what it knows.
    Ask(Question),
    Call(Box<Call>),
}

impl<T: Known> Reconciler<T> {
    pub(super) fn new(settings: Reconciliation, seed: u64) -> Self {
        Self { settings: settings.within_limits(), seed, question: 0, state: State::Idle(None) }
    }

    /// Begins anew, unless it is about to anyway: there is a new subscription, or the framework wants it.
    pub(super) fn begin(&mut self) {
        if !matches!(self.state, State::Asking { .. }) {
            self.state = State::Idle(Some(Duration::ZERO));
        }
    }

    /// The subscription is lost.
    pub(super) fn pause(&mut self) {
        self.state = State::Idle(None);
    }

    /// The framework has told what it knows; `None` if it takes no part.
    pub(super) fn told(&mut self, question: Question, known: Option<Vec<T>>) {
        let State::Asking { began, heard } = &self.state else { return };
        if question != self.question {
            return;
        }
        let Some(known) = known else { return self.pause() };
        let unheard = known.into_iter().filter(|one| !heard.contains(one.id()));
        let remaining: BTreeMap<_, _> = unheard.map(|one| (one.id().to_owned(), one)).collect();
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

    /// An update has come of this one.
    pub(super) fn heard(&mut self, id: &str) {
        match &mut self.state {
            State::Idle(_) | State::Complete { .. } => {}
            State::Asking { heard, .. } => {
                heard.insert(id.to_owned());
            }
            State::Running(run) => run.heard(id),
        }
    }

    /// What to do now. While the stream is not read nothing is asked for: answers may be under way.
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

    /// Whether it has begun, or is about to, and is not complete.
    pub(super) fn is_under_way(&self) -> bool {
        matches!(self.state, State::Idle(Some(_)) | State::Asking { .. } | State::Running(_))
    }

    /// Returns, once for each reconciliation, whether it is complete.
    pub(super) fn take_complete(&mut self) -> bool {
        match &mut self.state {
            State::Complete { is_reported, .. } => !std::mem::replace(is_reported, true),
            _ => false,
        }
    }

    fn ask(&mut self, now: Duration) -> Step {
        self.question += 1;
        self.state = State::Asking { began: now, heard: BTreeSet::new() };
        Step::Ask(self.question)
    }

    /// When [`due`](Self::due) has something to do if nothing comes.
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
    fn heard(&mut self, id: &str) {
        self.remaining.remove(id);
        if self.asked.remove(id) {
            self.until = None;
        }
    }

    /// When the next reconciliation takes its place: not while this one goes on asking for what it has not asked for.
    fn ends(&self, settings: &Reconciliation) -> Duration {
        let Reconciliation { interval, answer_time, .. } = settings;
        match self.asked_all {
            true => self.began.saturating_add(*interval),
            false => self.last_call.saturating_add((*interval).max(answer_time.saturating_mul(2))),
        }
    }

    /// The next call, if it is time for one.
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
        self.wait_for(settings.answer_time, now);
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

    /// All were asked for once; the first time the master is asked for everything then.
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
