//! `cargo xtask protocol`: holds docs/protocol.md against proto/ and against the tests.

mod enums;
mod evidence;
mod page;
mod row;

use std::fs;

use anyhow::{Context, Result, bail};

use crate::workspace;

const PAGE: &str = "docs/protocol.md";

/// Fills in the columns that follow from the tests, or with `check` only compares.
pub(crate) fn run(check: bool) -> Result<()> {
    let path = workspace::root().join(PAGE);
    let text = fs::read_to_string(&path).context(PAGE)?;
    let filled = page::fill(&text, &enums::read()?, &evidence::read()?);
    if !check {
        fs::write(&path, &filled.text)?;
    } else if filled.text != text {
        bail!("{PAGE} does not follow from the tests: run `cargo xtask protocol`");
    }
    match filled.problems.is_empty() {
        true => Ok(()),
        false => bail!("{PAGE}:\n  {}", filled.problems.join("\n  ")),
    }
}
