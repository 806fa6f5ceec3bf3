//! The last things that happened.

use std::collections::VecDeque;

use serde::Serialize;

use super::limits::MAX_LOG;

/// One thing that happened.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct Entry {
    /// Counts up from 1.
    pub(super) number: u64,
    /// Seconds since 1970.
    pub(super) time: f64,
    /// Whose event it is: `task`, `agent`, `framework` or `master`.
    pub(super) kind: &'static str,
    /// What happened: `added`, `removed`, or the state of a task.
    pub(super) what: String,
    pub(super) id: String,
    pub(super) name: String,
    /// The framework of a task.
    pub(super) framework: String,
    pub(super) message: String,
}

#[derive(Debug, Default)]
pub(super) struct Log {
    entries: VecDeque<Entry>,
    last: u64,
}

impl Log {
    /// Adds an entry, which gets the next number. The oldest makes room.
    pub(super) fn add(&mut self, entry: Entry) {
        self.last += 1;
        if self.entries.len() >= MAX_LOG {
            self.entries.pop_front();
        }
        self.entries.push_back(Entry { number: self.last, ..entry });
    }

    /// Returns the entries, newest first.
    pub(super) fn newest(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().rev()
    }
}
