//! The scheduler: carries events to the crawl, and carries out what the crawl wants.

use std::{
    error::Error,
    path::Path,
    time::{Duration, Instant},
};

use mesos_sdk::{
    ErrorKind, HandlerResult, Payload, ResourceSpec, Scheduler, SchedulerHandle, async_trait, build,
    proto::v1::{AgentId, Offer, TaskId, TaskInfo, TaskStatus},
    scheduler::{ExecutorMessage, FailedCall, KnownTask, NotificationHandler, Subscription},
};

use crate::{
    crawl::{
        Crawl,
        action::{Action, Room, Task},
    },
    output::Output,
    work::{PER_TASK, Report},
};

/// The scheduler of a crawl.
#[derive(Debug)]
pub struct PinScheduler {
    /// The crawl.
    pub crawl: Crawl,
    /// What the user sees.
    pub output: Output,
    began: Instant,
    /// This program, which agents start as executor.
    program: String,
}

/// What happens outside of the cluster.
#[derive(Debug, Clone, Copy)]
pub enum Notice {
    /// A second has passed.
    Second,
    /// The crawl is to end.
    Interrupt,
}

impl PinScheduler {
    /// Creates the scheduler of a crawl that begins now; agents start `program` as its executors.
    pub fn new(crawl: Crawl, output: Output, program: &Path) -> Self {
        Self { crawl, output, began: Instant::now(), program: program.to_string_lossy().into_owned() }
    }

    /// Hands an input with its time to the crawl, and does what it wants.
    fn input(
        &mut self,
        handle: &SchedulerHandle,
        input: impl FnOnce(&mut Crawl, Duration) -> Vec<Action>,
    ) -> HandlerResult {
        let now = self.began.elapsed();
        for action in input(&mut self.crawl, now) {
            self.act(handle, action)?;
        }
        Ok(())
    }

    fn act(&mut self, handle: &SchedulerHandle, action: Action) -> HandlerResult {
        match action {
            Action::Launch { offer, agent, tasks } => {
                let tasks = tasks.into_iter().map(|task| self.task(task, &agent));
                handle.launch([offer], tasks.collect::<Result<Vec<_>, _>>()?).detach();
            }
            Action::Decline(offers) => handle.decline(offers).detach(),
            Action::Kill(task, agent) => handle.kill(TaskId::from(task), Some(agent)).detach(),
            Action::Suppress => handle.suppress_all().detach(),
            Action::Revive => handle.revive_all().detach(),
            Action::Report(news) => self.output.report(news),
            Action::Stop => handle.stop(),
        }
        Ok(())
    }

    fn task(
        &self,
        Task { id, order }: Task,
        agent: &AgentId,
    ) -> Result<TaskInfo, Box<dyn Error + Send + Sync>> {
        let (executor, argument) = order.kind().executor();
        let command = build::Command::argv([self.program.as_str(), "executor", argument]);
        let executor = build::Executor::custom(executor, command).name(format!("{executor} Rust"));
        let task = build::Task::new(&id).name(format!("task {id}")).executor(executor);
        Ok(task.resources(PER_TASK.to_resources()).data(order.to_bytes()?).build(agent)?)
    }
}

#[async_trait]
impl Scheduler for PinScheduler {
    async fn subscribed(&mut self, handle: &SchedulerHandle, subscription: Subscription) -> HandlerResult {
        self.output.line(&format!("subscribed as framework {}", subscription.framework_id.value));
        self.input(handle, |crawl, now| crawl.subscribed(now, subscription.resubscribed))
    }

    async fn disconnected(&mut self, handle: &SchedulerHandle) -> HandlerResult {
        self.output.line("the master is gone; looking for it");
        self.input(handle, Crawl::disconnected)
    }

    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        let room = |offer: Offer| Room {
            tasks: PER_TASK.count_in(&offer.resources),
            offer: offer.id,
            agent: offer.agent_id,
        };
        self.input(handle, |crawl, now| crawl.offers(now, offers.into_iter().map(room).collect()))
    }

    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        self.input(handle, |crawl, now| crawl.update(now, &status))
    }

    async fn message(&mut self, handle: &SchedulerHandle, message: ExecutorMessage) -> HandlerResult {
        // One that can't be read is lost: the result comes with the task's last update too.
        let Ok(report) = Report::from_bytes(&message.data) else { return Ok(()) };
        self.input(handle, |crawl, now| crawl.report(now, report))
    }

    async fn known_tasks(&mut self) -> Option<Vec<KnownTask>> {
        let known = |(id, agent)| KnownTask { task_id: TaskId::from(id), agent_id: Some(agent) };
        Some(self.crawl.live_tasks().into_iter().map(known).collect())
    }

    async fn call_failed(&mut self, handle: &SchedulerHandle, failed: FailedCall) -> HandlerResult {
        // Reconciliation shows whether a call has arrived after all.
        if matches!(failed.error.kind(), ErrorKind::Disconnected | ErrorKind::Timeout) {
            return Ok(());
        }
        let operations = failed.call.accept.into_iter().flat_map(|accept| accept.operations);
        let tasks = operations.filter_map(|operation| operation.launch).flat_map(|launch| launch.task_infos);
        let ids: Vec<String> = tasks.map(|task| task.task_id.value).collect();
        let (reason, for_good) = (format!("{:#}", failed.error), !failed.error.is_retryable());
        self.input(handle, |crawl, now| crawl.launch_failed(now, ids, &reason, for_good))
    }
}

#[async_trait]
impl NotificationHandler<Notice> for PinScheduler {
    async fn notified(&mut self, handle: &SchedulerHandle, notice: Notice) -> HandlerResult {
        match notice {
            Notice::Second if !self.output.is_broken() => self.input(handle, Crawl::tick),
            Notice::Second => self.input(handle, Crawl::interrupt),
            Notice::Interrupt => {
                self.output.line("interrupted: killing the tasks; once more to leave at once");
                self.input(handle, Crawl::interrupt)
            }
        }
    }
}
