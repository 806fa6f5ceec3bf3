//! The tests in the source files, the backends on which they run, and the methods that there are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::{rules, workspace};

/// What a test is held against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Judges {
    pub(super) embedded: bool,
    pub(super) real: bool,
}

impl Judges {
    pub(super) fn and(self, other: Self) -> Self {
        Self { embedded: self.embedded || other.embedded, real: self.real || other.real }
    }

    pub(super) fn name(self) -> &'static str {
        match (self.embedded, self.real) {
            (true, true) => "both",
            (true, false) => "embedded",
            (false, true) => "real",
            (false, false) => "neither",
        }
    }
}

/// All that the page can refer to.
#[derive(Default)]
pub(super) struct Evidence {
    /// By `file::function`.
    pub(super) tests: BTreeMap<String, Judges>,
    pub(super) functions: BTreeSet<String>,
}

pub(super) fn read() -> Result<Evidence> {
    let mut evidence = Evidence::default();
    for path in rules::files()?.iter().filter(|path| rules::is_rust(path)) {
        let text = fs::read_to_string(workspace::root().join(path)).with_context(|| path.clone())?;
        evidence.add(path, &text);
    }
    Ok(evidence)
}

impl Evidence {
    fn add(&mut self, path: &str, text: &str) {
        let cases = cases(text).into_iter();
        let tests =
            cases.chain(tests(text)).map(|(test, judges)| (format!("{}::{test}", stem(path)), judges));
        for (test, judges) in tests {
            // One that is listed twice runs on the backends of both lists.
            let known = self.tests.entry(test).or_default();
            *known = known.and(judges);
        }
        if path.starts_with("mesos-sdk/src") {
            let named = text.lines().filter_map(|line| function(line).or_else(|| operator_call(line)));
            self.functions.extend(named.map(str::to_owned));
        }
    }
}

/// Returns the file's name, or its folder's if that is more specific.
fn stem(path: &str) -> &str {
    let path = Path::new(path);
    let file = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let folder = path.parent().and_then(Path::file_name).and_then(|folder| folder.to_str());
    match file {
        "mod" | "tests" | "main" => folder.unwrap_or(file),
        _ => file,
    }
}

/// Returns the cases of a `judges::cases!`.
fn cases(text: &str) -> Vec<(String, Judges)> {
    let Some((_, list)) = text.split_once("cases![") else { return Vec::new() };
    let list = list.split_once(']').map_or(list, |(list, _)| list);
    let list: String = list.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    list.split(';').flat_map(of_one_kind).collect()
}

fn of_one_kind(part: &str) -> Vec<(String, Judges)> {
    let (kind, names) = part.split_once(':').unwrap_or(("", part));
    let judges = match kind.trim() {
        "embedded only" => Judges { embedded: true, real: false },
        "several masters" | "real only" => Judges { embedded: false, real: true },
        _ => Judges { embedded: true, real: true },
    };
    let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
    names.map(|name| (name.to_owned(), judges)).collect()
}

/// Functions with an attribute that makes them tests.
fn tests(text: &str) -> Vec<(String, Judges)> {
    let mut is_test = false;
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        is_test |= line == "#[test]" || line.starts_with("#[tokio::test");
        if let Some(name) = function(line) {
            if is_test {
                found.push((name.to_owned(), Judges::default()));
            }
            is_test = false;
        }
    }
    found
}

/// Returns the name of the function that begins on this line.
fn function(line: &str) -> Option<&str> {
    let (before, rest) = line.split_once("fn ")?;
    let begins =
        before.split_whitespace().all(|word| matches!(word, "async" | "const") || word.starts_with("pub"));
    let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
    (begins && end > 0).then(|| &rest[..end])
}

/// Returns the method that this line of a table of operator calls makes, as in `Ask get_state() =
/// GetState …`.
fn operator_call(line: &str) -> Option<&str> {
    let (mode, rest) = line.trim().split_once(' ')?;
    let (name, _) = rest.split_once('(')?;
    let is_name = name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_');
    (matches!(mode, "Ask" | "Change" | "Wait") && is_name).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_are_found_with_their_judges() {
        let text = "judges::cases![\n    one, // why\n    two;\n    embedded only: three; several masters: four; real only: five\n];";
        let found: Vec<_> = cases(text).into_iter().map(|(name, judges)| (name, judges.name())).collect();
        let wanted =
            [("one", "both"), ("two", "both"), ("three", "embedded"), ("four", "real"), ("five", "real")];
        assert_eq!(found, wanted.map(|(name, judges)| (name.to_owned(), judges)));
    }

    #[test]
    fn a_case_in_two_lists_is_seen_on_the_judges_of_both() {
        let mut evidence = Evidence::default();
        evidence.add("tests/drivers/one.rs", "judges::cases![; embedded only: a, b; several masters: b]");
        let names: Vec<_> = evidence.tests.values().map(|judges| judges.name()).collect();
        assert_eq!(names, ["embedded", "both"]);
    }

    #[test]
    fn tests_are_found_but_not_other_functions() {
        let text = "#[test]\n#[allow(x)]\nfn one() {}\nfn two() {}\n#[tokio::test(start_paused = true)]\nasync fn three() {}";
        let names: Vec<_> = tests(text).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["one", "three"]);
    }

    #[test]
    fn operator_calls_are_known_by_their_first_line() {
        assert_eq!(operator_call("    Change drain_agent(id: AgentId) = DrainAgent {"), Some("drain_agent"));
        assert_eq!(operator_call("Ask the master (or its leader)"), None);
    }

    #[test]
    fn functions_are_known_by_their_first_line() {
        assert_eq!(function("    pub async fn call<T>("), Some("call"));
        assert_eq!(function("// so that fn stays"), None);
        assert_eq!(function("    call: fn (u8)"), None);
    }
}
