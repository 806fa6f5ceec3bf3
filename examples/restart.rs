//! Runs twenty jobs, each until it has succeeded once, however often the scheduler is killed.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::time::Duration;

use mesos_sdk::build::{Framework, Task};
use mesos_sdk::proto::v1::framework_info::capability::Type::PartitionAware;
use mesos_sdk::proto::{TaskFate, v1::Offer, v1::TaskStatus};
use mesos_sdk::scheduler::{KnownTask, RemovedPolicy, Subscription};
use mesos_sdk::store::FileStore;
use mesos_sdk::{HandlerResult, Scheduler, SchedulerDriver, SchedulerHandle, async_trait};

/// What the next instance has to know. Each change is a line of a file, such as `launched 7.1`.
struct Jobs {
    journal: File,
    waiting: BTreeSet<String>,
    running: BTreeSet<String>,
    launches: u32,
}

impl Jobs {
    fn load(path: &str) -> io::Result<Self> {
        let mut journal = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let mut text = String::new();
        journal.read_to_string(&mut text)?;
        text.truncate(text.rfind('\n').map_or(0, |end| end + 1)); // a crash may leave half a line
        journal.set_len(text.len() as u64)?;
        let waiting = (1..=20).map(|job| job.to_string()).collect();
        let mut jobs = Self { journal, waiting, running: BTreeSet::new(), launches: 0 };
        text.lines()
            .filter_map(|line| line.split_once(' '))
            .for_each(|(event, task)| jobs.apply(event, task));
        Ok(jobs)
    }

    fn record(&mut self, event: &str, task: &str) -> io::Result<()> {
        self.journal.write_all(format!("{event} {task}\n").as_bytes())?;
        self.journal.sync_data()?;
        self.apply(event, task);
        Ok(())
    }

    fn apply(&mut self, event: &str, task: &str) {
        let job = task.split('.').next().unwrap_or_default();
        if event == "launched" {
            self.launches += 1;
            self.waiting.remove(job);
            self.running.insert(task.to_owned());
        } else if self.running.remove(task) && event != "succeeded" {
            self.waiting.insert(job.to_owned());
        }
    }

    fn stop_if_done(&self, handle: &SchedulerHandle) {
        if self.waiting.is_empty() && self.running.is_empty() {
            handle.stop();
        }
    }
}

#[async_trait]
impl Scheduler for Jobs {
    async fn subscribed(&mut self, handle: &SchedulerHandle, _: Subscription) -> HandlerResult {
        self.stop_if_done(handle);
        Ok(())
    }

    async fn known_tasks(&mut self) -> Option<Vec<KnownTask>> {
        Some(self.running.iter().map(|task| KnownTask { task_id: task.into(), agent_id: None }).collect())
    }

    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        for mut offer in offers {
            let mut tasks = Vec::new();
            while let Some(job) = self.waiting.first() {
                let task = Task::new(format!("{job}.{}", self.launches + 1)).command("sleep 1");
                let Some(task) = task.cpus(2.0).mem(32.0).take_from(&mut offer)? else { break };
                self.record("launched", task.task_id.as_str())?; // before it is
                tasks.push(task);
            }
            handle.launch([offer.id], tasks).await?;
        }
        Ok(())
    }

    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        let (task, fate) = (status.task_id.as_str(), status.fate());
        if fate.is_over() && self.running.contains(task) {
            let event = if fate == TaskFate::Succeeded { "succeeded" } else { "failed" };
            self.record(event, task)?; // before the update is acknowledged
            println!("{task} {event}");
            self.stop_if_done(handle);
        }
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    let master = mesos_local::master(std::env::args().nth(1).as_deref().unwrap_or("local"))?;
    let mut jobs = Jobs::load("restart.journal")?;
    println!("{} jobs are waiting, {} are running", jobs.waiting.len(), jobs.running.len());
    let framework = Framework::new("restart", "nobody").capability(PartitionAware).checkpoint();
    let framework = framework.failover_timeout(Duration::from_secs(7 * 24 * 3600)).build()?;
    // It may be killed after the end of its framework, and before it has removed the files.
    let driver = SchedulerDriver::new(master, framework).removed_policy(RemovedPolicy::RegisterNew);
    let driver = driver.client_generated_id();
    driver.store(FileStore::new("restart.framework-id")).run(&mut jobs).await?;
    Ok(fs::remove_file("restart.journal")?)
}
