//! The evidence of what was run: a file for each process, named after its process id.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::journal::Journal;

/// The variable that names the folder.
pub(crate) const EVIDENCE: &str = "ACCEPTANCE_EVIDENCE";

/// Opens the file of this process.
pub(crate) fn of_this_process() -> Result<Journal> {
    let folder = std::env::var_os(EVIDENCE).with_context(|| format!("{EVIDENCE} is not set"))?;
    let (journal, _) = Journal::open(&PathBuf::from(folder).join(std::process::id().to_string()))?;
    Ok(journal)
}
