//! Containers that operators start: nested in those of executors, or standalone.
//!
//! [`book`] keeps track of them and decides what may happen to them. The rest runs their processes
//! and the streams of clients that attach to them.

mod api;
mod book;
mod input;
mod process;
mod switchboard;
mod terminal;
mod validate;
mod volumes;

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use mesos_sdk::proto::v1::{CommandInfo, Volume};
use rustix::process::Signal;
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::task::AbortHandle;

pub(super) use self::api::Encodings;
use self::book::{Book, Launch, Name, Run, State};
use self::process::{Reach, Started};
use self::switchboard::{Output, Switchboard};
pub(super) use self::validate::validate;
use super::exit_status::{EXIT_FAILURE, KILLED, NOT_EXECUTED};
use super::fetcher::Fetcher;
use super::group::Group;
use super::sandbox::Sandbox;
use super::watchdog::Watchdog;

/// How long a client can still ask for the end of a standalone container: about as long as Mesos
/// takes to notice it and to clean up.
const LINGER: Duration = Duration::from_secs(1);

/// All such containers of one agent. Clones share their state.
#[derive(Clone, Debug)]
pub(super) struct Nested {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    book: Mutex<Book>,
    /// The running containers by name, and the containers of executors by id.
    places: Mutex<BTreeMap<String, Place>>,
    /// Notifies waiters when a container has ended.
    ends: watch::Sender<()>,
    /// Locked while a sandbox is created; true once no more may be created.
    closed: RwLock<bool>,
    work_dir: PathBuf,
    /// Whether containers have sandboxes with processes in them.
    on_disk: bool,
    fetcher: Arc<Fetcher>,
    watchdog: Arc<Watchdog>,
}

/// Where a container is, and how to reach it.
#[derive(Clone, Debug)]
struct Place {
    sandbox: PathBuf,
    group: Option<Group>,
    /// Set instead of the group for the container of an executor.
    executor: Option<ExecutorProcess>,
    switchboard: Option<Arc<Switchboard>>,
}

/// What an executor runs in.
#[derive(Clone, Debug)]
pub(super) enum ExecutorProcess {
    Process(Group),
    InProcess(AbortHandle),
}

/// The switchboard that clients attach to, and the output that it has yet to forward.
type Reached = Option<(Arc<Switchboard>, Vec<Output>)>;

/// What to start.
struct Plan {
    name: Name,
    command: CommandInfo,
    volumes: Vec<Volume>,
    reach: Reach,
    /// Whether it is a session, which starts in the sandbox of its parent.
    is_session: bool,
}

impl Nested {
    pub(super) fn new(
        (work_dir, on_disk): (PathBuf, bool),
        fetcher: Arc<Fetcher>,
        watchdog: Arc<Watchdog>,
    ) -> Self {
        let shared = Shared {
            book: Mutex::default(),
            places: Mutex::default(),
            ends: watch::Sender::new(()),
            closed: RwLock::new(false),
            work_dir,
            on_disk,
            fetcher,
            watchdog,
        };
        Self { shared: Arc::new(shared) }
    }

    /// Records that an executor's container runs in this sandbox.
    pub(super) fn open(&self, root: &str, sandbox: PathBuf) {
        self.book().open(root);
        let place = Place { sandbox, group: None, executor: None, switchboard: None };
        self.places().insert(root.to_owned(), place);
    }

    /// Records what the executor of an open container runs in, so that operators can kill it.
    pub(super) fn executor_runs(&self, root: &str, process: ExecutorProcess) {
        if let Some(place) = self.places().get_mut(root) {
            place.executor = Some(process);
        }
    }

    /// Starts the process of an executor's container, which must be open, in a terminal that
    /// clients can attach to.
    pub(super) fn start_in_terminal(&self, root: &str, program: Command, log: File) -> io::Result<Child> {
        let Started { child, reached } = process::over_terminal(program, log)?;
        if let Some((switchboard, outputs)) = reached {
            if let Some(place) = self.places().get_mut(root) {
                place.switchboard = Some(Arc::clone(&switchboard));
            }
            tokio::spawn(async move { switchboard.run(outputs).await });
        }
        Ok(child)
    }

    /// Handles the end of an executor's container, and ends the containers within it.
    pub(super) fn close(&self, root: &str) {
        let within = self.book().close(root);
        self.places().remove(root);
        self.kill_all(&within);
    }

    /// Ends everything at once.
    pub(super) fn close_all(&self) {
        *self.shared.closed.write().unwrap_or_else(PoisonError::into_inner) = true;
        for place in self.places().values() {
            place.signal(Signal::KILL);
        }
    }

    /// Starts a container, unless one of this name exists. The error gives the reason why it can't
    /// be started. Its output is not read until the caller does so. If the caller is gone, the
    /// container starts all the same.
    async fn start(&self, plan: Plan) -> Result<(Launch, Reached), String> {
        let nested = self.clone();
        let started = tokio::spawn(async move { nested.start_now(plan).await }).await;
        started.unwrap_or_else(|error| Err(error.to_string()))
    }

    async fn start_now(&self, plan: Plan) -> Result<(Launch, Reached), String> {
        if !self.shared.on_disk {
            return Err("this cluster runs in memory and starts no processes".to_owned());
        }
        if self.book().launch(&plan.name)? == Launch::Known {
            return Ok((Launch::Known, None));
        }
        let name = plan.name.clone();
        let (sandbox, folder) = self.prepare(&plan).await.inspect_err(|_| self.forget_unmade(&name))?;
        let fetched = self.shared.fetcher.fetch((name.as_str(), &plan.command), &sandbox).await;
        // A real agent has forked its launcher before it fetches, and then kills that.
        fetched.inspect_err(|_| self.end(&name, KILLED))?;
        let started = process::start(&plan.command, &sandbox, &folder, plan.reach);
        let reached = match started {
            Ok(started) => self.run(name, &sandbox, started).await,
            Err(error) => {
                self.end(&name, NOT_EXECUTED);
                process::not_executed(&plan.command, &error, &sandbox, plan.reach)
            }
        };
        Ok((Launch::New, reached))
    }

    fn fail(&self, name: &Name) -> Reached {
        self.end(name, EXIT_FAILURE);
        None
    }

    /// Forgets a container that could not be made.
    fn forget_unmade(&self, name: &Name) {
        let state = self.book().state(name);
        self.end(name, EXIT_FAILURE);
        if let Some(State::Running(run)) = state {
            self.book().forget(run);
        }
    }

    /// Creates its sandbox. Returns it with the directory that the process starts in.
    async fn prepare(&self, plan: &Plan) -> Result<(Sandbox, PathBuf), String> {
        let outer = plan.name.parent().map(|parent| {
            let places = self.places();
            places.get(parent.as_str()).map(|place| place.sandbox.clone()).ok_or("its parent has ended")
        });
        let outer = outer.transpose()?.unwrap_or_else(|| self.shared.work_dir.clone());
        let path = outer.join("containers").join(plan.name.last());
        let folder = if plan.is_session { outer.clone() } else { path.clone() };
        let (shared, volumes) = (Arc::clone(&self.shared), plan.volumes.clone());
        let create = move || {
            let closed = shared.closed.read().unwrap_or_else(PoisonError::into_inner);
            if *closed {
                return Err("the agent has ended".to_owned());
            }
            let sandbox = Sandbox::make(path)?;
            volumes::make(&volumes, &outer, sandbox.path())?;
            Ok(sandbox)
        };
        let made = tokio::task::spawn_blocking(create).await;
        Ok((made.unwrap_or_else(|error| Err(error.to_string()))?, folder))
    }

    async fn run(&self, name: Name, sandbox: &Sandbox, started: Started) -> Reached {
        let Started { child, reached } = started;
        let Ok(group) = Group::of(&child, &self.shared.watchdog).await else { return self.fail(&name) };
        let switchboard = reached.as_ref().map(|(switchboard, _)| Arc::clone(switchboard));
        let (sandbox, group_of_it) = (sandbox.path().to_owned(), Some(group.clone()));
        let place = Place { sandbox, group: group_of_it, executor: None, switchboard };
        self.places().insert(name.as_str().to_owned(), place);
        // Its parent may have ended meanwhile.
        let is_closed = *self.shared.closed.read().unwrap_or_else(PoisonError::into_inner);
        if is_closed || self.book().is_orphan(&name) {
            group.signal(Signal::KILL);
        }
        tokio::spawn(self.clone().reap(name, child));
        reached
    }

    async fn reap(self, name: Name, mut child: Child) {
        let status = child.wait().await.map_or(KILLED, ExitStatusExt::into_raw);
        // Its group is dropped, which kills what the process leaves behind.
        self.places().remove(name.as_str());
        let state = self.book().state(&name);
        self.end(&name, status);
        if let Some(State::Running(run)) = state {
            tokio::time::sleep(LINGER).await;
            self.forget_own(&name, run);
        }
    }

    fn end(&self, name: &Name, status: i32) {
        let within = self.book().end(name, status);
        self.kill_all(&within);
        self.shared.ends.send_replace(());
    }

    /// Waits for the container to end, and returns its wait status. Returns `None` if the container
    /// is unknown.
    async fn wait(&self, name: &Name) -> Option<i32> {
        let mut ends = self.shared.ends.subscribe();
        let (State::Running(run) | State::Ended(run, _)) = self.book().state(name)?;
        loop {
            let status = self.book().status(run);
            if status.is_some() {
                self.forget_own(name, run);
                return status;
            }
            // The sender lives here, so this can't fail.
            drop(ends.changed().await);
        }
    }

    /// Forgets a standalone container after a while. Later calls get the response that it does not
    /// exist.
    fn forget_own(&self, name: &Name, run: Run) {
        if name.parent().is_none() {
            self.book().forget(run);
        }
    }

    /// Sends a signal. Returns whether the container has a process.
    fn signal(&self, name: &Name, signal: Signal) -> bool {
        self.places().get(name.as_str()).is_some_and(|place| place.signal(signal))
    }

    /// Returns the id of the container's first process.
    fn pid(&self, name: &Name) -> Option<u32> {
        self.places().get(name.as_str())?.group.as_ref().map(Group::pid)
    }

    fn kill_all(&self, names: &[Name]) {
        for name in names {
            self.signal(name, Signal::KILL);
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.shared.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn places(&self) -> MutexGuard<'_, BTreeMap<String, Place>> {
        self.shared.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Returns whether signals reach anything.
    fn is_running(&self) -> bool {
        self.group.is_some() || self.executor.is_some()
    }

    /// Sends a signal. An executor that runs in this process can only be killed.
    fn signal(&self, signal: Signal) -> bool {
        match (&self.group, &self.executor) {
            (Some(group), _) | (None, Some(ExecutorProcess::Process(group))) => group.signal(signal),
            (None, Some(ExecutorProcess::InProcess(task))) if signal == Signal::KILL => task.abort(),
            (None, _) => {}
        }
        self.is_running()
    }
}
