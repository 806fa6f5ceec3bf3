//! A large embedded cluster, and what a framework and an operator ask of it, each in a separate
//! process.

mod ask;

use std::io::{Read as _, Write as _};
use std::thread;

use anyhow::Result;
use mesos_local::{Cluster, SimulatedAgents};
use mesos_sdk::proto::v1::{FrameworkId, FrameworkInfo};

pub use self::ask::{Question, Response, ask};
use crate::measure::memory;

/// How many there are.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Size {
    /// How many agents there are.
    #[arg(long)]
    pub agents: usize,
    /// How many tasks run on each.
    #[arg(long)]
    pub tasks: usize,
    /// Tasks that are launched run.
    #[arg(long)]
    pub run_tasks: bool,
}

/// The fewest events that wait for a subscriber, and their bytes.
const QUEUE: (usize, usize) = (1 << 18, 64 << 20);

/// Returns whose tasks run there.
fn framework() -> FrameworkInfo {
    FrameworkInfo {
        user: "root".to_owned(),
        name: "scale".to_owned(),
        id: Some(FrameworkId::from("scale")),
        // Its tasks stay between one question and the next.
        failover_timeout: Some(3600.0),
        ..FrameworkInfo::default()
    }
}

/// Runs the cluster until the input ends; prints where it is, and at last what it has needed.
///
/// # Errors
///
/// It can't be started.
pub fn serve(size: Size) -> Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let crowd = SimulatedAgents::new(framework()).agents(size.agents).tasks(size.tasks);
        let crowd = if size.run_tasks { crowd.run_tasks() } else { crowd };
        // All tasks are reported at once, in less than 1 KiB each.
        let tasks = size.agents * size.tasks;
        let (events, bytes) = (QUEUE.0.max(tasks + 1024), QUEUE.1.max((tasks + 1024) << 10));
        let builder = Cluster::builder().agents(0).simulated_agents(crowd).max_offers(size.agents);
        let cluster = builder.event_queue(events, bytes).start().await?;
        println!("{}", cluster.address());
        std::io::stdout().flush()?;
        let (ended, end) = tokio::sync::oneshot::channel();
        thread::spawn(move || {
            // However the input ends, it is over.
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            let _ = ended.send(());
        });
        let _ = end.await;
        println!("{}", memory("VmHWM")?);
        Ok(())
    })
}
