//! Counts primes with an executor of this program, and typed data in both directions.
//!
//! Agents start this very file, so on a real cluster they need it at the same path.

use mesos_sdk::build::{self, Command, Framework, Task};
use mesos_sdk::proto::TaskFate;
use mesos_sdk::proto::v1::{KillPolicy, Offer, TaskId, TaskInfo, TaskState, TaskStatus};
use mesos_sdk::{
    Executor, ExecutorDriver, ExecutorHandle, HandlerResult, Payload, Scheduler, SchedulerDriver,
    SchedulerHandle, async_trait,
};
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;

/// What a task is to do.
#[derive(Clone, Serialize, Deserialize, Payload)]
struct Order {
    from: u32,
    to: u32,
}

/// What it has found.
#[derive(Serialize, Deserialize, Payload)]
struct Report {
    primes: usize,
}

struct Counter;

#[async_trait]
impl Executor for Counter {
    async fn launch(&mut self, handle: &ExecutorHandle, task: TaskInfo) -> HandlerResult {
        handle.update(TaskStatus::new(task.task_id.clone(), TaskState::Running)).detach();
        let order = Order::from_bytes(task.data())?;
        let handle = handle.clone();
        spawn_blocking(move || {
            let is_prime = |n: &u32| *n > 1 && (2..=n.isqrt()).all(|divisor| !n.is_multiple_of(divisor));
            let report = Report { primes: (order.from..order.to).filter(is_prime).count() };
            let data = report.to_bytes().ok(); // the agent keeps it until the scheduler has it
            handle.update(TaskStatus { data, ..TaskStatus::new(task.task_id, TaskState::Finished) }).detach();
        });
        Ok(())
    }

    async fn kill(&mut self, _: &ExecutorHandle, _: TaskId, _: Option<KillPolicy>) -> HandlerResult {
        Ok(()) // a task takes less than a second
    }
}

struct Primes {
    executor: build::Executor,
    orders: Vec<Order>,
    unfinished: usize,
    found: usize,
}

#[async_trait]
impl Scheduler for Primes {
    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        for mut offer in offers {
            let mut tasks = Vec::new();
            while let Some(order) = self.orders.last() {
                let task = Task::new(format!("from-{}", order.from)).executor(self.executor.clone());
                let task = task.data(order.to_bytes()?).cpus(1.0).mem(32.0);
                let Some(task) = task.take_from(&mut offer)? else { break };
                self.orders.pop();
                tasks.push(task);
            }
            handle.launch([offer.id], tasks).await?;
        }
        Ok(())
    }

    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        if status.fate() == TaskFate::Succeeded {
            self.found += Report::from_bytes(status.data())?.primes;
            self.unfinished -= 1;
        } else if status.fate().is_over() {
            println!("{}: {:?}: {}", status.task_id, status.fate(), status.message());
            handle.stop();
        }
        if self.unfinished == 0 {
            println!("there are {} primes below 1,000,000", self.found);
            handle.stop();
        }
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let master = std::env::args().nth(1);
    if master.as_deref() == Some("executor") {
        return Ok(ExecutorDriver::from_env()?.run(&mut Counter).await?);
    }
    let program = std::env::current_exe()?;
    let program = program.to_str().ok_or("the path of this program is not UTF-8")?;
    let command = Command::argv([program, "executor"]);
    let executor = build::Executor::custom("counter", command).cpus(0.1).mem(32.0);
    let orders = (0..10).map(|n| Order { from: n * 100_000, to: (n + 1) * 100_000 }).collect();
    let mut primes = Primes { executor, orders, unfinished: 10, found: 0 };
    let framework = Framework::new("executor", "nobody").build()?;
    let master = mesos_local::master(master.as_deref().unwrap_or("local"))?;
    SchedulerDriver::new(master, framework).run(&mut primes).await?;
    Ok(())
}
