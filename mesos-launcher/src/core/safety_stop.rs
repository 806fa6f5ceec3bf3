//! Holds replacements back while very many runs are unreachable at once: it is likely that they
//! continue, and that the network has failed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::commands::left;
use super::timer_queue::Timer;
use super::turn::{Draft, Effect, Now, Token};
use super::{Core, records};

/// How many runs, and what percentage of all, become unreachable within a time when too many do.
const MANY: usize = 10;
const PERCENT: usize = 30;
const WITHIN: Duration = Duration::from_secs(60);
/// How long replacements are held back.
const HOLD: Duration = Duration::from_secs(30 * 60);

/// What is known of runs that are unreachable.
#[derive(Clone, Debug, Default)]
pub(super) struct SafetyStop {
    /// They, by the time after the Unix epoch since which they are.
    runs: BTreeSet<(Duration, String)>,
    /// Until when, by the monotonic clock, those are held back that would be replaced otherwise.
    held: BTreeMap<String, Duration>,
    /// Those that are unreachable since this time or earlier are not held back.
    allowed: Option<Duration>,
}

impl SafetyStop {
    /// Restores the time up to which what became unreachable may be replaced.
    pub(super) fn open(allowed: Option<Duration>) -> Self {
        Self { allowed, ..Self::default() }
    }

    pub(super) fn insert(&mut self, since: Duration, task: &str) {
        self.runs.insert((since, task.to_owned()));
    }

    pub(super) fn remove(&mut self, since: Duration, task: &str) {
        self.runs.remove(&(since, task.to_owned()));
        self.held.remove(task);
    }

    /// Returns whether too many of all runs became unreachable at about this time.
    fn is_mass_loss(&self, since: Duration, all: usize) -> bool {
        let count = |from: Duration, to: Duration| {
            let from = (from, String::new());
            self.runs.range(from..).take_while(|(since, _)| *since <= to).count()
        };
        let near = count(since.saturating_sub(WITHIN), since).max(count(since, since.saturating_add(WITHIN)));
        near >= MANY && near * 100 > all * PERCENT
    }

    /// Returns whether a run must not be replaced yet.
    pub(super) fn holds(&mut self, now: Now, since: Duration, task: &str, all: usize) -> bool {
        if self.allowed.is_some_and(|allowed| since <= allowed) || !self.is_mass_loss(since, all) {
            return false;
        }
        if self.held.is_empty() {
            tracing::warn!(
                "very many tasks are unreachable, and none is replaced: is the network sound? `replace_unreachable` replaces them"
            );
        }
        let hold = || now.monotonic.saturating_add(left(now, since.saturating_add(HOLD), HOLD));
        now.monotonic < *self.held.entry(task.to_owned()).or_insert_with(hold)
    }
}

impl Core {
    /// Lets everything be replaced that is unreachable by now, also by later processes.
    pub(super) fn replace_unreachable(&mut self, now: Now, token: Token, draft: &mut Draft) {
        self.safety_stop.allowed = Some(now.wall);
        draft.put(records::REPLACE.to_owned(), records::text(&now.wall));
        for task in std::mem::take(&mut self.safety_stop.held).into_keys() {
            self.set_timer(now, Duration::ZERO, Timer::Replace(task));
        }
        draft.after_write.push(Effect::Reply(token, Ok(())));
    }
}
