//! The ends of tasks in the scheduler's book.

use std::collections::{BTreeMap, BTreeSet};

use super::Table;
use crate::history::{Event, Line};
use crate::work::Attempt;

/// What agents say of a task that died with its executor, or whose executor they gave up.
const WITH_ITS_EXECUTOR: [&str; 5] = [
    "REASON_EXECUTOR_TERMINATED",
    "REASON_EXECUTOR_REREGISTRATION_TIMEOUT",
    "REASON_EXECUTOR_REGISTRATION_TIMEOUT",
    "REASON_EXECUTOR_UNREGISTERED",
    "REASON_CONTAINER_LAUNCH_FAILED",
];

/// What has become of the tasks.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) finished: BTreeSet<Attempt>,
    /// Those of which an agent has reported an end.
    pub(super) ended: BTreeSet<Attempt>,
    /// Those of which the master has reported that nobody runs them.
    pub(super) lost: BTreeSet<Attempt>,
}

impl Table {
    /// Checks that each task ends once, in all lives together.
    pub(super) fn check_book(&mut self, history: &[Line], executors_die: bool) -> Book {
        let (mut book, mut ends) = (Book::default(), BTreeMap::<_, Vec<_>>::new());
        for line in history {
            match &line.event {
                Event::End { attempt, state, reason, .. } => {
                    ends.entry(*attempt).or_default().push((state.as_str(), reason.as_str()));
                }
                Event::Lost { attempt, .. } => drop(book.lost.insert(*attempt)),
                _ => {}
            }
        }
        self.add("ends in the book", ends.len(), !ends.is_empty());
        self.none("ended more than once", ends.iter().filter(|(_, ends)| ends.len() > 1).map(|(it, _)| it));
        let is_of = |wanted: &'static str| {
            move |(_, ends): &(&Attempt, &Vec<(&str, &str)>)| ends.iter().any(|(state, _)| *state == wanted)
        };
        book.finished = ends.iter().filter(is_of("TASK_FINISHED")).map(|(attempt, _)| *attempt).collect();
        book.ended = ends.keys().copied().collect();
        let all = || ends.iter().flat_map(|(attempt, ends)| ends.iter().map(move |end| (attempt, end)));
        let is_excused = |(_, (state, reason)): &(_, &(&str, &str))| match *state {
            "TASK_FINISHED" | "TASK_DROPPED" | "TASK_LOST" => true,
            _ => executors_die && WITH_ITS_EXECUTOR.contains(reason),
        };
        let bad = all().filter(|end| !is_excused(end));
        self.none(
            "failed for no reason",
            bad.map(|(attempt, (state, reason))| format!("{attempt} {state} {reason}")),
        );
        let failed = ends.keys().filter(|attempt| !book.finished.contains(attempt)).count();
        self.add_row("died with their executor or were dropped, made up for", failed);
        book
    }

    /// Checks that within one life of the scheduler no update is handed over twice; in another life
    /// it may be.
    pub(super) fn check_each_update_once_in_a_life(&mut self, history: &[Line]) {
        let (mut delivered, mut twice, mut again) = (BTreeSet::new(), Vec::new(), 0);
        for line in history {
            let (attempt, uuid) = match &line.event {
                Event::Seen { attempt, uuid, .. } | Event::End { attempt, uuid, .. } => (attempt, uuid),
                Event::Again { attempt, uuid } => {
                    again += 1;
                    (attempt, uuid)
                }
                _ => continue,
            };
            if !delivered.insert((*attempt, uuid.as_str(), line.pid)) {
                twice.push(attempt);
            }
        }
        self.add_row("updates handed over", delivered.len());
        // One crash sees to it that there is such a one.
        self.add("ends handed over again to a later life", again, again > 0);
        self.none("updates handed over twice to one life", twice);
    }
}
