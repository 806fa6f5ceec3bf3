//! A framework under test: its driver runs, and the test waits for what its handlers receive.

use std::collections::VecDeque;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::{FrameworkInfo, Offer, OperationStatus, TaskInfo, TaskState, TaskStatus};
use mesos_sdk::scheduler::Subscription;
use mesos_sdk::{Error, Master, SchedulerDriver, SchedulerHandle};
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::reporter::{Known, On, OnOperation, OnUpdate, Received, Reporter};
use crate::task::{Work, task};

/// How long a test waits for anything: a busy machine may be slow, and an update is resent after 10
/// s, or 20.
const PATIENCE: Duration = Duration::from_secs(60);

/// A driver that runs.
pub(crate) struct Framework {
    pub(crate) handle: SchedulerHandle,
    /// Every update that the handler has had.
    pub(crate) updates: Vec<TaskStatus>,
    /// Every update of an operation that the handler has had.
    pub(crate) operations: Vec<OperationStatus>,
    /// What it returns from `known_tasks`.
    pub(crate) known: Known,
    received: UnboundedReceiver<Received>,
    offers: VecDeque<Offer>,
    run: JoinHandle<Result<(), Error>>,
}

/// A framework that lives on while no scheduler is subscribed.
pub(crate) fn info(name: &str) -> FrameworkInfo {
    FrameworkInfo {
        user: "tester".to_owned(),
        name: name.to_owned(),
        failover_timeout: Some(3600.0),
        ..FrameworkInfo::default()
    }
}

/// A driver for a master, or for a list of them.
pub(crate) fn driver(masters: &str, info: FrameworkInfo) -> Result<SchedulerDriver> {
    Ok(SchedulerDriver::new(masters.parse::<Master>()?, info))
}

/// Resources that are declined with this are offered again at once.
pub(crate) const NO_FILTER: Duration = Duration::ZERO;

/// A handler that returns `Ok` at once.
fn fine<S>() -> On<S> {
    Box::new(|_, _| Box::pin(async { Ok(()) }))
}

impl Framework {
    /// Runs `driver`; its handlers return `Ok` at once.
    pub(crate) fn start(driver: SchedulerDriver) -> Self {
        Self::start_knowing(driver, Known::default())
    }

    /// Runs `driver`; it knows this when it is asked for the first time.
    pub(crate) fn start_knowing(driver: SchedulerDriver, known: Known) -> Self {
        Self::begin(driver, known, fine(), fine())
    }

    /// Runs `driver` with this handler of updates.
    pub(crate) fn start_with(driver: SchedulerDriver, on_update: OnUpdate) -> Self {
        Self::begin(driver, Known::default(), on_update, fine())
    }

    /// Runs `driver` with this handler of operations' updates.
    pub(crate) fn start_operating(driver: SchedulerDriver, on_operation: OnOperation) -> Self {
        Self::begin(driver, Known::default(), fine(), on_operation)
    }

    fn begin(driver: SchedulerDriver, known: Known, on_update: OnUpdate, on_operation: OnOperation) -> Self {
        let (sender, received) = mpsc::unbounded_channel();
        let handle = driver.handle();
        let mut reporter = Reporter { received: sender, on_update, on_operation, known: known.clone() };
        let run = tokio::spawn(async move { driver.run(&mut reporter).await });
        Self {
            handle,
            updates: Vec::new(),
            operations: Vec::new(),
            known,
            received,
            offers: VecDeque::new(),
            run,
        }
    }

    /// Waits for the one of the things to come that `pick` takes; others are passed over. Offers
    /// are kept.
    pub(crate) async fn wait<T>(
        &mut self,
        what: &str,
        mut pick: impl FnMut(Received) -> Option<T>,
    ) -> Result<T> {
        let wait = async {
            loop {
                let Some(received) = self.received.recv().await else {
                    bail!("the driver has ended: {:#?}", self.end().await)
                };
                if let Some(wanted) = pick(self.noted(received)) {
                    return Ok(wanted);
                }
            }
        };
        let waited = timeout(PATIENCE, wait).await.map_err(anyhow::Error::from).flatten();
        waited.with_context(|| format!("waiting for {what}; updates by now: {:?}", self.summary()))
    }

    fn noted(&mut self, received: Received) -> Received {
        match &received {
            Received::Offers(offers) => self.offers.extend(offers.iter().cloned()),
            Received::Rescinded(rescinded) => self.offers.retain(|offer| offer.id != *rescinded),
            Received::Disconnected => self.offers.clear(),
            Received::Update(status) => self.updates.push(status.clone()),
            Received::OperationUpdate(status) => self.operations.push(status.clone()),
            _ => {}
        }
        received
    }

    /// Waits for the next subscription.
    pub(crate) async fn subscribed(&mut self) -> Result<Subscription> {
        self.wait("the subscription", |received| match received {
            Received::Subscribed(subscription) => Some(subscription),
            _ => None,
        })
        .await
    }

    /// An offer that is still valid, as far as is known.
    pub(crate) async fn offer(&mut self) -> Result<Offer> {
        loop {
            if let Some(offer) = self.offers.pop_front() {
                return Ok(offer);
            }
            self.wait("offers", |received| matches!(received, Received::Offers(_)).then_some(())).await?;
        }
    }

    /// Fails if offers come within this time.
    pub(crate) async fn no_offers(&mut self, time: Duration) -> Result<()> {
        match timeout(time, self.offer()).await {
            Err(_) => Ok(()),
            Ok(offer) => bail!("there should be no offer, but there came {:?}", offer?.id),
        }
    }

    /// The next update.
    pub(crate) async fn update(&mut self) -> Result<TaskStatus> {
        self.wait("an update", |received| match received {
            Received::Update(status) => Some(status),
            _ => None,
        })
        .await
    }

    /// Fails if an update comes within this time.
    pub(crate) async fn no_update(&mut self, time: Duration) -> Result<()> {
        match timeout(time, self.update()).await {
            Err(_) => Ok(()),
            Ok(update) => bail!("there should be no update, but there came {:?}", update?),
        }
    }

    /// The next update of an operation.
    pub(crate) async fn operation_update(&mut self) -> Result<OperationStatus> {
        self.wait("an operation's update", |received| match received {
            Received::OperationUpdate(status) => Some(status),
            _ => None,
        })
        .await
    }

    /// Uses this offer for these operations; what is left of it is offered again at once.
    pub(crate) async fn accept(&self, offer: &Offer, operations: Vec<Operation>) -> Result<()> {
        Ok(self.handle.accept_with_filters([offer.id.clone()], operations, NO_FILTER).await?)
    }

    /// Waits for an update with this state of this task; other updates are skipped.
    pub(crate) async fn state(&mut self, id: &str, state: TaskState) -> Result<TaskStatus> {
        self.wait(&format!("{} of {id}", state.as_str_name()), |received| match received {
            Received::Update(status) if status.task_id.value == id && status.state() == state => Some(status),
            _ => None,
        })
        .await
    }

    /// Launches these tasks on the next offer.
    pub(crate) async fn launch(&mut self, works: &[(&str, Work)]) -> Result<()> {
        let offer = self.offer().await?;
        let tasks =
            works.iter().map(|(id, work)| task(id, &offer, *work)).collect::<Result<Vec<TaskInfo>>>()?;
        Ok(self.handle.launch_with_filters([offer.id], tasks, NO_FILTER).await?)
    }

    /// Launches one task that runs until it is killed, and waits until it runs.
    pub(crate) async fn launch_one(&mut self, id: &str, work: Work) -> Result<TaskStatus> {
        self.launch(&[(id, work)]).await?;
        self.state(id, TaskState::Running).await
    }

    /// Returns how many times the handler got this state of a task.
    pub(crate) fn count(&self, id: &str, state: TaskState) -> usize {
        self.updates.iter().filter(|status| status.task_id.value == id && status.state() == state).count()
    }

    /// Fails unless the handler got each of these states of each task exactly once, and nothing
    /// else.
    pub(crate) fn ensure_once<'a>(
        &self,
        tasks: impl IntoIterator<Item = &'a str>,
        states: &[TaskState],
    ) -> Result<()> {
        let mut expected = 0;
        for id in tasks {
            for state in states {
                ensure!(self.count(id, *state) == 1, "{} of {id}: {:?}", state.as_str_name(), self.summary());
                expected += 1;
            }
        }
        ensure!(self.updates.len() == expected, "more than expected: {:?}", self.summary());
        Ok(())
    }

    fn summary(&self) -> Vec<String> {
        let line = |status: &TaskStatus| {
            let reason = status.reason().map(|reason| reason.as_str_name()).unwrap_or_default();
            let (id, state) = (&status.task_id.value, status.state().as_str_name());
            format!("{id} {state} {reason} {}", status.message())
        };
        self.updates.iter().map(line).collect()
    }

    /// Waits until the driver ends by itself; gives what `run` returned.
    pub(crate) async fn end(&mut self) -> Result<Result<(), Error>> {
        let end = timeout(PATIENCE, &mut self.run).await.context("the driver does not end")?;
        Ok(end?)
    }

    /// Ends the framework.
    pub(crate) async fn stop(mut self) -> Result<()> {
        self.handle.stop();
        Ok(self.end().await??)
    }

    /// Ends the driver and leaves the framework to another one.
    pub(crate) async fn leave(mut self) -> Result<()> {
        self.handle.stop_with_failover();
        Ok(self.end().await??)
    }
}

impl Drop for Framework {
    fn drop(&mut self) {
        self.run.abort();
    }
}
