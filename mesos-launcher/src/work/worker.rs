//! The executor of a work.

use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use mesos_sdk::proto::v1::{KillPolicy, TaskId, TaskInfo, TaskState, TaskStatus};
use mesos_sdk::{Executor, ExecutorHandle, HandlerResult, async_trait};
use tokio::sync::{Semaphore, SemaphorePermit, watch};
use tokio::time::timeout;

use super::Work;
use super::attempt::attempt;
use super::context::Killed;

/// How long a function that is to be killed may take to return, unless its task sets another time.
const KILL_GRACE: Duration = Duration::from_secs(3);
/// How long a shutdown waits for the functions: agents allow 5 s by default.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(4);

/// The executor of a work. It runs its tasks at the same time, up to [`Work::MAX_CONCURRENT`], and
/// ends when none is left.
pub struct Worker<W> {
    /// How to kill each task.
    tasks: HashMap<TaskId, (KillPolicy, watch::Sender<Option<Duration>>)>,
    permits: Arc<Semaphore>,
    /// How many tasks have not ended.
    live: watch::Sender<usize>,
    work: PhantomData<fn() -> W>,
}

impl<W: Work> Default for Worker<W> {
    fn default() -> Self {
        let permits = Arc::new(Semaphore::new(W::MAX_CONCURRENT));
        Self { tasks: HashMap::new(), permits, live: watch::Sender::new(0), work: PhantomData }
    }
}

impl<W> fmt::Debug for Worker<W> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Worker").field("live", &*self.live.borrow()).finish_non_exhaustive()
    }
}

impl<W> Worker<W> {
    /// Kills a task. One that is being killed is only killed sooner.
    fn kill_within(&self, task: &TaskId, most: Duration) {
        let Some((policy, killed)) = self.tasks.get(task) else { return };
        let grace = grace(policy).unwrap_or(KILL_GRACE).min(most);
        killed.send_if_modified(|before| {
            let is_sooner = before.is_none_or(|before| grace < before);
            *before = if is_sooner { Some(grace) } else { *before };
            is_sooner
        });
    }
}

fn grace(policy: &KillPolicy) -> Option<Duration> {
    policy.grace_period.map(Duration::from)
}

/// Waits until a task may run, or is to be killed.
async fn turn(permits: &Semaphore, mut killed: Killed) -> Option<SemaphorePermit<'_>> {
    tokio::select! {
        permit = permits.acquire() => permit.ok(),
        _ = killed.wait_for(Option::is_some) => None,
    }
}

#[async_trait]
impl<W: Work> Executor for Worker<W> {
    async fn launch(&mut self, handle: &ExecutorHandle, task: TaskInfo) -> HandlerResult {
        let (sender, killed) = watch::channel(None);
        let policy = task.kill_policy.unwrap_or_default();
        // Those that have ended can't be killed.
        self.tasks.retain(|_, (_, killed)| killed.receiver_count() > 0);
        self.tasks.insert(task.task_id.clone(), (policy, sender));
        self.live.send_modify(|live| *live += 1);
        let (handle, permits, live) = (handle.clone(), Arc::clone(&self.permits), self.live.clone());
        tokio::spawn(async move {
            report(&handle, &task, TaskState::Starting);
            let permit = turn(&permits, killed.clone()).await;
            if permit.is_some() {
                report(&handle, &task, TaskState::Running);
            }
            handle.update(attempt::<W>(&task, killed).await).detach();
            drop(permit);
            live.send_modify(|live| *live -= 1);
            if *live.borrow() == 0 {
                handle.stop(); // when all updates are acknowledged
            }
        });
        Ok(())
    }

    async fn kill(&mut self, _: &ExecutorHandle, task: TaskId, policy: Option<KillPolicy>) -> HandlerResult {
        let most = policy.as_ref().and_then(grace).unwrap_or(Duration::MAX);
        self.kill_within(&task, most);
        Ok(())
    }

    async fn shutdown(&mut self, _: &ExecutorHandle) -> HandlerResult {
        for task in self.tasks.keys() {
            self.kill_within(task, KILL_GRACE);
        }
        let mut live = self.live.subscribe();
        // What has not ended by then ends with the process.
        let _ = timeout(SHUTDOWN_TIMEOUT, live.wait_for(|live| *live == 0)).await;
        Ok(())
    }
}

fn report(handle: &ExecutorHandle, task: &TaskInfo, state: TaskState) {
    handle.update(TaskStatus::new(task.task_id.clone(), state)).detach();
}
