//! The scheduler: carries events to the crawl, and carries out what the crawl wants.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use mesos_sdk::{
    ErrorKind, HandlerResult, Payload, ResourceSpec, Scheduler, SchedulerHandle, async_trait, build,
    proto::v1::{AgentId, Offer, TaskId, TaskInfo, TaskStatus, scheduler::call::reconcile},
    scheduler::{ExecutorMessage, FailedCall, Subscription},
};

use crate::{
    crawl::{
        Crawl, Room,
        action::{Action, Task},
    },
    output::Output,
    work::{Kind, PER_TASK, Report},
};

/// The crawl and its output, for the scheduler and for whoever watches the clock.
#[derive(Debug, Clone)]
pub struct Shared(Arc<Mutex<State>>);

/// What is shared.
#[derive(Debug)]
pub struct State {
    /// The crawl.
    pub crawl: Crawl,
    /// What the user sees.
    pub output: Output,
    started: Instant,
    /// This program, which agents start as executor.
    program: PathBuf,
}

/// The scheduler of a crawl.
#[derive(Debug)]
pub struct PinScheduler(pub Shared);

impl Shared {
    /// Creates a crawl that begins now; agents start `program` as its executors.
    pub fn new(crawl: Crawl, output: Output, program: PathBuf) -> Self {
        Self(Arc::new(Mutex::new(State { crawl, output, started: Instant::now(), program })))
    }

    /// Looks at the state. Not to be held over an await.
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands an input with its time to the crawl, and does what it wants: in one go, so that the
    /// calls go out in the order in which they were decided.
    pub fn input(
        &self,
        handle: &SchedulerHandle,
        input: impl FnOnce(&mut Crawl, std::time::Duration) -> Vec<Action>,
    ) {
        let mut state = self.lock();
        let now = state.started.elapsed();
        for action in input(&mut state.crawl, now) {
            state.act(handle, action);
        }
    }
}

impl State {
    fn act(&mut self, handle: &SchedulerHandle, action: Action) {
        match action {
            Action::Launch { offer, agent, tasks } => {
                let tasks = tasks.into_iter().filter_map(|task| self.task(task, &agent));
                handle.launch([offer], tasks).detach();
            }
            Action::Decline(offers) => handle.decline(offers).detach(),
            Action::Kill(task, agent) => handle.kill(TaskId::from(task), Some(agent)).detach(),
            Action::Reconcile(tasks) => {
                let task =
                    |(task, agent)| reconcile::Task { task_id: TaskId::from(task), agent_id: Some(agent) };
                handle.reconcile(tasks.into_iter().map(task)).detach();
            }
            Action::Suppress => handle.suppress_all().detach(),
            Action::Revive => handle.revive_all().detach(),
            Action::Report(news) => self.output.report(news),
            Action::Stop => handle.stop(),
        }
    }

    /// Returns the task, or `None` if the order is too large to be sent, which the limit on what
    /// profile tasks hand on prevents.
    fn task(&self, task: Task, agent: &AgentId) -> Option<TaskInfo> {
        let name = format!("task {}", task.id);
        let executor = self.executor(task.order.kind());
        let data = task.order.to_bytes().ok()?;
        let built =
            build::Task::new(task.id).name(name).executor(executor).resources(PER_TASK.to_resources());
        built.data(data).build(agent).ok()
    }

    fn executor(&self, kind: Kind) -> build::Executor {
        let program = self.program.to_string_lossy().into_owned();
        let command = build::Command::argv([&program, "executor", kind.argument()]);
        build::Executor::custom(kind.executor_id(), command).name(format!("{} Rust", kind.executor_id()))
    }
}

#[async_trait]
impl Scheduler for PinScheduler {
    async fn subscribed(&mut self, handle: &SchedulerHandle, subscription: Subscription) -> HandlerResult {
        self.0.lock().output.line(&format!("subscribed as framework {}", subscription.framework_id.value));
        self.0.input(handle, |crawl, now| crawl.subscribed(now, subscription.resubscribed));
        Ok(())
    }

    async fn disconnected(&mut self, handle: &SchedulerHandle) -> HandlerResult {
        self.0.lock().output.line("the master is gone; looking for it");
        self.0.input(handle, |crawl, now| {
            crawl.disconnected(now);
            Vec::new()
        });
        Ok(())
    }

    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        let room = |offer: Offer| Room {
            tasks: PER_TASK.count_in(&offer.resources),
            offer: offer.id,
            agent: offer.agent_id,
        };
        let rooms = offers.into_iter().map(room).collect();
        self.0.input(handle, |crawl, now| crawl.offers(now, rooms));
        Ok(())
    }

    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        self.0.input(handle, |crawl, now| crawl.update(now, &status));
        Ok(())
    }

    async fn message(&mut self, handle: &SchedulerHandle, message: ExecutorMessage) -> HandlerResult {
        // A message that can't be read is a lost message: the result comes with the task's last
        // update too.
        if let Ok(report) = Report::from_bytes(&message.data) {
            self.0.input(handle, |crawl, now| crawl.report(now, report));
        }
        Ok(())
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
        self.0.input(handle, |crawl, now| crawl.launch_failed(now, ids, &reason, for_good));
        Ok(())
    }
}
