//! The framework: launches each task once, and waits for its end.

use std::collections::{HashMap, VecDeque};

use mesos_sdk::build::Task;
use mesos_sdk::proto::TaskFate;
use mesos_sdk::proto::v1::{AgentId, Offer, TaskId, TaskStatus};
use mesos_sdk::scheduler::{KnownTask, NotificationHandler};
use mesos_sdk::{HandlerResult, Scheduler, SchedulerHandle, async_trait};

use crate::output::{Following, Output};

/// The exit status after Ctrl-C, as of a shell.
const INTERRUPTED: u8 = 130;

/// Ctrl-C, or SIGTERM.
pub(crate) struct Interrupt;

pub(crate) struct Runner {
    waiting: VecDeque<Task>,
    running: HashMap<TaskId, Running>,
    output: Output,
    tasks: usize,
    succeeded: usize,
    /// The exit status of the last task that has failed.
    failure: u8,
    interrupts: u32,
}

/// A task that was launched.
struct Running {
    agent: AgentId,
    following: Option<Following>,
}

impl Runner {
    pub(crate) fn new(tasks: Vec<Task>, output: Output) -> Self {
        let tasks_in_all = tasks.len();
        Self {
            waiting: tasks.into(),
            running: HashMap::new(),
            output,
            tasks: tasks_in_all,
            succeeded: 0,
            failure: 0,
            interrupts: 0,
        }
    }

    /// Returns what to exit with.
    pub(crate) fn status(&self) -> u8 {
        match (self.interrupts, self.tasks) {
            (0, 1) => self.failure,
            (0, _) => u8::from(self.succeeded < self.tasks),
            _ => INTERRUPTED,
        }
    }

    /// Prints the rest of a task's output, and how it has ended.
    async fn end(&mut self, running: Running, status: &TaskStatus) {
        if let Some(following) = running.following
            && let Err(error) = following.finish().await
        {
            eprintln!("mesos-run: the output of {} is not complete: {error:#}", status.task_id);
        }
        match exit_status(status) {
            0 => self.succeeded += 1,
            failure => {
                self.failure = failure;
                let state = status.state().as_str_name();
                eprintln!("mesos-run: {} is {state}: {}", status.task_id, status.message());
            }
        }
    }

    fn stop_at_the_end(&self, handle: &SchedulerHandle) {
        if self.waiting.is_empty() && self.running.is_empty() {
            if self.tasks > 1 {
                eprintln!("mesos-run: {} of {} tasks have succeeded", self.succeeded, self.tasks);
            }
            handle.stop();
        }
    }
}

/// Returns the exit status of a command that has ended, as of a shell.
fn exit_status(status: &TaskStatus) -> u8 {
    match (status.fate(), status.command_exit()) {
        (TaskFate::Succeeded, _) => 0,
        (_, Some(exit)) => u8::try_from(exit.shell_status()).unwrap_or(1),
        (_, None) => 1,
    }
}

#[async_trait]
impl Scheduler for Runner {
    async fn known_tasks(&mut self) -> Option<Vec<KnownTask>> {
        let known = |(task, running): (&TaskId, &Running)| KnownTask {
            task_id: task.clone(),
            agent_id: Some(running.agent.clone()),
        };
        Some(self.running.iter().map(known).collect())
    }

    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        for mut offer in offers {
            let mut launched = Vec::new();
            // The first one that fits: a large task does not hold up those behind it.
            let mut index = 0;
            while let Some(task) = self.waiting.get(index) {
                let Some(info) = task.take_from(&mut offer)? else {
                    index += 1;
                    continue;
                };
                self.waiting.remove(index);
                let running = Running { agent: offer.agent_id.clone(), following: None };
                self.running.insert(info.task_id.clone(), running);
                launched.push(info);
            }
            handle.launch([offer.id], launched).await?;
        }
        if self.waiting.is_empty() {
            handle.suppress_all().detach();
        }
        Ok(())
    }

    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        let Some(mut running) = self.running.remove(&status.task_id) else { return Ok(()) };
        let framework = handle.status().framework_id.unwrap_or_default();
        let (output, task) = (&self.output, &status.task_id);
        running.following.get_or_insert_with(|| output.follow(framework, task.clone()));
        if status.fate().is_over() {
            self.end(running, &status).await;
        } else {
            self.running.insert(status.task_id, running);
        }
        self.stop_at_the_end(handle);
        Ok(())
    }
}

#[async_trait]
impl NotificationHandler<Interrupt> for Runner {
    /// Kills the tasks; the second time, the framework ends at once.
    async fn notified(&mut self, handle: &SchedulerHandle, _: Interrupt) -> HandlerResult {
        self.waiting.clear();
        self.interrupts += 1;
        for (task, running) in &self.running {
            handle.kill_until_terminal(task.clone(), Some(running.agent.clone()), None).detach();
        }
        if self.running.is_empty() || self.interrupts > 1 {
            handle.stop();
        }
        Ok(())
    }
}
