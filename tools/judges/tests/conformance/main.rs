//! Statements about what Mesos does, each held against both judges.
//!
//! The first word of a case's name is the statement's tag.

use std::process::ExitCode;

mod calls;
mod failover;
mod filters;
mod heartbeat;
mod identity;
mod launch;
mod reconcile;
mod roles;
mod task;
mod transport;
mod update_framework;

fn main() -> ExitCode {
    judges::run(
        [
            transport::cases(),
            calls::cases(),
            identity::cases(),
            failover::cases(),
            heartbeat::cases(),
            roles::cases(),
            update_framework::cases(),
            filters::cases(),
            launch::cases(),
            reconcile::cases(),
        ]
        .concat(),
    )
}
