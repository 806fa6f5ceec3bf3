//! The engine: feeds the core, writes what it wants written, and then does what it wants done.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::offer::operation::LaunchGroup;
use mesos_sdk::proto::v1::{OfferId, TaskInfo};
use mesos_sdk::timer::Timer;
use mesos_sdk::{CallFuture, ErrorKind, SchedulerHandle};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep};

use crate::core::{Core, Effect, Handling, Input, Launched, Now};
use crate::error::Error;
use crate::shared::{Message, Shared};
use crate::stalls::Stalls;
use crate::store::{Change, Epoch, Store, StoreError};

/// How many inputs one turn takes.
const MAX_INPUTS: usize = 1000;
/// After which time a write that failed is repeated; then this doubles, up to [`LAST_RETRY`].
const FIRST_RETRY: Duration = Duration::from_millis(100);
const LAST_RETRY: Duration = Duration::from_secs(10);
/// How long to wait before offers are declined again.
const DECLINE_AGAIN: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) core: Core,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) epoch: Epoch,
    pub(crate) shared: Arc<Shared>,
    pub(crate) messages: mpsc::Receiver<Message>,
    /// Records of the driver to write, and who waits for that.
    pub(crate) records: Vec<(Change, oneshot::Sender<()>)>,
    pub(crate) handle: SchedulerHandle,
    pub(crate) clock: Clock,
    pub(crate) timer: Timer,
    pub(crate) stalls: Stalls,
}

/// Where the monotonic time begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock(Instant);

impl Clock {
    pub(crate) fn new() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn now(self) -> Now {
        let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Now { monotonic: self.0.elapsed(), wall }
    }
}

impl Engine {
    /// Works until the store refuses to.
    pub(crate) async fn run(mut self) -> Error {
        loop {
            let inputs = self.inputs().await;
            if let Err(error) = self.turn(inputs).await {
                return error.into();
            }
        }
    }

    /// Returns what has happened since the last turn, at the latest when the next one is due. A
    /// command ends it, so that the write of a turn is that of one command.
    async fn inputs(&mut self) -> Vec<Input> {
        let due = self.core.due().into_iter().chain(self.stalls.due()).min();
        let due = due.and_then(|due| self.clock.0.checked_add(due));
        let mut inputs = Vec::new();
        let first = tokio::select! {
            biased;
            message = self.messages.recv() => message,
            // What has arrived counts before the time does, also after a pause of this process.
            () = self.timer.passes(due) => None,
        };
        let mut next = first;
        while let Some(message) = next {
            let is_command = matches!(&message, Message::Input(input) if input.is_command());
            match message {
                Message::Input(input) => inputs.push(input),
                // Whoever asks may have ended.
                Message::KnownTasks(sender) => drop(sender.send(self.core.known_tasks())),
                Message::Record(change, sender) => self.records.push((change, sender)),
            }
            next =
                (!is_command && inputs.len() < MAX_INPUTS).then(|| self.messages.try_recv().ok()).flatten();
        }
        inputs
    }

    async fn turn(&mut self, inputs: Vec<Input>) -> Result<(), StoreError> {
        let mut turn = self.core.step(self.clock.now(), inputs);
        for effect in turn.immediate {
            self.carry_out(effect);
        }
        let (changes, written): (Vec<_>, Vec<_>) = self.records.drain(..).unzip();
        turn.changes.extend(changes);
        if !turn.changes.is_empty() {
            self.write(turn.changes).await?;
        }
        for sender in written {
            // Whoever waits for it may have ended.
            let _ = sender.send(());
        }
        // Whoever gets a reply sees what it has led to.
        let (first, replies): (Vec<_>, Vec<_>) =
            turn.after_write.into_iter().partition(|effect| !matches!(effect, Effect::Reply(..)));
        for effect in first {
            self.carry_out(effect);
        }
        let (now, stalls) = (self.clock.now().monotonic, &mut self.stalls);
        let standings = self.core.standings();
        self.shared.show(standings.inspect(|(name, standing)| stalls.look(now, name, standing)));
        for effect in replies {
            self.carry_out(effect);
        }
        Ok(())
    }

    /// Writes changes, and repeats that until it succeeds or can't.
    async fn write(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let mut delay = FIRST_RETRY;
        loop {
            match self.store.write(self.epoch, changes.clone()).await {
                Err(error) if error.is_retryable() => {
                    tracing::warn!(%error, "the store does not work: nothing is launched or acknowledged until it does");
                    sleep(delay).await;
                    delay = (delay * 2).min(LAST_RETRY);
                }
                result => return result,
            }
        }
    }

    fn carry_out(&self, effect: Effect) {
        match effect {
            Effect::Accept { offers, operations, tasks, groups, filter } => {
                self.accept(offers, operations, (tasks, groups), filter);
            }
            Effect::Decline { offers, filter } => {
                let call = self.handle.decline_for(offers.clone(), filter);
                tokio::spawn(decline(self.handle.clone(), call, offers));
            }
            Effect::Fence(launched) => {
                tokio::spawn(fence(self.handle.clone(), Arc::clone(&self.shared), launched));
            }
            Effect::Kill { task, agent } => self.handle.kill(task, Some(agent)).detach(),
            Effect::Acknowledge(token) => self.shared.acknowledge(token),
            Effect::Reconcile => self.handle.reconcile_known(),
            Effect::Revive => self.set_demand(self.handle.revive_all()),
            Effect::Suppress => self.set_demand(self.handle.suppress_all()),
            Effect::Reply(token, result) => self.shared.reply(token, result),
            Effect::Ended(end) => self.shared.add_end(end),
            Effect::Instance(name, index, instance) => {
                self.shared.set_instance(&name, index, instance.map(|one| *one))
            }
            Effect::Volume(name, id, volume) => self.shared.set_volume(&name, id, volume),
        }
    }

    fn accept(
        &self,
        offers: Vec<OfferId>,
        operations: Vec<Operation>,
        (tasks, groups): (Vec<TaskInfo>, Vec<LaunchGroup>),
        filter: Duration,
    ) {
        let of_groups = groups.iter().map(|group| &group.executor.executor_id.value);
        let ids = tasks.iter().map(|task| &task.task_id.value).chain(of_groups).cloned().collect();
        let launched = Launched { offers: offers.clone(), tasks: ids };
        let tasks = (!tasks.is_empty()).then(|| Operation::launch(tasks));
        let last = tasks.into_iter().chain(groups.into_iter().map(Operation::launch_group));
        let operations = operations.into_iter().chain(last);
        let call = self.handle.accept_with_filters(offers, operations, filter);
        let shared = Arc::clone(&self.shared);
        tokio::spawn(async move {
            let result = call.await;
            let handling = Handling::of(&result);
            if let Err(error) = result {
                tracing::warn!(%error, tasks = ?launched.tasks, ?handling, "a launch failed: its tasks are launched again if needed");
            }
            shared.send(Message::Input(Input::Accepted(launched, handling))).await;
        });
    }

    /// Has the core repeat a REVIVE or SUPPRESS that fails.
    fn set_demand(&self, call: CallFuture) {
        let shared = Arc::clone(&self.shared);
        tokio::spawn(async move {
            if let Err(error) = call.await {
                tracing::warn!(%error, "the master could not be asked for offers, or for none: this is repeated if needed");
                shared.send(Message::Input(Input::DemandFailed)).await;
            }
        });
    }
}

/// Declines the offers of an ACCEPT in doubt. A new subscription does the same.
async fn fence(handle: SchedulerHandle, shared: Arc<Shared>, launched: Launched) {
    let offers = launched.offers.clone();
    if decline(handle.clone(), handle.decline(offers.clone()), offers).await {
        shared.send(Message::Input(Input::Fenced(launched))).await;
    }
}

/// Repeats a call that declines offers until the master has handled it, and returns whether it has.
/// It is not repeated when the subscription has ended, which voids the offers. A long filter is not
/// repeated: the master may have been asked for offers since.
async fn decline(handle: SchedulerHandle, mut call: CallFuture, offers: Vec<OfferId>) -> bool {
    loop {
        match call.await {
            Ok(()) => return true,
            Err(error) if error.kind() == ErrorKind::NotSubscribed => return false,
            Err(error) if !error.is_retryable() => {
                tracing::warn!(%error, "offers could not be declined");
                return false;
            }
            Err(error) => tracing::warn!(%error, "offers could not be declined: this is repeated"),
        }
        sleep(DECLINE_AGAIN).await;
        call = handle.decline(offers.clone());
    }
}

#[cfg(test)]
mod tests {
    use mesos_sdk::Master;
    use mesos_sdk::build::Framework;
    use mesos_sdk::scheduler::SchedulerDriver;
    use tokio::time::{advance, timeout};

    use super::*;
    use crate::batch::Batch;
    use crate::store::{Memory, Records};
    use crate::task::Task;

    /// An engine whose core asks for offers again later.
    fn engine() -> Engine {
        let clock = Clock::new();
        let mut core = Core::open(&Records::new(), "life".to_owned(), clock.now()).unwrap();
        let spec = Box::new(Batch::new("b", [Task::shell("true")]).into());
        core.step(clock.now(), vec![Input::Subscribed, Input::Submit(spec, 1)]);
        let master: Master = "127.0.0.1:1".parse().unwrap();
        let framework = Framework::new("test", "tester").build().unwrap();
        let (shared, messages) = Shared::new();
        Engine {
            core,
            store: Arc::new(Memory::default()),
            epoch: Epoch(1),
            shared,
            messages,
            records: Vec::new(),
            handle: SchedulerDriver::new(master, framework).handle(),
            clock,
            timer: Timer::new(),
            stalls: Stalls::default(),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_arrives_in_a_pause_counts_before_timers() {
        let mut engine = engine();
        let due = engine.core.due().unwrap();
        assert!(timeout(due / 2, engine.inputs()).await.is_err());
        advance(due * 2).await;
        let shared = Arc::clone(&engine.shared);
        // The driver still reads it when the process continues.
        tokio::spawn(async move {
            sleep(Duration::from_millis(100)).await;
            shared.send(Message::Input(Input::Disconnected)).await;
        });
        assert_eq!(engine.inputs().await.len(), 1);
        assert!(engine.inputs().await.is_empty(), "the timer follows");
    }
}
