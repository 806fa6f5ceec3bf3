//! Runs many commands. One that fails is tried again, up to three times.

use std::collections::{HashMap, VecDeque};
use std::process::ExitCode;

use mesos_sdk::build::{Command, Framework, Task};
use mesos_sdk::proto::TaskFate;
use mesos_sdk::proto::v1::framework_info::capability::Type::PartitionAware;
use mesos_sdk::proto::v1::{Offer, TaskId, TaskStatus};
use mesos_sdk::{Error, HandlerResult, Scheduler, SchedulerDriver, SchedulerHandle, async_trait};

const MAX_FAILURES: u32 = 3;

struct Job {
    number: usize,
    command: String,
    launches: u32,
    failures: u32,
}

impl Job {
    /// Returns the task of the next launch. A task id can be used only once.
    fn task(&self) -> Task {
        let attempt = self.launches + 1;
        let command = Command::shell(&self.command).env("ATTEMPT", attempt.to_string());
        Task::new(format!("job-{}.{attempt}", self.number)).command(command).cpus(0.5).mem(32.0)
    }
}

#[derive(Default)]
struct Batch {
    waiting: VecDeque<Job>,
    running: HashMap<TaskId, Job>,
    failed: usize,
}

#[async_trait]
impl Scheduler for Batch {
    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        for mut offer in offers {
            let mut tasks = Vec::new();
            while let Some(mut job) = self.waiting.pop_front() {
                let Some(task) = job.task().take_from(&mut offer)? else {
                    self.waiting.push_front(job);
                    break;
                };
                job.launches += 1;
                self.running.insert(task.task_id.clone(), job);
                tasks.push(task);
            }
            handle.launch([offer.id], tasks).await?;
        }
        if self.waiting.is_empty() {
            handle.suppress_all().detach(); // no offers until a job has to be launched again
        }
        Ok(())
    }

    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        let fate = status.fate();
        if !fate.is_over() {
            return Ok(());
        }
        println!("{}: {fate:?}: {}", status.task_id, status.message());
        let Some(mut job) = self.running.remove(&status.task_id) else { return Ok(()) };
        job.failures += u32::from(matches!(fate, TaskFate::Failed | TaskFate::Killed));
        if job.failures == MAX_FAILURES {
            self.failed += 1;
        } else if fate != TaskFate::Succeeded {
            self.waiting.push_back(job);
            handle.revive_all().detach();
        }
        if self.waiting.is_empty() && self.running.is_empty() {
            handle.stop();
        }
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<ExitCode, Error> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let mut arguments = std::env::args().skip(1);
    let master = mesos_local::master(arguments.next().as_deref().unwrap_or("local"))?;
    let mut commands: Vec<String> = arguments.collect();
    if commands.is_empty() {
        // Every fifth of these fails the first time.
        commands = (1..=20).map(|number| format!("test $(({number} % 5)) -gt 0 -o $ATTEMPT -gt 1")).collect();
    }
    let job = |(number, command)| Job { number, command, launches: 0, failures: 0 };
    let mut batch = Batch { waiting: (1..).zip(commands).map(job).collect(), ..Batch::default() };
    let framework = Framework::new("commands", "nobody").capability(PartitionAware).build()?;
    SchedulerDriver::new(master, framework).run(&mut batch).await?;
    println!("failed jobs: {}", batch.failed);
    Ok(if batch.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
