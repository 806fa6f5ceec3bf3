//! The window on a cluster in a real browser, on both test backends.

use std::process::ExitCode;

mod access;
mod browser;
mod changes;
mod cluster;
mod content;
mod crowd;
mod layout;

fn main() -> ExitCode {
    testkit::run_in_browser(
        [access::cases(), changes::cases(), content::cases(), crowd::cases(), layout::cases()].concat(),
    )
}
