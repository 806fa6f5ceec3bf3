//! All that an agent decides, without a socket, a process or a clock: inputs and the time go in,
//! actions come out.
//!
//! ```text
//!               RunTasks                 SUBSCRIBE                SHUTDOWN, KILL of its last task
//!   (nothing) ───────────▶ Registering ───────────▶ Running ──────────────────────▶ Terminating
//!                              │ no SUBSCRIBE in time  │ the process ends                │ the process ends,
//!                              ▼                       ▼                                 ▼ or the grace period
//!                          Terminating ───────────▶ Terminated ◀─────────────────────────┘
//!                                                      │ all updates are acknowledged
//!                                                      ▼
//!                                                  (nothing)
//! ```

mod action;
mod call;
mod command;
mod counters;
mod drain;
mod event;
mod executor;
mod exited;
mod framework;
mod ids;
mod kill;
mod links;
mod operations;
mod operator;
mod pages;
mod registration;
mod run;
mod shutdown;
mod status;
mod subscribe;
#[cfg(test)]
mod tests;
mod timers;
mod updates;
mod validation;
mod volumes;

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use mesos_sdk::proto::v1::{AgentInfo, DrainConfig, FrameworkId, executor as api};
use mesos_sdk::resources::Resources;

pub(crate) use self::action::{Action, CallResponse, Claims, ConnectionId, Input, Launch, Signal};
use self::counters::Counters;
use self::executor::Executor;
use self::framework::Framework;
use self::ids::Ids;
pub(crate) use self::links::{Link, Relink, VolumeId};
use self::operations::Operations;
pub(crate) use self::pages::Page;
use self::timers::{Timer, Timers};
use self::updates::Updates;
pub(crate) use self::validation::validate;
use crate::messages::{FromAgent, ToAgent};

/// How an agent behaves, as the flags of a real one say.
#[derive(Clone, Debug)]
pub(crate) struct Flags {
    pub(crate) executor_registration_timeout: Duration,
    pub(crate) executor_reregistration_timeout: Duration,
    pub(crate) executor_shutdown_grace_period: Duration,
    /// The address in the container status of updates.
    pub(crate) ip: IpAddr,
    /// The agent's process, as in `slave(1)`.
    pub(crate) name: String,
    /// The texts that gave its resources and attributes.
    pub(crate) resources: String,
    pub(crate) attributes: String,
    pub(crate) authenticate_executors: bool,
    /// Where executors connect instead of at the port.
    pub(crate) domain_socket: Option<PathBuf>,
    /// Where sandboxes are.
    pub(crate) work_dir: PathBuf,
    /// Where ids come from: another number, other ids.
    pub(crate) seed: u64,
}

/// One agent.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    flags: Flags,
    /// As it was at the start.
    info: AgentInfo,
    /// What operations have made of its resources.
    total: Resources,
    state: AgentState,
    frameworks: BTreeMap<String, Framework>,
    /// Those that have nothing left here, oldest first.
    completed: VecDeque<Framework>,
    /// Framework and executor of each container.
    containers: BTreeMap<String, (String, String)>,
    updates: Updates,
    operations: Operations,
    timers: Timers,
    ids: Ids,
    registration_backoff: Duration,
    /// How the agent is being emptied, if it is.
    draining: Option<DrainConfig>,
    /// The level that an operator has set, and until when.
    logging: Option<(u32, Duration)>,
    counters: Counters,
    /// When this run of the agent began.
    started: Duration,
    /// The time of the input at hand, since the Unix epoch.
    now: Duration,
    actions: Vec<Action>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AgentState {
    /// Not ready for anything.
    Starting,
    /// Executors of an earlier run may subscribe again.
    Recovering,
    /// No master has registered the agent.
    Disconnected,
    Running,
    Terminating,
}

impl Machine {
    pub(crate) fn new(flags: Flags, info: AgentInfo) -> Self {
        Self {
            state: AgentState::Starting,
            frameworks: BTreeMap::new(),
            completed: VecDeque::new(),
            containers: BTreeMap::new(),
            updates: Updates::default(),
            operations: Operations::default(),
            timers: Timers::default(),
            ids: Ids::new(flags.seed),
            registration_backoff: registration::BACKOFF_MIN,
            draining: None,
            logging: None,
            counters: Counters::default(),
            started: Duration::ZERO,
            now: Duration::ZERO,
            actions: Vec::new(),
            total: info.resources[..].into(),
            flags,
            info,
        }
    }

    /// Takes an input at a time since the Unix epoch that never goes back.
    pub(crate) fn handle(&mut self, now: Duration, input: Input) -> Vec<Action> {
        self.now = now;
        match input {
            Input::Boot => self.boot(),
            Input::MasterConnected => self.master_connected(),
            Input::MasterLost => self.master_lost(),
            Input::Master(message) => self.master_message(message),
            Input::Call { connection, call, claims } => self.call(connection, *call, claims.as_ref()),
            Input::StreamClosed(connection) => self.stream_closed(connection),
            Input::Started { container, pid } => self.started(&container, pid),
            Input::LaunchFailed { container, reason } => self.launch_failed(&container, &reason),
            Input::Exited { container, status } => self.exited(&container, status),
            Input::RelinkFailed { container, reason } => self.relink_failed(&container, &reason),
            Input::Probed { container, which, outcome } => {
                self.input_to_command_in(&container, mesos_executor::machine::Input::Probed(which, outcome));
            }
            Input::Tick => {}
            Input::Shutdown => self.shutdown_agent(),
        }
        self.fire_timers();
        self.finish_drain();
        std::mem::take(&mut self.actions)
    }

    /// Returns whether what an earlier run of the agent has left is not processed yet, so that
    /// operators have to wait.
    pub(crate) fn is_recovering(&self) -> bool {
        matches!(self.state, AgentState::Starting | AgentState::Recovering)
    }

    /// Returns when [`Input::Tick`] is due.
    pub(crate) fn next_deadline(&self) -> Option<Duration> {
        self.timers.next()
    }

    /// Returns whether all executors are gone.
    pub(crate) fn is_idle(&self) -> bool {
        self.containers.is_empty()
    }

    fn master_message(&mut self, message: ToAgent) {
        match message {
            ToAgent::Registered { agent_id } => self.registered(agent_id),
            ToAgent::UpdateFramework { framework } => self.update_framework(*framework),
            ToAgent::Reconcile { framework, tasks } => self.reconcile(*framework, &tasks),
            ToAgent::RunTasks { framework, executor, launch_executor, tasks, group } => {
                self.run_tasks(&framework, (executor.as_deref(), launch_executor), tasks, group);
            }
            ToAgent::KillTask { framework_id, task_id, policy } => {
                self.kill_task(&framework_id.value, &task_id.value, policy);
            }
            ToAgent::ShutdownExecutor { framework_id, executor_id } => {
                self.shutdown_executor_for_master(&framework_id.value, &executor_id.value);
            }
            ToAgent::Drain { config } => self.drain(config),
            ToAgent::Shutdown => self.shutdown_agent(),
            ToAgent::ShutdownFramework { framework_id } => self.shutdown_framework(&framework_id.value),
            ToAgent::Acknowledge { framework_id, task_id, uuid } => {
                self.acknowledge(&framework_id.value, &task_id.value, &uuid);
            }
            ToAgent::Message { framework_id, executor_id, data } => {
                self.scheduler_message(&framework_id.value, &executor_id.value, data);
            }
            ToAgent::ApplyOperation { framework_id, uuid, operation } => {
                self.apply_operation(framework_id, &uuid, *operation);
            }
            ToAgent::AcknowledgeOperation { uuid, status_uuid } => {
                self.operation_acknowledged(&uuid, &status_uuid);
            }
        }
    }

    fn fire_timers(&mut self) {
        while let Some(timer) = self.timers.pop(self.now) {
            match timer {
                Timer::Registration => self.register(),
                Timer::RecoveryEnd => self.end_recovery(),
                Timer::ExecutorRegistration(container) => self.registration_timed_out(&container),
                Timer::Heartbeat(container) => self.heartbeat(&container),
                Timer::ShutdownGrace(container) => self.signal(&container, Signal::Kill),
                Timer::Command(container) => {
                    self.input_to_command_in(&container, mesos_executor::machine::Input::Tick)
                }
                Timer::ReportOperation(uuid) => self.report_again(&uuid),
                Timer::Resend(framework, task) => {
                    let status = self.updates.resend(&framework, &task, self.now, &mut self.timers);
                    if let Some(status) = status {
                        self.forward(&framework, status);
                    }
                }
            }
        }
    }

    fn executor(&mut self, framework: &str, executor: &str) -> Option<&mut Executor> {
        self.frameworks.get_mut(framework)?.executors.get_mut(executor)
    }

    fn executor_in(&mut self, container: &str) -> Option<&mut Executor> {
        let (framework, executor) = self.containers.get(container)?;
        self.frameworks.get_mut(framework)?.executors.get_mut(executor)
    }

    /// Sends an event if the executor listens: it is lost otherwise.
    fn send(&mut self, framework: &str, executor: &str, event: api::Event) {
        if let Some(connection) = self.executor(framework, executor).and_then(|known| known.connection) {
            self.actions.push(Action::Send { connection, event: Box::new(event) });
        }
    }

    fn signal(&mut self, container: &str, signal: Signal) {
        self.actions.push(Action::Signal { container: container.to_owned(), signal });
    }

    fn send_to_master(&mut self, message: FromAgent) {
        if self.state == AgentState::Running {
            self.actions.push(Action::ToMaster(message));
        }
    }
}

fn framework_id(value: &str) -> FrameworkId {
    FrameworkId::from(value)
}
