//! Whether each instance of the service with volumes finds its files again, and runs alone.

use std::collections::{BTreeMap, BTreeSet};

use super::Table;
use crate::history::{Event, Line};
use crate::launcher::STATEFUL;
use crate::stateful;

/// What is known of an instance at a moment of the history.
#[derive(Debug, Default)]
struct Known<'h> {
    /// The starts that it has found last, as one text.
    starts: &'h str,
    /// The process that has found them.
    pid: u32,
    times: usize,
}

/// What is wrong with instances.
#[derive(Debug, Default)]
struct Wrong {
    /// They have lost what they had found before, or have found nothing more.
    lost: BTreeSet<usize>,
    /// They have found what others have written.
    foreign: BTreeSet<usize>,
    /// They have worked after the next attempt had begun.
    overlapped: BTreeSet<usize>,
}

impl Table {
    /// Checks what instances have found in their volumes. If `is_wanted`, each must have started
    /// again.
    pub(super) fn check_volumes(&mut self, history: &[Line], is_wanted: bool) {
        let (mut known, mut wrong) = (BTreeMap::<usize, Known<'_>>::new(), Wrong::default());
        for line in history {
            match &line.event {
                Event::Found { instance, starts } => {
                    wrong.find(*instance, known.entry(*instance).or_default(), starts, line.pid);
                }
                Event::Works { instance } if known.get(instance).is_none_or(|it| it.pid != line.pid) => {
                    wrong.overlapped.insert(*instance);
                }
                _ => {}
            }
        }
        let times: usize = known.values().map(|instance| instance.times).sum();
        self.add("instances with volumes", known.len(), known.len() == STATEFUL);
        self.add_row("their starts", times);
        let again = known.values().filter(|instance| instance.times > 1).count();
        self.add("found their files again", again, again == STATEFUL || !is_wanted);
        self.none("lost what was in their volume", wrong.lost);
        self.none("found what others have written", wrong.foreign);
        self.none("worked after their next attempt had begun", wrong.overlapped);
    }
}

impl Wrong {
    /// Notes what an instance has found when it has started, its own line included.
    fn find<'h>(&mut self, instance: usize, known: &mut Known<'h>, starts: &'h str, pid: u32) {
        let own = stateful::start(instance, pid);
        let lines: Vec<_> = starts.split(',').collect();
        let before: Vec<_> = known.starts.split(',').filter(|line| !line.is_empty()).collect();
        let has_grown = lines.len() > before.len() && lines.starts_with(&before);
        if !has_grown || lines.last() != Some(&own.as_str()) {
            self.lost.insert(instance);
        }
        let is_own = |line: &&str| line.split('.').next() == Some(instance.to_string().as_str());
        if !lines.iter().all(is_own) {
            self.foreign.insert(instance);
        }
        *known = Known { starts, pid, times: known.times + 1 };
    }
}
