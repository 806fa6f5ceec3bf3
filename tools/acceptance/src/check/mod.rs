//! Holds a history against what should have happened. It knows nothing but the history.

mod book;
mod flat;
mod launcher;
#[cfg(test)]
mod launcher_tests;
mod launches;
mod leaders;
mod table;
#[cfg(test)]
mod tests;
mod volumes;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::framework::Framework;
use crate::history::{Event, Line};
use crate::journal;

pub use table::Table;

impl Table {
    /// Reads a history and checks it. Fails if it cannot be read.
    pub fn of_file(path: &Path) -> Result<Self> {
        Self::of(&journal::read(path)?)
    }

    pub(crate) fn of(history: &[Line]) -> Result<Self> {
        let plan = history.iter().find_map(|line| match &line.event {
            Event::Plan { framework, tasks, executors_die, .. } => Some((*framework, *tasks, *executors_die)),
            _ => None,
        });
        let (framework, tasks, executors_die) = plan.context("the history has no plan")?;
        let mut table = Self::default();
        match framework {
            Framework::Driver => {
                let book = table.check_book(history, executors_die);
                table.check_each_update_once_in_a_life(history);
                table.check_launches(tasks, &book, history);
                table.check_framework(history);
            }
            Framework::Launcher => {
                table.check_launcher(tasks, executors_die, history);
                table.check_volumes(history, executors_die);
                table.check_leaders(history);
            }
        }
        table.count_faults(history);
        table.check_flat(history, executors_die);
        table.check_remains(history);
        Ok(table)
    }

    fn check_framework(&mut self, history: &[Line]) {
        let subscribed = history.iter().filter_map(|line| match &line.event {
            Event::Subscribed { framework } => Some(framework.as_str()),
            _ => None,
        });
        let ids: BTreeSet<_> = subscribed.clone().collect();
        self.add_row("subscriptions", subscribed.count());
        self.add("framework ids", ids.len(), ids.len() == 1);
    }

    fn count_faults(&mut self, history: &[Line]) {
        let mut kinds = BTreeMap::<String, usize>::new();
        for line in history {
            match &line.event {
                Event::Fault { text } if !text.starts_with("end ") => {
                    *kinds.entry(kind(text)).or_default() += 1;
                }
                Event::Counted { cut, repeated } => {
                    self.add_row("connections lost in the proxies", cut);
                    self.add_row("updates that came again, kept from the handler", repeated);
                }
                _ => {}
            }
        }
        for (kind, times) in kinds {
            self.add_row(&kind, times);
        }
    }

    /// Checks that what remained was looked at: a history that ends earlier is not valid.
    fn check_remains(&mut self, history: &[Line]) {
        let mut looks = 0;
        for line in history {
            if let Event::Left { count, what } = &line.event {
                looks += 1;
                self.add(&format!("left: {what}"), count, *count == 0);
            }
        }
        self.add("looks at what is left", looks, looks > 0);
    }
}

/// Returns what a fault is counted as.
pub(crate) fn kind(text: &str) -> String {
    let words: Vec<_> = text.split(' ').collect();
    match words[..] {
        ["refused", ..] => "refused: not there, or not so".to_owned(),
        ["revived", name] => format!("revived {}", name.split('-').next().unwrap_or_default()),
        [verb, whom, ..] => format!("{verb} {}", whom.trim_end_matches(':')),
        _ => text.to_owned(),
    }
}
