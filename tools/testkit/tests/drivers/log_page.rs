//! The events and spans of the log: those that the page lists, and those in the sources.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

/// An event or a span.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) level: String,
    /// The message of an event, or the name of a span.
    pub(crate) message: String,
    pub(crate) fields: BTreeSet<String>,
}

/// A file of the repository.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

/// The page.
pub(crate) fn page() -> Result<String> {
    Ok(fs::read_to_string(path("docs/observability.md"))?)
}

/// What the page lists.
pub(crate) fn listed() -> Result<BTreeSet<Entry>> {
    Ok(page()?.lines().filter_map(row).collect())
}

/// A row of a table with a level, a name and fields.
fn row(line: &str) -> Option<Entry> {
    let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
    let level = cells.next().filter(|level| LEVELS.contains(level))?.to_owned();
    let message = in_code(cells.next()?).next()?;
    Some(Entry { level, message, fields: in_code(cells.next()?).collect() })
}

/// What is in backticks.
pub(crate) fn in_code(text: &str) -> impl Iterator<Item = String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned)
}

/// What the sources of the library contain.
pub(crate) fn written() -> Result<BTreeSet<Entry>> {
    let mut found = BTreeSet::new();
    let mut folders = vec![path("mesos-sdk/src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?.path();
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&entry)?;
                found.extend(macros(&text).with_context(|| entry.display().to_string())?);
            }
        }
    }
    Ok(found)
}

/// The events and spans of a source file.
fn macros(text: &str) -> Result<Vec<Entry>> {
    let calls = text.split("tracing::").skip(1).filter_map(|rest| {
        let (name, rest) = rest.split_once("!(")?;
        let level = LEVELS.into_iter().find(|level| *level == name.trim_end_matches("_span"))?;
        Some((level, rest))
    });
    calls.map(|(level, rest)| entry(level, rest)).collect()
}

/// The event or span with these arguments, whatever follows them.
fn entry(level: &str, arguments: &str) -> Result<Entry> {
    let mut entry = Entry { level: level.to_owned(), ..Entry::default() };
    for argument in split(arguments).context("a macro without an end")? {
        if let Some(message) = argument.strip_prefix('"') {
            message.trim_end_matches('"').clone_into(&mut entry.message);
        } else {
            let name = argument.split('=').next().unwrap_or_default();
            entry.fields.insert(name.trim().trim_start_matches(['?', '%']).to_owned());
        }
    }
    Ok(entry)
}

/// The arguments up to the closing parenthesis.
fn split(text: &str) -> Option<Vec<String>> {
    let (mut arguments, mut argument) = (Vec::new(), String::new());
    let (mut depth, mut quoted) = (0_u32, false);
    for letter in text.chars() {
        match letter {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted && depth == 0 => {
                arguments.push(argument);
                return Some(trimmed(&arguments));
            }
            ')' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                arguments.push(std::mem::take(&mut argument));
                continue;
            }
            _ => {}
        }
        argument.push(letter);
    }
    None
}

fn trimmed(arguments: &[String]) -> Vec<String> {
    let arguments = arguments.iter().map(|argument| argument.trim().to_owned());
    arguments.filter(|argument| !argument.is_empty()).collect()
}
