//! What the clients of the operator APIs do, each statement checked on both test backends.

use std::process::ExitCode;

mod agent_state;
mod agents;
mod cluster;
mod containers;
mod events;
mod files;
mod maintenance;
mod masters;
mod metrics;
mod older;
mod pages;
mod process;
mod reserved;
mod resources;
mod roles;
#[path = "../conformance/running.rs"]
#[allow(dead_code, reason = "the conformance suite uses the rest")]
mod running;
mod sandboxes;
mod sessions;
mod state;
mod streamed;
#[path = "../conformance/task.rs"]
mod task;

fn main() -> ExitCode {
    testkit::run(
        [
            process::cases(),
            state::cases(),
            streamed::cases(),
            agents::cases(),
            agent_state::cases(),
            maintenance::cases(),
            roles::cases(),
            reserved::cases(),
            resources::cases(),
            files::cases(),
            sandboxes::cases(),
            events::cases(),
            containers::cases(),
            sessions::cases(),
            masters::cases(),
            older::cases(),
            pages::cases(),
            metrics::cases(),
        ]
        .concat(),
    )
}
