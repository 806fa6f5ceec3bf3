//! The history of a run: a line for each event, and a hash of all lines.

use std::fmt::{self, Write as _};
use std::time::Duration;

/// The events of one run so far.
#[derive(Debug)]
pub(crate) struct History {
    /// The lines, if they are kept.
    kept: Option<Vec<String>>,
    line: String,
    hash: u64,
}

impl History {
    pub(crate) fn new(keep: bool) -> Self {
        Self { kept: keep.then(Vec::new), line: String::new(), hash: 0xcbf2_9ce4_8422_2325 }
    }

    /// Adds an event.
    pub(crate) fn note(&mut self, now: Duration, what: fmt::Arguments<'_>) {
        self.line.clear();
        let (seconds, millis) = (now.as_secs(), now.subsec_millis());
        // Writing to a string cannot fail.
        let _ = write!(self.line, "{seconds:>5}.{millis:03}  ");
        let _ = self.line.write_fmt(what);
        for byte in self.line.bytes() {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        if let Some(kept) = &mut self.kept {
            kept.push(self.line.clone());
        }
    }

    /// Returns the hash of all events. Two runs with the same hash were the same.
    pub(crate) fn hash(&self) -> u64 {
        self.hash
    }

    pub(crate) fn take(&mut self) -> Vec<String> {
        self.kept.take().unwrap_or_default()
    }
}
