//! What a launcher reported, held against what was run.

use std::collections::{BTreeMap, BTreeSet};

use super::Table;
use crate::history::{Event, Line};
use crate::launcher::{DATABASE, SERVICE, SURGE};

/// How long a service may take after the last fault until it has all instances: an agent that is
/// silent is given up after 15 s, its instances are replaced 10 s later, and a new leader waits for
/// its agents.
const HEALED_WITHIN: u64 = 120_000;

impl Table {
    /// Checks what a launcher promises of batches and services.
    pub(super) fn check_launcher(&mut self, tasks: usize, executors_die: bool, history: &[Line]) {
        self.check_jobs(tasks, executors_die, history);
        self.check_service((SERVICE, SURGE), history);
        self.check_service((DATABASE, 0), history);
        let instances = history.iter().filter(|line| line.event == Event::Started).count();
        self.add_row("instances without volumes started", instances);
    }

    fn check_jobs(&mut self, tasks: usize, executors_die: bool, history: &[Line]) {
        let (mut ends, mut runs) = (BTreeMap::<_, BTreeSet<_>>::new(), BTreeMap::<_, u32>::new());
        let (mut reported, mut twice) = (BTreeSet::new(), Vec::new());
        for line in history {
            match &line.event {
                Event::Over { job, outcome, attempts } => {
                    ends.entry(*job).or_default().insert((outcome.as_str(), *attempts));
                    if !reported.insert((*job, line.pid)) {
                        twice.push(*job);
                    }
                }
                Event::Run { attempt } => *runs.entry(attempt.job).or_default() += 1,
                _ => {}
            }
        }
        let is_finished =
            |ends: &BTreeSet<(&str, u32)>| ends.iter().all(|(outcome, _)| *outcome == "finished");
        let finished = ends.values().filter(|ends| is_finished(ends)).count();
        self.add("jobs finished", format!("{finished} of {tasks}"), finished == tasks);
        self.none("ends reported twice to one life", twice);
        let differ = ends.iter().filter(|(_, ends)| ends.len() > 1).map(|(job, _)| job);
        self.none("ends that differ from one life to the next", differ);
        self.none("finished and never run", ends.keys().filter(|job| !runs.contains_key(job)));
        let attempts = |job| ends.get(job).and_then(|ends| ends.first()).map_or(0, |(_, attempts)| *attempts);
        let excess = runs.iter().filter(|(job, runs)| **runs > attempts(job)).map(|(job, _)| job);
        self.none("run more often than recorded", excess);
        self.none("attempts that another one overlaps", overlapped(history));
        let again: Vec<_> = runs.iter().filter(|(_, runs)| **runs > 1).map(|(job, _)| *job).collect();
        match executors_die {
            true => self.add_row("jobs run again", again.len()),
            false => self.none("run again, although nothing died with its job", again),
        }
    }

    fn check_service(&mut self, (name, surge): (&str, usize), history: &[Line]) {
        let last_fault = history.iter().rfind(|line| matches!(line.event, Event::Fault { .. }));
        let last_fault = last_fault.map_or(0, |line| line.at);
        let (mut most, mut healed, mut target) = (0, None, 0);
        for line in history {
            let Event::Serving { service, running, desired } = &line.event else { continue };
            if service != name {
                continue;
            }
            (most, target) = (most.max(*running), *desired);
            match running >= desired {
                true => drop(healed.get_or_insert(line.at)),
                false => healed = None,
            }
        }
        let wanted = format!("{most}, of {target} and {surge} more");
        self.add(&format!("most instances of the {name} at a time"), wanted, {
            most <= target + surge && most > 0
        });
        let healed = healed.map(|at| at.saturating_sub(last_fault));
        let text = healed.map_or("never".to_owned(), |time| format!("{} s", time.div_ceil(1000)));
        let is_in_time = healed.is_some_and(|time| time <= HEALED_WITHIN);
        self.add(&format!("all of the {name} run after the last fault, after"), text, is_in_time);
    }
}

/// Returns the jobs of which an attempt began while another one was at work. An attempt that was
/// killed has no known end.
fn overlapped(history: &[Line]) -> BTreeSet<usize> {
    let (mut begun, mut done) = (Vec::new(), BTreeMap::new());
    for line in history {
        match line.event {
            Event::Run { attempt } => begun.push((attempt.job, line.pid, line.at)),
            Event::Done { attempt } => drop(done.insert((attempt.job, line.pid), line.at)),
            _ => {}
        }
    }
    begun.sort_unstable_by_key(|(job, _, at)| (*job, *at));
    let pairs = begun.windows(2).filter(|pair| pair[0].0 == pair[1].0);
    let overlap = pairs.filter(|pair| {
        let end = done.get(&(pair[0].0, pair[0].1));
        end.is_some_and(|end| *end > pair[1].2)
    });
    overlap.map(|pair| pair[0].0).collect()
}
