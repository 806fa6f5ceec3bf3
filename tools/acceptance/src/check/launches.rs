//! What was launched, held against what was run.

use std::collections::{BTreeMap, BTreeSet};

use super::Table;
use super::book::Book;
use crate::history::{Event, Line};
use crate::work::Attempt;

impl Table {
    pub(super) fn check_launches(&mut self, tasks: usize, book: &Book, history: &[Line]) {
        let (mut intents, mut runs) = (BTreeMap::<_, usize>::new(), BTreeMap::<_, usize>::new());
        for line in history {
            match &line.event {
                Event::Intent { attempt, .. } => *intents.entry(*attempt).or_default() += 1,
                Event::Run { attempt } => *runs.entry(*attempt).or_default() += 1,
                _ => {}
            }
        }
        let Book { finished, ended, lost } = book;
        let jobs = |attempts: &BTreeSet<Attempt>| attempts.iter().map(|it| it.job).collect::<BTreeSet<_>>();
        let done = jobs(finished).len();
        self.add("tasks finished", format!("{done} of {tasks}"), done == tasks);
        let mut first = BTreeSet::new();
        self.none("finished under two names", finished.iter().filter(|attempt| !first.insert(attempt.job)));
        let more_than_once = |of: &BTreeMap<Attempt, usize>| {
            of.iter().filter(|(_, times)| **times > 1).map(|(it, _)| *it).collect()
        };
        let (wanted_twice, run_twice): (Vec<_>, Vec<_>) = (more_than_once(&intents), more_than_once(&runs));
        self.none("launched twice", wanted_twice);
        self.none("run twice", run_twice);
        self.none("run, and its end never reported", runs.keys().filter(|attempt| !ended.contains(attempt)));
        self.none("finished and never run", finished.iter().filter(|attempt| !runs.contains_key(attempt)));
        self.none(
            "run, though the master has reported that nobody would",
            runs.keys().filter(|it| lost.contains(it)),
        );
        self.none("run, and never launched", runs.keys().filter(|attempt| !intents.contains_key(attempt)));
        let unsettled = intents.keys().filter(|it| !ended.contains(it) && !lost.contains(it));
        self.none("launched, and nobody knows what came of it", unsettled);
        // One crash sees to it that there is such a one.
        self.add("launches that never arrived, made up for", lost.len(), !lost.is_empty());
    }
}
