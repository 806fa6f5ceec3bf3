//! What the drivers do, each statement checked on both test backends.
//!
//! This same program also runs the frameworks' executors, started by an agent, and the scheduler
//! that a case stops. `statement::proves` names the tags of the statements that a case proves.

use std::process::ExitCode;

use anyhow::Result;

mod agent_streams;
mod agents;
mod bad_tasks;
mod calls;
mod changes;
mod command_checks;
mod command_environment;
mod command_files;
mod command_users;
mod commands;
mod ending;
mod executor;
mod executors;
mod failover;
mod framework;
mod groups;
mod held;
mod held_operations;
mod inverse;
mod kills;
mod leaderless;
mod limits;
mod log_page;
mod logs;
mod masters;
mod metrics;
mod notifications;
mod odd_ids;
mod offer_operations;
mod operations;
mod pair;
mod pausing;
mod pod_access;
mod pods;
mod processes;
mod reconciliation;
mod recorder;
mod reporter;
mod security;
mod service;
mod status;
mod stores;
mod streams;
mod task;
mod texts;
mod tls;
#[cfg(feature = "native-tls")]
mod tls_native;
mod updates;
mod volumes;
mod waiting;
mod zookeeper;
mod zookeeper_stores;

/// The exit status of a process that was a driver.
fn ended(driver: Result<()>) -> ExitCode {
    match driver {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn main() -> ExitCode {
    if executor::is_wanted() {
        return ended(executor::drive());
    }
    if pausing::is_wanted() {
        return ended(pausing::drive());
    }
    testkit::run(
        [
            pair::cases(),
            texts::cases(),
            groups::cases(),
            calls::cases(),
            changes::cases(),
            inverse::cases(),
            offer_operations::cases(),
            volumes::cases(),
            commands::cases(),
            command_checks::cases(),
            command_environment::cases(),
            command_files::cases(),
            command_users::cases(),
            pods::cases(),
            pod_access::cases(),
            updates::cases(),
            operations::cases(),
            kills::cases(),
            reconciliation::cases(),
            service::cases(),
            waiting::cases(),
            held::cases(),
            held_operations::cases(),
            processes::cases(),
            executors::cases(),
            agents::cases(),
            bad_tasks::cases(),
            agent_streams::cases(),
            streams::cases(),
            failover::cases(),
            status::cases(),
            stores::cases(),
            ending::cases(),
            masters::cases(),
            leaderless::cases(),
            pausing::cases(),
            limits::cases(),
            logs::cases(),
            metrics::cases(),
            notifications::cases(),
            odd_ids::cases(),
            zookeeper::cases(),
            zookeeper_stores::cases(),
            security::cases(),
            tls::cases(),
            #[cfg(feature = "native-tls")]
            tls_native::cases(),
        ]
        .concat(),
    )
}
