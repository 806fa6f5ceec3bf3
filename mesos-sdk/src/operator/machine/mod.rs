//! What the clients of the operator APIs decide, without sockets and clocks.

mod attempts;
mod watch;

pub(super) use attempts::{Attempts, Failure, Next};
pub(super) use watch::{Do, Input, Step, Watch};
