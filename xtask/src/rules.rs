//! Rules for source files that no compiler knows.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::workspace;

/// Lines of a file that people write.
const MOST_LINES: usize = 400;
/// Lines of code of an example, which are neither blank nor a comment.
const MOST_EXAMPLE_LINES: usize = 99;
/// Folders and files that only decide: they take the time and what has arrived, and return what to
/// do.
const PURE: &[&str] = &[
    "mesos-sdk/src/wire/",
    "mesos-sdk/src/resources/",
    "mesos-sdk/src/validation/",
    "mesos-sdk/src/build/",
    "/machine/",
    "/event.rs",
    "/ledger.rs",
    "/backoff.rs",
    "mesos-sdk/src/silence.rs",
    "mesos-sdk/src/budget.rs",
    "mesos-sdk/src/proto/",
    "/acknowledgement.rs",
    "mesos-sdk/src/scheduler/role.rs",
    "/reconciliation.rs",
    "/kills.rs",
    "/outlook.rs",
    "mesos-sdk/src/scheduler/ages.rs",
    "/one_shot.rs",
    "mesos-sdk/src/scheduler/removal.rs",
    "/trust.rs",
    "mesos-sdk/src/http/response.rs",
    "mesos-local/src/master/",
    "mesos-placement/src/",
    "mesos-launcher/src/core/",
    "mesos-launcher/src/store/file_log/replay.rs",
    "mesos-launcher/src/store/file_log/frame.rs",
    "mesos-window/src/model/",
    "tools/acceptance/src/plan.rs",
    "tools/acceptance/src/check/",
    "mesos-local/src/agent/nested/book.rs",
];
/// What they may not name.
const IMPURE: [&str; 7] =
    ["tokio", "hyper", "Instant::now", "SystemTime::now", "TcpStream", "TcpListener", "std::thread"];

/// Holds every file of the repository to the rules.
pub(crate) fn check() -> Result<()> {
    let mut broken = Vec::new();
    for file in files()? {
        let text = fs::read_to_string(workspace::root().join(&file)).with_context(|| file.clone())?;
        broken.extend(violations(&file, &text));
    }
    if !broken.is_empty() {
        bail!("\n  {}", broken.join("\n  "));
    }
    Ok(())
}

/// Returns the Rust and Markdown files that people write, by their path from the root.
pub(crate) fn files() -> Result<Vec<String>> {
    let files = workspace::files(&["*.rs", "*.md"])?;
    Ok(files.into_iter().filter(|path| !path.contains("/generated/")).collect())
}

fn violations(path: &str, text: &str) -> Vec<String> {
    let size = too_long(path, text).or_else(|| too_long_example(path, text));
    let layer = impure_names(path, text);
    let examples = uncompiled_examples(path, text);
    let signatures = incomplete_signatures(path, text);
    size.into_iter().chain(layer).chain(examples).chain(signatures).collect()
}

pub(crate) fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

fn too_long(path: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    let message = || format!("{path}: {lines} lines, more than {MOST_LINES}: give each of its ideas a file");
    (is_rust(path) && lines > MOST_LINES).then(message)
}

/// Holds the examples, which are to be read at one go, to their own limit.
fn too_long_example(path: &str, text: &str) -> Option<String> {
    let is_example = is_example(path);
    let lines =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).count();
    let message = || format!("{path}: {lines} lines of code, more than {MOST_EXAMPLE_LINES}");
    (is_example && lines > MOST_EXAMPLE_LINES).then(message)
}

/// Returns whether a file, by its path from the root, is one of the small examples.
pub(crate) fn is_example(path: &str) -> bool {
    path.strip_prefix("examples/").is_some_and(|name| is_rust(name) && !name.contains('/'))
}

fn impure_names(path: &str, text: &str) -> Vec<String> {
    let pure = PURE.iter().any(|part| path.contains(part))
        && !path.ends_with("/tests.rs")
        && !path.contains("/tests/");
    let lines = text.lines().enumerate().filter(|_| pure && is_rust(path));
    // A file's tests stand at its end.
    let lines = lines.take_while(|(_, line)| line.trim() != "#[cfg(test)]");
    lines
        .filter_map(|(i, line)| Some((i + 1, impure_name(line)?)))
        .map(|(i, name)| {
            format!("{path}:{i}: names {name}, but this file only decides: let its caller do that")
        })
        .collect()
}

fn impure_name(line: &str) -> Option<&'static str> {
    let code = line.split_once("//").map_or(line, |(code, _)| code);
    IMPURE.into_iter().find(|name| code.contains(name))
}

fn uncompiled_examples(path: &str, text: &str) -> Vec<String> {
    let fences = text.lines().enumerate().filter_map(|(i, line)| Some((i + 1, line.split_once("```")?.1)));
    let ignored = fences.filter(|(_, attributes)| attributes.split(',').any(|word| word.trim() == "ignore"));
    ignored.map(|(i, _)| format!("{path}:{i}: an example that is not compiled: use no_run or text")).collect()
}

/// Compares the methods of a trait with those that its documentation shows as they are written.
fn incomplete_signatures(path: &str, text: &str) -> Option<String> {
    let methods = |start: &str| -> BTreeSet<&str> {
        let lines = text.lines().filter_map(|line| line.strip_prefix(start));
        lines.filter_map(|line| Some(line.split_once('(')?.0)).collect()
    };
    let (shown, declared) = (methods("///     async fn "), methods("    async fn "));
    let is_incomplete = text.lines().any(|line| line == "/// # Signatures") && shown != declared;
    let differing = || shown.symmetric_difference(&declared).copied().collect::<Vec<_>>().join(", ");
    is_incomplete.then(|| format!("{path}: the signatures in the documentation differ: {}", differing()))
}

#[cfg(test)]
mod tests {
    use super::violations;

    #[test]
    fn long_examples_are_found() {
        let text = |lines: usize| "// A comment.\n\n".to_owned() + &"f();\n".repeat(lines);
        assert_eq!(violations("examples/a.rs", &text(99)).len(), 0);
        assert_eq!(violations("examples/a.rs", &text(100)).len(), 1);
        assert_eq!(violations("examples/tests/a.rs", &text(100)).len(), 0);
    }

    #[test]
    fn documented_signatures_are_complete() {
        let page =
            "/// # Signatures\n///     async fn one(&self) {}\npub trait T {\n    async fn one(&self);\n";
        assert!(violations("a/src/b.rs", &format!("{page}}}\n")).is_empty());
        let found = violations("a/src/b.rs", &format!("{page}    async fn two(&self);\n}}\n"));
        assert_eq!(found, ["a/src/b.rs: the signatures in the documentation differ: two"]);
    }

    #[test]
    fn files_have_a_size() {
        assert!(violations("a/src/b.rs", &"x\n".repeat(400)).is_empty());
        assert_eq!(violations("a/src/b.rs", &"x\n".repeat(401)).len(), 1);
        assert!(violations("README.md", &"x\n".repeat(401)).is_empty());
    }

    #[test]
    fn pure_files_name_no_clock_and_no_socket() {
        for line in ["use tokio::net::TcpStream;", "    let now = Instant::now();", "use hyper::body::Body;"]
        {
            assert_eq!(violations("mesos-sdk/src/session/machine/mod.rs", line).len(), 1, "{line}");
            assert_eq!(violations("mesos-sdk/src/scheduler/event.rs", line).len(), 1, "{line}");
            assert!(violations("mesos-sdk/src/session/engine.rs", line).is_empty(), "{line}");
        }
    }

    #[test]
    fn pure_files_may_mention_them() {
        let text = "//! Not tokio's.\n#[cfg(test)]\nmod tests { use std::time::Instant; fn f() { Instant::now(); } }";
        assert!(violations("mesos-sdk/src/wire/mod.rs", text).is_empty());
    }

    #[test]
    fn examples_are_compiled() {
        let example = |attributes: &str| format!("/// ```{attributes}\n/// code\n/// ```\n");
        assert_eq!(violations("a/src/b.rs", &example("ignore")).len(), 1);
        assert_eq!(violations("README.md", &example("rust,ignore")).len(), 1);
        assert!(violations("a/src/b.rs", &example("no_run")).is_empty());
    }
}
