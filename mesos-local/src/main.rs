//! A development cluster in one process.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::disallowed_methods))]

use std::env;
use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use mesos_local::Cluster;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

/// It gives memory back to the system after large calls, where the system's own keeps it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// An Apache Mesos cluster in one process, for development: a master and agents that run commands
/// and executors as child processes. Any client of the v1 HTTP API can use it.
#[derive(Debug, Parser)]
#[command(version)]
struct Options {
    /// How many agents there are.
    #[arg(long, default_value_t = 1, value_name = "N")]
    agents: usize,
    /// The master's port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 5050)]
    port: u16,
    /// The first agent's port; each further agent has the next. Without it they take free ones.
    #[arg(long, default_value_t = 0, hide_default_value = true, value_name = "PORT")]
    agent_port: u16,
    /// What each agent has.
    #[arg(long, default_value = "cpus:8;mem:8192;disk:10240;ports:[31000-32000]", value_name = "TEXT")]
    resources: String,
    /// The attributes of each agent, as in rack:a;generation:3.
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    attributes: String,
    /// Keep sandboxes here; otherwise they are in a temporary folder that is removed at the end.
    #[arg(long, value_name = "DIR")]
    work_dir: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    log_to_stderr();
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mesos-local: {}", chain(&*error));
            ExitCode::FAILURE
        }
    }
}

/// Logs what `RUST_LOG` selects, as in `mesos_local=debug`; by default what is worth knowing.
fn log_to_stderr() {
    let named = env::var("RUST_LOG").ok().and_then(|text| text.parse::<Targets>().ok());
    let filter = named.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    tracing_subscriber::registry().with(lines.with_filter(filter)).init();
}

async fn run(options: Options) -> Result<(), Box<dyn Error>> {
    // Before the cluster starts, so that no signal is missed.
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let mut builder = Cluster::builder()
        .agents(options.agents)
        .port(options.port)
        .agent_port(options.agent_port)
        .resources(options.resources)
        .attributes(options.attributes);
    if let Some(work_dir) = options.work_dir {
        builder = builder.work_dir(work_dir);
    }
    let cluster = builder.start().await?;
    announce(&cluster);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    println!("Ending; again to end at once.");
    tokio::select! {
        () = cluster.shutdown() => {}
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

fn announce(cluster: &Cluster) {
    let address = cluster.address();
    println!("A Mesos master with {} agents listens on {address}; Ctrl-C ends it.", cluster.agents());
    println!("Its state:   curl http://{address}/master/state");
    println!("Subscribe:   curl -N http://{address}/api/v1/scheduler -H 'Content-Type: application/json' \\");
    println!(
        "               -d '{{\"type\": \"SUBSCRIBE\", \"subscribe\": {{\"framework_info\": {{\"user\": \"me\", \
         \"name\": \"curl\"}}}}}}'"
    );
}

/// Returns an error with its causes.
fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
