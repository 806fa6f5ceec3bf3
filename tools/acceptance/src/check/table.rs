//! What the checks have found.

use std::fmt;

use anyhow::{Result, ensure};

/// How many names a row lists.
const LISTED: usize = 10;

/// What was counted, and what is wrong.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<(String, String)>,
    problems: Vec<String>,
}

impl Table {
    /// Adds a line that can't be wrong.
    pub(super) fn add_row(&mut self, what: &str, value: impl fmt::Display) {
        self.rows.push((what.to_owned(), value.to_string()));
    }

    /// Adds a line, which is wrong unless `holds`.
    pub(super) fn add(&mut self, what: &str, value: impl fmt::Display, holds: bool) {
        if !holds {
            self.problems.push(format!("{what}: {value}"));
        }
        self.add_row(what, value);
    }

    /// Adds a line, which is wrong unless there are none of these.
    pub(super) fn none(&mut self, what: &str, names: impl IntoIterator<Item = impl fmt::Display>) {
        let names: Vec<_> = names.into_iter().map(|name| name.to_string()).collect();
        let text = match names.len() {
            0 => "none".to_owned(),
            count => format!("{count}: {}", names[..count.min(LISTED)].join(", ")),
        };
        self.add(what, text, names.is_empty());
    }

    /// Fails if anything is wrong.
    pub fn verdict(&self) -> Result<()> {
        ensure!(self.problems.is_empty(), "not accepted:\n  {}", self.problems.join("\n  "));
        Ok(())
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, value) in &self.rows {
            writeln!(formatter, "  {what:<48} {value}")?;
        }
        let verdict = if self.problems.is_empty() { "accepted" } else { "NOT ACCEPTED" };
        write!(formatter, "  {verdict}")
    }
}
