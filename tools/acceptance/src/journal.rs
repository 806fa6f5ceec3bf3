//! The part of a history that one process writes: lines at the end of a file.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};

use crate::history::{Event, Line};

/// Open for more.
#[derive(Debug)]
pub(crate) struct Journal(File);

impl Journal {
    /// Opens the journal, or begins it; gives what is in it.
    pub(crate) fn open(path: &Path) -> Result<(Self, Vec<Line>)> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        // So that what follows begins on a new line.
        file.set_len(u64::try_from(whole(&text).len())?)?;
        Ok((Self(file), lines(&text).with_context(|| path.display().to_string())?))
    }

    /// Writes that these happen now.
    pub(crate) fn write(&mut self, events: &[Event]) -> Result<()> {
        let (at, pid) = (now()?, std::process::id());
        let mut text = String::new();
        for event in events {
            writeln!(text, "{}", Line { at, pid, event: event.clone() })?;
        }
        Ok(self.0.write_all(text.as_bytes())?)
    }

    /// Appends events, which are on the disk when this returns.
    pub(crate) fn keep(&mut self, events: &[Event]) -> Result<()> {
        self.write(events)?;
        Ok(self.0.sync_data()?)
    }
}

/// Returns the time in milliseconds since 1970.
pub(crate) fn now() -> Result<u64> {
    Ok(u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?)
}

/// Reads what others have written.
pub(crate) fn read(path: &Path) -> Result<Vec<Line>> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    lines(&text).with_context(|| path.display().to_string())
}

fn lines(text: &str) -> Result<Vec<Line>> {
    whole(text).lines().map(str::parse).collect()
}

/// Returns the text without the half of a line that a killed process has left: nothing has followed
/// from it yet.
fn whole(text: &str) -> &str {
    text.rfind('\n').map_or("", |end| &text[..=end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_goes_on_where_it_ended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let left = |count| Event::Left { count, what: "of it".to_owned() };
        let (mut journal, before) = Journal::open(&path).unwrap();
        assert!(before.is_empty());
        journal.keep(&[left(1), left(2)]).unwrap();
        journal.0.write_all(b"1.000 7 en").unwrap();
        let (mut journal, before) = Journal::open(&path).unwrap();
        assert_eq!(before.len(), 2);
        journal.write(&[left(3)]).unwrap();
        let events: Vec<_> = read(&path).unwrap().into_iter().map(|line| line.event).collect();
        assert_eq!(events, [left(1), left(2), left(3)]);
    }
}
