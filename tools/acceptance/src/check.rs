//! What the scheduler and the executors have written down, held against what should have happened.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use anyhow::{Result, ensure};

use crate::journal::Entry;
use crate::work::Attempt;

/// What was counted, and what is wrong.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<(&'static str, String)>,
    problems: Vec<String>,
}

impl Table {
    /// Holds the journal and the executors' evidence against each other.
    pub(crate) fn of(tasks: usize, journal: &[Entry], evidence: &[Attempt]) -> Self {
        let mut table = Self::default();
        let finished = table.check_ends(journal);
        table.check_each_update_once_in_a_life(journal);
        table.check_launches(tasks, &finished, journal, evidence);
        table
    }

    /// Adds a line, which is wrong unless `holds`.
    pub(crate) fn add(&mut self, what: &'static str, value: impl fmt::Display, holds: bool) {
        self.rows.push((what, value.to_string()));
        if !holds {
            self.problems.push(format!("{what}: {value}"));
        }
    }

    /// Fails if anything is wrong.
    pub fn verdict(&self) -> Result<()> {
        ensure!(self.problems.is_empty(), "not accepted:\n  {}", self.problems.join("\n  "));
        Ok(())
    }

    fn check_ends(&mut self, journal: &[Entry]) -> BTreeSet<Attempt> {
        let (mut ends, mut finished, mut other) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let mut twice = Vec::new();
        for entry in journal {
            let Entry::End { attempt, state, uuid, .. } = entry else { continue };
            if !ends.insert((*attempt, uuid.as_str())) {
                twice.push(attempt.to_string());
            }
            let is_new = match state.as_str() {
                "TASK_FINISHED" => finished.insert(*attempt),
                _ => other.insert((*attempt, state.as_str())),
            };
            if !is_new {
                twice.push(attempt.to_string());
            }
        }
        let is_dropped = |state: &str| matches!(state, "TASK_DROPPED" | "TASK_LOST");
        let failed: Vec<_> = other.iter().filter(|(_, state)| !is_dropped(state)).collect();
        self.add("ends in the journal", ends.len(), !ends.is_empty());
        self.add("ends in it more than once", listed(&twice), twice.is_empty());
        self.add("tasks that failed", failed.len(), failed.is_empty());
        finished
    }

    /// Within one life of the scheduler no update is handed over twice; in another life it may come again.
    fn check_each_update_once_in_a_life(&mut self, journal: &[Entry]) {
        let (mut told, mut twice, mut again) = (BTreeSet::new(), Vec::new(), 0);
        for entry in journal {
            let (attempt, uuid, pid) = match entry {
                Entry::End { attempt, uuid, pid, .. } => (attempt, uuid, pid),
                Entry::Again { attempt, uuid, pid } => {
                    again += 1;
                    (attempt, uuid, pid)
                }
                _ => continue,
            };
            if !told.insert((*attempt, uuid.as_str(), *pid)) {
                twice.push(attempt.to_string());
            }
        }
        self.add("ends handed over again to a later life", again, true);
        self.add("ends handed over twice to one life", listed(&twice), twice.is_empty());
    }

    fn check_launches(
        &mut self,
        tasks: usize,
        finished: &BTreeSet<Attempt>,
        journal: &[Entry],
        evidence: &[Attempt],
    ) {
        let mut runs = BTreeMap::<Attempt, usize>::new();
        for attempt in evidence {
            *runs.entry(*attempt).or_default() += 1;
        }
        let jobs = |attempts: &mut dyn Iterator<Item = &Attempt>| {
            attempts.map(|attempt| attempt.job).collect::<BTreeSet<_>>().len()
        };
        let intents = journal.iter().filter(|entry| matches!(entry, Entry::Intent { .. })).count();
        let twice: Vec<_> =
            runs.iter().filter(|(_, times)| **times > 1).map(|(it, _)| it.to_string()).collect();
        let ran_not_finished: Vec<_> =
            runs.keys().filter(|attempt| !finished.contains(attempt)).map(Attempt::to_string).collect();
        let finished_not_run: Vec<_> =
            finished.iter().filter(|attempt| !runs.contains_key(attempt)).map(Attempt::to_string).collect();
        let done = jobs(&mut finished.iter());
        self.add("tasks finished", format!("{done} of {tasks}"), done == tasks && finished.len() == tasks);
        self.add(
            "tasks run by executors",
            runs.len(),
            runs.len() == tasks && jobs(&mut runs.keys()) == tasks,
        );
        self.add("launched twice", listed(&twice), twice.is_empty());
        self.add("run and never finished", listed(&ran_not_finished), ran_not_finished.is_empty());
        self.add("finished and never run", listed(&finished_not_run), finished_not_run.is_empty());
        self.add("launches that never arrived, made up for", intents.saturating_sub(tasks), intents >= tasks);
    }
}

fn listed(names: &[String]) -> String {
    match names {
        [] => "none".to_owned(),
        some => format!("{}: {}", some.len(), some[..some.len().min(10)].join(", ")),
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, value) in &self.rows {
            writeln!(formatter, "  {what:<42} {value}")?;
        }
        let verdict = if self.problems.is_empty() { "accepted" } else { "NOT ACCEPTED" };
        write!(formatter, "  {verdict}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(job: usize, number: usize) -> Attempt {
        Attempt { job, number }
    }

    fn intent(attempt: Attempt) -> Entry {
        Entry::Intent { attempt, agent: "a".to_owned() }
    }

    fn end(attempt: Attempt, state: &str, pid: u32) -> Entry {
        Entry::End { attempt, state: state.to_owned(), uuid: format!("{attempt}{state}"), pid }
    }

    /// Two jobs, of which the second one was lost once; all is well.
    fn good() -> (Vec<Entry>, Vec<Attempt>) {
        let (one, lost, two) = (attempt(0, 1), attempt(1, 1), attempt(1, 2));
        let journal = vec![
            intent(one),
            intent(lost),
            end(one, "TASK_FINISHED", 1),
            Entry::Lost { attempt: lost, state: "TASK_UNKNOWN".to_owned() },
            intent(two),
            Entry::Again { attempt: one, uuid: format!("{one}TASK_FINISHED"), pid: 2 },
            end(two, "TASK_FINISHED", 2),
        ];
        (journal, vec![one, two])
    }

    fn is_accepted(journal: &[Entry], evidence: &[Attempt]) -> bool {
        Table::of(2, journal, evidence).verdict().is_ok()
    }

    #[test]
    fn what_went_well_is_accepted() {
        let (journal, evidence) = good();
        assert!(is_accepted(&journal, &evidence), "{}", Table::of(2, &journal, &evidence));
    }

    #[test]
    fn each_thing_that_may_go_wrong_is_noticed() {
        let (journal, evidence) = good();
        let with = |entry: Entry| [journal.clone(), vec![entry]].concat();
        let one = attempt(0, 1);
        // An end told twice to one life; recorded twice; a task that failed; a second end.
        let again = Entry::Again { attempt: one, uuid: format!("{one}TASK_FINISHED"), pid: 1 };
        assert!(!is_accepted(&with(again), &evidence));
        assert!(!is_accepted(&with(end(one, "TASK_FINISHED", 2)), &evidence));
        assert!(!is_accepted(&with(end(one, "TASK_FAILED", 2)), &evidence));
        let second =
            Entry::End { attempt: one, state: "TASK_FINISHED".to_owned(), uuid: "x".to_owned(), pid: 2 };
        assert!(!is_accepted(&with(second), &evidence));
        // Run twice, under one name and under two; lost; run and not finished.
        assert!(!is_accepted(&journal, &[evidence.clone(), vec![one]].concat()));
        assert!(!is_accepted(&journal, &[evidence.clone(), vec![attempt(0, 2)]].concat()));
        assert!(!is_accepted(&journal[..4], &evidence));
        assert!(!is_accepted(&journal, &evidence[..1]));
    }
}
