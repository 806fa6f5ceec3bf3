//! Statements about what Mesos does, each checked on both test backends.
//!
//! `statement::proves` names the tags of the statements that a case proves.

use std::process::ExitCode;

mod agents;
mod allocation;
mod authentication;
mod calls;
mod domains;
mod elections;
mod ending;
mod executor_calls;
mod executor_environment;
mod failover;
mod filters;
mod flags;
mod heartbeat;
mod hostile;
mod identity;
mod inverse;
mod json;
mod kill_unknown;
mod launch;
mod masters;
mod media_types;
mod operation_calls;
mod operations;
mod patterns;
mod quotas;
mod reconcile;
mod removed;
mod requests;
mod required;
mod reservations;
mod resources;
mod roles;
mod running;
mod task;
mod terminal;
mod transport;
mod update_framework;
mod updates;
mod words;

fn main() -> ExitCode {
    testkit::run(
        [
            transport::cases(),
            requests::cases(),
            media_types::cases(),
            hostile::cases(),
            json::cases(),
            required::cases(),
            calls::cases(),
            identity::cases(),
            authentication::cases(),
            failover::cases(),
            heartbeat::cases(),
            roles::cases(),
            update_framework::cases(),
            filters::cases(),
            allocation::cases(),
            flags::cases(),
            launch::cases(),
            resources::cases(),
            reservations::cases(),
            words::cases(),
            operations::cases(),
            inverse::cases(),
            reconcile::cases(),
            agents::cases(),
            masters::cases(),
            domains::cases(),
            elections::cases(),
            updates::cases(),
            operation_calls::cases(),
            removed::cases(),
            patterns::cases(),
            quotas::cases(),
            terminal::cases(),
            kill_unknown::cases(),
            ending::cases(),
            executor_environment::cases(),
            executor_calls::cases(),
        ]
        .concat(),
    )
}
