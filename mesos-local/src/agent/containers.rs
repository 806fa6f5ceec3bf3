//! Containers: a sandbox with the processes in it, or a future that stands in for them.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use mesos_executor::machine::{Probe, Which};
use mesos_executor::{ProcessEnvironment, lead_session, program};
use tokio::process::{Child, Command};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::AbortHandle;

use super::default_executor;
use super::environment::{Origin, variables};
use super::exit_status::{ABORTED, EXIT_FAILURE, KILLED};
use super::fetcher::Fetcher;
use super::group::Group;
use super::in_process::{Executor, InProcessEnvironment, InProcessExecutors};
use super::machine::{Input, Launch, Signal};
use super::memory_connector::MemoryConnector;
use super::nested::{ExecutorProcess, Nested};
use super::orphans;
use super::probes::Probes;
use super::sandbox::Sandbox;
use super::volumes::Volumes;
use super::watchdog::Watchdog;

/// How many reports about containers may wait for the agent.
const WAITING_REPORTS: usize = 256;
/// How many containers an agent prepares and starts at a time. The others wait.
const MAX_STARTING: usize = 16;
/// All containers of one agent. Dropping it kills them, so that nothing outlives the cluster.
#[derive(Debug)]
pub(super) struct Containers {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    running: Mutex<BTreeMap<String, Running>>,
    /// Locked while a sandbox is created; true once no more may be created.
    closed: RwLock<bool>,
    work_dir: PathBuf,
    /// Whether containers have sandboxes.
    on_disk: bool,
    origin: Origin,
    in_process: InProcessExecutors,
    connector: MemoryConnector,
    watchdog: Arc<Watchdog>,
    probes: Probes,
    fetcher: Arc<Fetcher>,
    volumes: Volumes,
    /// Limits how many containers start at a time.
    starting: Semaphore,
    orphans: orphans::Search,
    /// The containers that operators have started.
    nested: Nested,
    reports: mpsc::Sender<Input>,
}

#[derive(Debug)]
enum Running {
    /// The agent is fetching files. The channel becomes true if the container is killed meanwhile.
    Preparing {
        killed: watch::Sender<bool>,
    },
    Process(Group),
    InProcess(AbortHandle),
}

impl Containers {
    /// Creates an empty set of containers, and the channel that receives the reports about them.
    pub(super) fn new(
        (work_dir, on_disk): (PathBuf, bool),
        origin: Origin,
        in_process: InProcessExecutors,
        connector: MemoryConnector,
    ) -> (Self, mpsc::Receiver<Input>) {
        let (reports, receiver) = mpsc::channel(WAITING_REPORTS);
        let running = Mutex::default();
        let watchdog = Arc::<Watchdog>::default();
        let fetcher = Arc::new(Fetcher::new(&work_dir));
        let nested = Nested::new((work_dir.clone(), on_disk), Arc::clone(&fetcher), Arc::clone(&watchdog));
        let probes = Probes::default();
        let volumes = Volumes::new(work_dir.clone(), on_disk);
        let starting = Semaphore::new(MAX_STARTING);
        let closed = RwLock::new(false);
        let shared = Shared {
            running,
            closed,
            work_dir,
            on_disk,
            origin,
            in_process,
            connector,
            watchdog,
            probes,
            fetcher,
            volumes,
            starting,
            orphans: orphans::Search::default(),
            nested,
            reports,
        };
        (Self { shared: Arc::new(shared) }, receiver)
    }

    /// Returns the containers that operators have started.
    pub(super) fn nested(&self) -> Nested {
        self.shared.nested.clone()
    }

    /// Returns the persistent volumes of the agent.
    pub(super) fn volumes(&self) -> &Volumes {
        &self.shared.volumes
    }

    /// Starts a container, and reports `Started` and `Exited`, or `LaunchFailed`.
    pub(super) fn start(&self, launch: Launch) {
        let (killed, is_killed) = watch::channel(false);
        self.shared.lock().insert(launch.container.clone(), Running::Preparing { killed });
        tokio::spawn(Arc::clone(&self.shared).run(launch, is_killed));
    }

    /// Signals all processes of the container. Code that runs in this process can only be killed.
    pub(super) fn signal(&self, container: &str, signal: Signal) {
        match (self.shared.lock().get_mut(container), signal) {
            (Some(Running::Process(group)), Signal::Terminate) => group.signal(rustix::process::Signal::TERM),
            (Some(Running::Process(group)), Signal::Kill) => group.signal(rustix::process::Signal::KILL),
            (Some(Running::InProcess(task)), Signal::Kill) => task.abort(),
            (Some(Running::Preparing { killed }), _) => drop(killed.send_replace(true)),
            (Some(Running::InProcess(_)), Signal::Terminate) | (None, _) => {}
        }
    }

    /// Probes a running command.
    pub(super) fn probe(&self, container: &str, which: Which, probe: Probe) {
        self.shared.probes.probe(container, which, probe, self.shared.reports.clone());
    }

    /// Abandons the probe that is under way.
    pub(super) fn abandon(&self, container: &str, which: Which) {
        self.shared.probes.abandon(container, which);
    }

    /// Kills everything at once. Afterwards no sandbox is created, so the directory may be removed.
    pub(super) fn close(&self) {
        *self.shared.closed.write().unwrap_or_else(PoisonError::into_inner) = true;
        self.shared.probes.end_all();
        self.shared.nested.close_all();
        let containers: Vec<String> = self.shared.lock().keys().cloned().collect();
        for container in &containers {
            self.signal(container, Signal::Kill);
        }
        if self.shared.on_disk && !containers.is_empty() {
            orphans::kill(std::slice::from_ref(&self.shared.work_dir));
        }
    }
}

impl Drop for Containers {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn run(self: Arc<Self>, launch: Launch, killed: watch::Receiver<bool>) {
        let container = launch.container.clone();
        let (framework, executor) = (&launch.framework_id, &launch.executor_id);
        tracing::debug!(container, framework, executor, "starting a container");
        let last = match self.prepare(launch, killed).await {
            Err(reason) => Input::LaunchFailed { container: container.clone(), reason },
            Ok((launch, sandbox)) => {
                let variables = variables(&launch, sandbox.path(), &self.origin);
                let environment = ProcessEnvironment::elsewhere(sandbox.path().to_owned(), variables);
                self.probes.begin(&container, environment);
                self.nested.open(&container, sandbox.path().to_owned());
                let status = match self.stand_in(&launch) {
                    Some(executor) => self.run_here(&launch, &sandbox, &*executor).await,
                    None => self.run_process(&launch, &sandbox).await,
                };
                Input::Exited { container: container.clone(), status }
            }
        };
        self.lock().remove(&container);
        self.probes.end(&container);
        self.nested.close(&container);
        tracing::debug!(report = ?last, "container ended");
        self.report(last).await;
    }

    async fn prepare(
        self: &Arc<Self>,
        launch: Launch,
        mut killed: watch::Receiver<bool>,
    ) -> Result<(Launch, Sandbox), String> {
        if let (Some(reason), None) = (launch.unsupported, self.in_process.find(&launch)) {
            return Err(reason.to_owned());
        }
        if !self.on_disk {
            return self.prepare_in_memory(launch);
        }
        let (launch, sandbox) = self.make_sandbox(launch).await?;
        tokio::select! {
            fetched = self.fetcher.fetch((&launch.container, &launch.command), &sandbox) => fetched?,
            _ = killed.wait_for(|killed| *killed) => return Err("it was killed while its files were fetched".to_owned()),
        }
        Ok((launch, sandbox))
    }

    async fn make_sandbox(self: &Arc<Self>, launch: Launch) -> Result<(Launch, Sandbox), String> {
        let _turn = self.starting.acquire().await.map_err(|error| error.to_string())?;
        let shared = Arc::clone(self);
        let create = move || {
            let closed = shared.closed.read().unwrap_or_else(PoisonError::into_inner);
            if *closed {
                return Err("the agent has ended".to_owned());
            }
            let sandbox = Sandbox::create(&shared.work_dir, &launch)?;
            shared.volumes.link(sandbox.path(), &launch.volumes)?;
            Ok((launch, sandbox))
        };
        let created = tokio::task::spawn_blocking(create).await;
        created.unwrap_or_else(|error| Err(error.to_string()))
    }

    fn prepare_in_memory(&self, launch: Launch) -> Result<(Launch, Sandbox), String> {
        match self.stand_in(&launch) {
            Some(_) => Ok((launch, Sandbox::nowhere())),
            None => Err("this cluster runs in memory and starts no processes".to_owned()),
        }
    }

    /// Returns what runs in place of a process, if something does.
    fn stand_in(&self, launch: &Launch) -> Option<Arc<Executor>> {
        self.in_process.find(launch).or_else(|| launch.is_default.then(default_executor::executor))
    }

    async fn run_process(&self, launch: &Launch, sandbox: &Sandbox) -> i32 {
        let (mut child, group) = match self.spawn(launch, sandbox).await {
            Ok(spawned) => spawned,
            Err(error) => return self.not_executable(launch, sandbox, &error).await,
        };
        // When it is dropped, it kills what the process leaves behind, and the process itself if
        // the runtime ends first.
        let processes = group.clone();
        self.nested.executor_runs(&launch.container, ExecutorProcess::Process(group.clone()));
        self.runs(&launch.container, Running::Process(group));
        self.started(launch, child.id()).await;
        let status = child.wait().await.map_or(KILLED, ExitStatusExt::into_raw);
        processes.signal(rustix::process::Signal::KILL);
        self.orphans.kill(sandbox.path().to_owned()).await;
        status
    }

    /// Waits for its turn, then starts the process.
    async fn spawn(&self, launch: &Launch, sandbox: &Sandbox) -> io::Result<(Child, Group)> {
        let _turn = self.starting.acquire().await.map_err(io::Error::other)?;
        let mut command = command(launch, sandbox, &self.origin)?;
        let child = match launch.terminal {
            true => {
                let log = sandbox.output("stdout")?;
                self.nested.start_in_terminal(&launch.container, command, log)?
            }
            false => command.spawn()?,
        };
        let group = Group::of(&child, &self.watchdog).await?;
        Ok((child, group))
    }

    /// Returns status 1, as a real agent's launcher does when it can't execute the command.
    async fn not_executable(&self, launch: &Launch, sandbox: &Sandbox, error: &io::Error) -> i32 {
        let value = launch.command.value.as_deref().unwrap_or_default();
        sandbox.write_error(&format!("Failed to execute '{value}': {error}"));
        self.started(launch, None).await;
        EXIT_FAILURE
    }

    async fn run_here(&self, launch: &Launch, sandbox: &Sandbox, executor: &Executor) -> i32 {
        let variables = variables(launch, sandbox.path(), &self.origin);
        let environment = InProcessEnvironment::new(variables, self.connector.clone());
        let task = tokio::spawn(executor(environment));
        self.nested.executor_runs(&launch.container, ExecutorProcess::InProcess(task.abort_handle()));
        self.runs(&launch.container, Running::InProcess(task.abort_handle()));
        self.started(launch, None).await;
        let ended = task.await;
        if launch.is_default && self.on_disk {
            self.orphans.kill(sandbox.path().to_owned()).await;
        }
        match ended {
            Ok(code) => (code & 0xff) << 8,
            Err(error) if error.is_panic() => ABORTED,
            Err(_) => KILLED,
        }
    }

    /// Records the running container. Signals reach it from now on, and one that came too early is
    /// sent now.
    fn runs(&self, container: &str, running: Running) {
        let before = self.lock().insert(container.to_owned(), running);
        if matches!(before, Some(Running::Preparing { killed }) if *killed.borrow()) {
            match self.lock().get(container) {
                Some(Running::Process(group)) => group.signal(rustix::process::Signal::KILL),
                Some(Running::InProcess(task)) => task.abort(),
                _ => {}
            }
        }
    }

    async fn started(&self, launch: &Launch, pid: Option<u32>) {
        self.report(Input::Started { container: launch.container.clone(), pid }).await;
    }

    /// Sends a report, unless the agent is gone.
    async fn report(&self, report: Input) {
        let _ = self.reports.send(report).await;
    }
}

fn command(launch: &Launch, sandbox: &Sandbox, origin: &Origin) -> io::Result<Command> {
    let variables = variables(launch, sandbox.path(), origin);
    let program = program(&launch.command, variables.get("PATH").map(String::as_str));
    let mut command = match launch.terminal {
        true => Command::from(lead_session(program, sandbox.path())),
        false => Command::from(program),
    };
    if !launch.terminal {
        command.process_group(0);
    }
    command.stdin(Stdio::null()).stdout(sandbox.output("stdout")?).stderr(sandbox.output("stderr")?);
    // As on real agents, executors get nothing of the agent's own environment.
    command.env_clear().envs(variables).current_dir(sandbox.path());
    Ok(command)
}
