//! The packages of the workspace.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::steps::cargo;

/// Returns what Cargo knows about each package.
pub(crate) fn all() -> Result<Vec<Value>> {
    let listed = cargo(&["metadata", "--no-deps", "--format-version", "1"]).output()?;
    let mut metadata: Value = serde_json::from_slice(&listed.stdout).context("cargo lists no packages")?;
    Ok(metadata["packages"].as_array_mut().map(std::mem::take).unwrap_or_default())
}
