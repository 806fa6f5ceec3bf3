//! Checks the spelling of all text and code, by [codespell].
//!
//! [codespell]: https://github.com/codespell-project/codespell

use std::process::Command;

use anyhow::Result;

use crate::steps::succeed;
use crate::workspace;

const TOOL: &str = "codespell";

/// The dictionaries of common mistakes, and of words that are rarely meant.
const DICTIONARIES: [&str; 2] = ["--builtin", "clear,rare"];

/// Words of Rust, of formats and of French that look like mistakes, in lower case.
const WORDS: [&str; 2] = ["--ignore-words-list", "crate,mut,ser,ro,atleast,ifself,keypair,breal,nd,ines"];

/// What is not checked: data, generated code, and what Mesos has written.
const EXEMPT: [&str; 4] = ["fuzz/corpus/", "mesos-sdk/src/proto/generated/", "proto/", "Cargo.lock"];

/// Checks every file, or prints that it did not.
pub(crate) fn check() -> Result<()> {
    if Command::new(TOOL).arg("--version").output().is_err() {
        println!("\n!!! SKIPPED: spelling ({TOOL} is not installed: apt-get install -y {TOOL}) !!!\n");
        return Ok(());
    }
    let files = workspace::files(&[])?.into_iter().filter(|file| !is_exempt(file));
    let mut command = Command::new(TOOL);
    command.current_dir(workspace::root()).args(DICTIONARIES).args(WORDS);
    succeed(command.args(files))
}

fn is_exempt(file: &str) -> bool {
    EXEMPT.iter().any(|exempt| file.starts_with(exempt) || file.ends_with(exempt))
}
