//! Tasks that are launched on simulated agents, where nothing starts and nothing ends: by the
//! launcher, and by a framework that does nothing else.

mod disk;
mod driver;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use mesos_launcher::{Batch, FileLog, Launcher, Memory, Store, Task};
use mesos_sdk::Master;
use serde::{Deserialize, Serialize};
use tokio::time::{sleep, timeout};

use self::disk::Recording;
use crate::launch::{CPUS, MEM};
use crate::measure::{Meter, Reading};

/// What a task would run.
const COMMAND: &str = "exec server";

/// How long all of it may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often the launcher is asked how far it is.
const LOOK: Duration = Duration::from_millis(1);

/// Who launches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Client {
    /// A framework that fills each offer
    Driver,
    /// The launcher, with its records in memory
    Memory,
    /// The launcher, with its records on the disk
    FileLog,
}

/// What it took.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Response {
    /// From the start of the client until all tasks were launched.
    pub reading: Reading,
    /// How many times the store was written to.
    pub writes: usize,
    /// The seconds that a disk takes for as many writes of the same size.
    pub disk: f64,
}

/// Launches this number of tasks, and prints the [`Response`] as JSON.
///
/// # Errors
///
/// Not all could be launched.
pub fn launch(master: &str, client: Client, tasks: usize) -> Result<()> {
    let master: Master = master.parse()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let folder = Folder::new()?;
    let response = runtime.block_on(async {
        let launching = async {
            match client {
                Client::Driver => driver::launch(master, tasks).await,
                Client::Memory => launcher(master, Memory::default(), tasks).await,
                Client::FileLog => launcher(master, FileLog::new(folder.path().join("store")), tasks).await,
            }
        };
        timeout(PATIENCE, launching).await.context("not all tasks were launched")?
    })?;
    println!("{}", serde_json::to_string(&response)?);
    Ok(())
}

async fn launcher(master: Master, store: impl Store + 'static, tasks: usize) -> Result<Response> {
    let (meter, store) = (Meter::start()?, Arc::new(Recording::of(store)));
    let launcher = Launcher::builder("batch").master(master).store(Arc::clone(&store)).start().await?;
    let all = (0..tasks).map(|_| Task::shell(COMMAND).cpus(CPUS).mem(MEM));
    let batch = launcher.submit(Batch::new("tasks", all)).await?;
    while batch.progress().is_none_or(|progress| progress.running < tasks) {
        sleep(LOOK).await;
    }
    let reading = meter.read()?;
    let (writes, disk) =
        (store.sizes().len(), disk::time(&store.sizes(), Folder::new()?.path().join("floor"))?);
    launcher.stop_with_failover().await?;
    Ok(Response { reading, writes, disk })
}

/// A folder that is removed when it is dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Result<Self> {
        let folder =
            std::env::temp_dir().join(format!("mesos-bench-{}-{}", std::process::id(), fastrand::u64(..)));
        std::fs::create_dir(&folder).with_context(|| folder.display().to_string())?;
        Ok(Self(folder))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left is only in a folder for temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
