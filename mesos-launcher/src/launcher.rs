//! The launcher: starts the engine and the driver, and ends them.

use std::sync::Arc;
use std::time::Duration;

use mesos_sdk::build::Framework;
use mesos_sdk::proto::v1::framework_info::capability::Type;
use mesos_sdk::scheduler::SchedulerDriver;
use mesos_sdk::timer::{Timer, within};
use mesos_sdk::{Master, SchedulerHandle};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::core::{Core, Input};
use crate::engine::{Clock, Engine};
use crate::error::{Error, ErrorKind};
use crate::framework_id::{KEY, RecordedId};
use crate::scheduler::EventForwarder;
use crate::shared::Shared;
use crate::spec::{Spec, UNRESERVED};
use crate::stalls::Stalls;
use crate::store::{Epoch, Memory, Opened, Store, StoreError, StoreErrorKind};
use crate::workload::{Refusal, View as _, Workload};

/// How long tasks live on without a scheduler, if there is a store.
const FAILOVER_TIMEOUT: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long a store may take to open.
const OPEN_TIMEOUT: Duration = Duration::from_secs(120);
/// How long `stop` waits for tasks to end.
const STOP_TIMEOUT: Duration = Duration::from_secs(60);
/// How long the store may take to give up the leadership. Later it loses it by itself.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);
/// How many random letters are in the name of an incarnation.
const INCARNATION_LETTERS: usize = 5;

/// A framework that carries out what it was asked for.
///
/// Dropping it ends nothing: it works until it is stopped, or the tokio runtime ends.
#[derive(Debug)]
pub struct Launcher {
    shared: Arc<Shared>,
    handle: SchedulerHandle,
    /// Ends when the driver and the engine have.
    work: JoinHandle<()>,
}

/// Sets up a [`Launcher`], and starts it.
#[derive(Debug)]
#[must_use]
pub struct LauncherBuilder {
    name: String,
    user: String,
    role: String,
    master: Option<Master>,
    store: Option<Arc<dyn Store>>,
    is_standby: bool,
}

impl Launcher {
    /// Returns a builder for the launcher of a framework with this name.
    pub fn builder(name: impl Into<String>) -> LauncherBuilder {
        let user = std::env::var("USER").unwrap_or_else(|_| "root".to_owned());
        let (name, role) = (name.into(), UNRESERVED.to_owned());
        LauncherBuilder { name, user, role, master: None, store: None, is_standby: false }
    }

    /// Stores a batch, a map or a service, and runs it. Returns when it is stored. The same again
    /// changes nothing and returns the same view, so a program that is started again submits what
    /// it submitted before. The same service with another number of instances is
    /// [scaled](crate::ServiceHandle::scale), with another task it gets a new version by a
    /// [rollout](crate::Service::update), and one that was stopped is started again.
    ///
    /// # Errors
    ///
    /// [`Invalid`](ErrorKind::Invalid) with the field that is wrong,
    /// [`Conflict`](ErrorKind::Conflict) if there is another batch of this name, or a service
    /// instead of a batch or the reverse, or an error if the launcher has ended.
    pub async fn submit<W: Workload>(&self, workload: W) -> Result<W::Handle, Error> {
        let spec: Spec = workload.try_into().map_err(Refusal::error)?;
        let name = spec.name.clone();
        self.shared.command(|token| Input::Submit(Box::new(spec), token)).await?;
        Ok(W::Handle::new(name, Arc::clone(&self.shared)))
    }

    /// Replaces unreachable tasks that the safety stop holds back. When more than 30 % of all
    /// tasks, and at least 10, become unreachable within a minute, the network has probably failed
    /// and the tasks continue, so the launcher replaces none of them for 30 minutes. This call
    /// lifts the hold for the tasks that are unreachable now. Returns when that is stored:
    /// processes that are started later replace them as well.
    ///
    /// # Errors
    ///
    /// If the launcher has ended.
    pub async fn replace_unreachable(&self) -> Result<(), Error> {
        self.shared.command(Input::ReplaceUnreachable).await
    }

    /// Stops all batches and services, waits up to a minute for their tasks to end, and ends the
    /// framework: whatever is left of it is killed, also if the store does not work. The ends of
    /// the tasks of batches stay in the store.
    ///
    /// # Errors
    ///
    /// If the launcher has failed before, or the master does not confirm the end.
    pub async fn stop(self) -> Result<(), Error> {
        if timeout(STOP_TIMEOUT, self.stop_all()).await.is_err() {
            tracing::warn!("some tasks have not ended: they are killed with the framework");
        }
        self.handle.stop();
        self.end().await
    }

    /// Stops all workloads, and waits until their tasks, or the launcher, have ended.
    async fn stop_all(&self) {
        for name in self.shared.unfinished() {
            // It fails if somebody has forgotten it, or the launcher has ended.
            if let Err(error) = self.shared.command(|token| Input::Stop(name, token)).await {
                tracing::debug!(%error, "a batch or service was not stopped");
            }
        }
        let mut turns = self.shared.turns();
        while !self.shared.unfinished().is_empty()
            && !self.shared.has_ended()
            && turns.changed().await.is_ok()
        {}
    }

    /// Ends this process's part, and leaves tasks and records to the next start, or to a scheduler
    /// on [standby](LauncherBuilder::standby), which takes over at once.
    ///
    /// # Errors
    ///
    /// If the launcher has failed before.
    pub async fn stop_with_failover(self) -> Result<(), Error> {
        self.handle.stop_with_failover();
        self.end().await
    }

    async fn end(self) -> Result<(), Error> {
        if let Err(error) = self.work.await {
            tracing::error!(%error, "the launcher's task did not end by itself");
        }
        match self.shared.reason() {
            error if error.kind() == ErrorKind::Stopped => Ok(()),
            error => Err(error),
        }
    }
}

impl LauncherBuilder {
    /// Sets the master. It must be set.
    pub fn master(self, master: impl Into<Master>) -> Self {
        Self { master: Some(master.into()), ..self }
    }

    /// Sets where records are kept. With a store, tasks live on for a week without a scheduler, and
    /// the next start continues where this one was. By default nothing is kept: tasks end with the
    /// process.
    pub fn store(self, store: impl Store + 'static) -> Self {
        Self { store: Some(Arc::new(store)), ..self }
    }

    /// Makes [`start`](Self::start) wait until this scheduler leads those that have started with
    /// the same store and `standby`, on any machine. One of them leads until it ends, or its store
    /// can't confirm that it leads; then its launcher ends with the kind
    /// [`Fenced`](ErrorKind::Fenced), and the next one continues with its tasks. The
    /// [store](Self::store) has to elect a leader, as `store::ZooKeeperStore` (feature
    /// `zookeeper-store`) does.
    pub fn standby(self) -> Self {
        Self { is_standby: true, ..self }
    }

    /// Sets the user that tasks run as. The default is the one in the environment variable `USER`,
    /// or `root`.
    pub fn user(self, user: impl Into<String>) -> Self {
        Self { user: user.into(), ..self }
    }

    /// Sets the role whose offers and reservations it uses. The default is `*`.
    pub fn role(self, role: impl Into<String>) -> Self {
        Self { role: role.into(), ..self }
    }

    /// Starts the launcher, in tasks of the current tokio runtime. It does not wait for the master:
    /// what is submitted runs as soon as there is one.
    ///
    /// # Errors
    ///
    /// If no master is set, if the store does not open within 2 minutes, or if it does not elect a
    /// leader and the launcher is to be on standby.
    pub async fn start(self) -> Result<Launcher, Error> {
        let no_master = || Error::new(ErrorKind::Invalid, "no master is set: call `master`");
        let master = self.master.clone().ok_or_else(no_master)?;
        let store = self.store.clone().unwrap_or_else(|| Arc::new(Memory::default()));
        if self.is_standby {
            store.lead().await?;
        }
        let started = self.start_with(master, Arc::clone(&store)).await;
        if started.is_err() {
            close(&*store).await;
        }
        started
    }

    async fn start_with(self, master: Master, store: Arc<dyn Store>) -> Result<Launcher, Error> {
        let is_kept = self.store.is_some();
        let opened = opened(&*store).await?;
        let clock = Clock::new();
        let core = Core::open(&opened.records, incarnation(opened.epoch), clock.now())?
            .role(&self.role)
            .kept(is_kept);
        let (shared, messages) = Shared::new();
        let id = RecordedId::new(Arc::clone(&shared), opened.records.get(KEY).cloned());
        let driver = self.driver(master, is_kept, id)?;
        core.ends().for_each(|end| shared.add_end(end));
        core.instances().for_each(|(name, index, instance)| shared.set_instance(name, index, Some(instance)));
        core.volumes().for_each(|(name, volume)| shared.set_volume(name, volume.id.clone(), Some(volume)));
        shared.show(core.standings());
        let (handle, epoch) = (driver.handle(), opened.epoch);
        let engine = Engine {
            core,
            store,
            epoch,
            shared: Arc::clone(&shared),
            messages,
            records: Vec::new(),
            handle: handle.clone(),
            clock,
            timer: Timer::new(),
            stalls: Stalls::default(),
        };
        let work = tokio::spawn(work(engine, driver, Arc::clone(&shared)));
        Ok(Launcher { shared, handle, work })
    }

    fn driver(&self, master: Master, is_kept: bool, id: RecordedId) -> Result<SchedulerDriver, Error> {
        let framework =
            Framework::new(&self.name, &self.user).roles([&self.role]).capability(Type::PartitionAware);
        // Reservations with labels are offered in the newer format.
        let framework = match self.role.as_str() {
            UNRESERVED => framework,
            _ => framework.capability(Type::ReservationRefinement),
        };
        let framework = match is_kept {
            true => framework.failover_timeout(FAILOVER_TIMEOUT).checkpoint(),
            false => framework,
        };
        let framework =
            framework.build().map_err(|error| Error::new(ErrorKind::Invalid, error.to_string()))?;
        let driver = SchedulerDriver::new(master, framework).store(id);
        Ok(if is_kept { driver.client_generated_id() } else { driver })
    }
}

/// Gives up the leadership.
async fn close(store: &dyn Store) {
    if within(CLOSE_TIMEOUT, store.close()).await.is_none() {
        tracing::warn!("the store was not closed in time: a scheduler on standby takes over later");
    }
}

/// Opens the store.
async fn opened(store: &dyn Store) -> Result<Opened, Error> {
    within(OPEN_TIMEOUT, store.open())
        .await
        .unwrap_or_else(|| {
            let limit = OPEN_TIMEOUT.as_secs();
            let text = format!("the store was not opened within {limit} s: does its disk or server respond?");
            Err(StoreError::new(StoreErrorKind::Unavailable, text))
        })
        .map_err(Error::from)
}

/// Ends everything that waits when the launcher's task ends, whatever ends it.
struct Closing(Arc<Shared>);

impl Drop for Closing {
    fn drop(&mut self) {
        let (kind, text) = match std::thread::panicking() {
            true => {
                (ErrorKind::Panicked, "the launcher has panicked: what is stored is sound, start it again")
            }
            false => (ErrorKind::Stopped, "the launcher has ended with its tokio runtime"),
        };
        // It changes nothing if there is a reason already.
        self.0.close(Error::new(kind, text));
    }
}

/// Runs engine and driver until one of them ends, or the leadership is lost.
async fn work(engine: Engine, driver: SchedulerDriver, shared: Arc<Shared>) {
    let _closing = Closing(Arc::clone(&shared));
    let mut forwarder = EventForwarder(Arc::clone(&shared));
    let store = Arc::clone(&engine.store);
    let error = tokio::select! {
        error = engine.run() => error,
        error = store.lost() => error.into(),
        result = driver.run(&mut forwarder) => match result {
            Ok(()) => Error::new(ErrorKind::Stopped, "the launcher has been stopped"),
            Err(error) => error.into(),
        },
    };
    shared.close(error);
    close(&*store).await;
}

/// Returns a name that no other opening of the store has, not even when an older copy of the store
/// is opened, which repeats an epoch.
fn incarnation(epoch: Epoch) -> String {
    let letters = std::iter::repeat_with(fastrand::lowercase).take(INCARNATION_LETTERS);
    format!("{}{}", letters.collect::<String>(), epoch.0)
}
