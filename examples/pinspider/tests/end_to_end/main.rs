//! The compiled example, run as its users run it.

#![expect(clippy::unwrap_used, reason = "in a test, that is how to fail")]

mod crawls;
mod mistakes;
mod program;
mod test_site;
mod trouble;
