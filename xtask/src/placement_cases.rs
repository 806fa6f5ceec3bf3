//! `cargo xtask placement-cases`: holds `mesos-placement` against a file of cases.
//!
//! The file has one JSON object a line: agents, tasks that run, tasks to be placed, settings, and what is expected.

mod cluster;
mod constraint;
mod form;
mod task;
mod verdict;

use std::path::Path;

use anyhow::{Context, Result, bail};

use form::Case;

/// Prints each case that comes out wrong, and how many there are; an error if any does.
pub(crate) fn run(file: &Path) -> Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let (mut cases, mut wrong) = (0, 0);
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        cases += 1;
        let problems = check(line).unwrap_or_else(|error| vec![format!("can't be read: {error:#}")]);
        if !problems.is_empty() {
            wrong += 1;
            println!("line {} {}: {}", number + 1, id(line), problems.join("; "));
        }
    }
    println!("{cases} cases, {wrong} wrong");
    match wrong {
        0 => Ok(()),
        _ => bail!("{wrong} of {cases} cases are wrong"),
    }
}

/// What is wrong with the answers to a case.
fn check(line: &str) -> Result<Vec<String>> {
    let case: Case = serde_json::from_str(line)?;
    verdict::problems(&case)
}

fn id(line: &str) -> String {
    let case = serde_json::from_str::<serde_json::Value>(line).ok();
    case.and_then(|case| case.get("id")?.as_str().map(str::to_owned)).unwrap_or_default()
}
