//! The tests of the project, the statements that they prove, and the methods that there are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::backends::Backends;
use super::source::{Function, Source};
use crate::{rules, workspace};

/// A test, and what it proves.
#[derive(Debug, Default)]
pub(super) struct Test {
    pub(super) backends: Backends,
    pub(super) tags: BTreeSet<String>,
    /// The file that contains it.
    path: String,
}

/// Everything that the pages can refer to.
#[derive(Default)]
pub(super) struct Evidence {
    /// By `file::function`.
    pub(super) tests: BTreeMap<String, Test>,
    pub(super) functions: BTreeSet<String>,
}

pub(super) fn read() -> Result<Evidence> {
    let mut evidence = Evidence::default();
    for path in rules::files()?.iter().filter(|path| rules::is_rust(path)) {
        let text = fs::read_to_string(workspace::root().join(path)).with_context(|| path.clone())?;
        evidence.add(path, &text).with_context(|| path.clone())?;
    }
    Ok(evidence)
}

impl Evidence {
    pub(super) fn add(&mut self, path: &str, text: &str) -> Result<()> {
        let source = Source::parse(text)?;
        for (case, backends) in &source.cases {
            let found = self.test(path, case)?;
            // A case that is listed twice runs on the backends of both lists.
            found.backends = found.backends.and(*backends);
        }
        let is_case = |name: &String| source.cases.iter().any(|(case, _)| case == name);
        for Function { name, is_test, tags } in &source.functions {
            ensure!(tags.is_empty() || *is_test || is_case(name), "{name} has tags, but is not a test");
            if *is_test || !tags.is_empty() {
                self.test(path, name)?.tags.extend(tags.iter().cloned());
            }
        }
        if path.starts_with("mesos-sdk/src") {
            self.functions.extend(source.functions.into_iter().map(|function| function.name));
            self.functions.extend(text.lines().filter_map(operator_call).map(str::to_owned));
        }
        Ok(())
    }

    fn test(&mut self, path: &str, name: &str) -> Result<&mut Test> {
        let key = format!("{}::{name}", stem(path));
        let found = self.tests.entry(key).or_default();
        if found.path.is_empty() {
            path.clone_into(&mut found.path);
        }
        ensure!(found.path == path, "a file of the same name, {}, also has a test {name}", found.path);
        Ok(found)
    }

    /// Returns the tests that prove a statement.
    pub(super) fn of(&self, tag: &str) -> impl Iterator<Item = (&str, &Test)> {
        let tests = self.tests.iter().map(|(name, test)| (name.as_str(), test));
        tests.filter(move |(_, test)| test.tags.contains(tag))
    }

    /// Returns what the tests prove and `tags` does not contain.
    pub(super) fn unknown_tags(&self, tags: &[String]) -> Vec<String> {
        let proven = self.tests.iter().flat_map(|(name, test)| test.tags.iter().map(move |tag| (name, tag)));
        let unknown = proven.filter(|(_, tag)| !tags.contains(tag));
        unknown.map(|(name, tag)| format!("{name}: there is no statement {tag}")).collect()
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
    fn case_in_two_lists_runs_on_both_backends() {
        let mut evidence = Evidence::default();
        let text = "testkit::cases![; embedded only: a, b; several masters: b]";
        evidence.add("tests/drivers/one.rs", text).unwrap();
        let names: Vec<_> = evidence.tests.values().map(|test| test.backends.name()).collect();
        assert_eq!(names, ["embedded", "both"]);
    }

    #[test]
    fn tags_need_a_test_and_a_statement() {
        let mut evidence = Evidence::default();
        assert!(evidence.add("a/one.rs", "#[statement::proves(ack3)] fn x() {}").is_err());
        let case = "testkit::cases![x]; #[statement::proves(ack3, ack4)] async fn x() {}";
        evidence.add("a/one.rs", case).unwrap();
        assert_eq!(evidence.of("ack3").map(|(name, _)| name).collect::<Vec<_>>(), ["one::x"]);
        assert_eq!(evidence.unknown_tags(&["ack3".to_owned()]), ["one::x: there is no statement ack4"]);
    }

    #[test]
    fn names_are_unambiguous() {
        let mut evidence = Evidence::default();
        evidence.add("a/one.rs", "#[test] fn x() {}").unwrap();
        assert!(evidence.add("b/one.rs", "#[test] fn x() {}").is_err());
    }

    #[test]
    fn operator_calls_are_recognized() {
        assert_eq!(operator_call("    Change drain_agent(id: AgentId) = DrainAgent {"), Some("drain_agent"));
        assert_eq!(operator_call("Ask the master (or its leader)"), None);
    }
}
