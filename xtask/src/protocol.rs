//! `cargo xtask protocol`: holds the pages that say what is proven against proto/ and against the
//! tests.

mod backends;
mod enums;
mod evidence;
mod page;
mod row;
mod source;

use std::fs;

use anyhow::{Context, Result, bail, ensure};
use enums::Sections;
use evidence::Evidence;

use crate::{features, steps, workspace};

/// Has the calls, events and operations, each of them.
const PROTOCOL: &str = "docs/protocol.md";
const PITFALLS: &str = "docs/pitfalls.md";

/// Fills in the columns that follow from the tests, or with `check` only compares.
pub(crate) fn run(check: bool) -> Result<()> {
    let evidence = evidence::read()?;
    let pages = [(PROTOCOL, enums::read()?), (PITFALLS, Sections::new())];
    let problems = pages.iter().map(|(page, sections)| hold(page, sections, &evidence, check));
    let problems = problems.collect::<Result<Vec<_>>>()?.concat();
    match problems.is_empty() {
        true => Ok(()),
        false => bail!("\n  {}", problems.join("\n  ")),
    }
}

/// Runs the tests of one statement, on a real Mesos if the environment allows it.
pub(crate) fn test(tag: &str) -> Result<()> {
    let evidence = evidence::read()?;
    let names: Vec<_> = evidence.of(tag).filter_map(|(name, _)| name.rsplit("::").next()).collect();
    ensure!(!names.is_empty(), "no test proves a statement {tag}; {PROTOCOL} lists the statements");
    let filter = format!("test(/(^|::)({})$/)", names.join("|"));
    let mut run = steps::cargo(&["nextest", "run", "--workspace", "--filterset", &filter]);
    steps::succeed(run.args(features::all()?))
}

fn hold(page: &str, sections: &Sections, evidence: &Evidence, check: bool) -> Result<Vec<String>> {
    let path = workspace::root().join(page);
    let text = fs::read_to_string(&path).with_context(|| page.to_owned())?;
    let filled = page::fill(&text, sections, evidence);
    if !check {
        fs::write(&path, &filled.text)?;
    } else if filled.text != text {
        bail!("{page} does not follow from the tests: run `cargo xtask protocol`");
    }
    Ok(filled.problems.iter().map(|problem| format!("{page}: {problem}")).collect())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_pages_are_complete() {
        super::run(true).unwrap();
    }
}
