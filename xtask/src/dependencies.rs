//! `cargo xtask dependencies`: what the crates of others are, by [cargo-deny].
//!
//! [cargo-deny]: https://github.com/EmbarkStudios/cargo-deny

use anyhow::Result;

use crate::steps::{cargo, install, succeed};

/// What `deny.toml` decides, without the network; advisories come from a server.
const CHECKS: [&str; 3] = ["bans", "licenses", "sources"];
const ADVISORIES: &str = "advisories";

/// Checks the licenses and the sources of all dependencies, and with `advisories` whether one of
/// them has a known vulnerability.
pub(crate) fn run(advisories: bool) -> Result<()> {
    install("deny")?;
    let mut command = cargo(&["deny", "check"]);
    succeed(command.args(CHECKS).args(advisories.then_some(ADVISORIES)))
}
