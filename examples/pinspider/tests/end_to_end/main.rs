//! The compiled example, run as its users run it.

mod crawls;
mod mistakes;
mod program;
mod test_site;
mod trouble;
