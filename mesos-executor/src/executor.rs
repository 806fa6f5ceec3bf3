//! The command executor: passes the driver's events to the machine, and carries out the machine's
//! actions.

use std::future::{Future, pending};
use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use mesos_sdk::duration::after;
use mesos_sdk::executor::Subscription;
use mesos_sdk::proto::v1::framework_info::capability;
use mesos_sdk::proto::v1::{CommandInfo, Environment, KillPolicy, TaskId, TaskInfo};
use mesos_sdk::{Executor, ExecutorHandle, HandlerResult, Undecodable};
use rustix::process::Signal;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::machine::{Action, Input, Machine, Outcome, Probe, Which};
use crate::probing::carry_out;
use crate::process::{Output, Process, Surroundings};
use crate::waiting::until;

/// How many inputs may wait; then the handlers do.
const MAX_INPUTS: usize = 64;

/// What a command gives that could not be started: status 1, as from Mesos' launcher.
const NOT_STARTED: i32 = 1 << 8;
/// And one that was lost.
const LOST: i32 = 9;

/// Runs the command of one task; for an [`ExecutorDriver`](mesos_sdk::ExecutorDriver).
#[derive(Debug)]
pub struct CommandExecutor {
    inputs: mpsc::Sender<Input>,
    has_task: bool,
    over: watch::Receiver<bool>,
}

impl CommandExecutor {
    /// Creates an executor whose driver is `driver`, and whose agent gives it so long to obey
    /// SHUTDOWN. The command has this terminal, if there is one. Must be called within a tokio
    /// runtime with I/O and time.
    pub fn new(driver: ExecutorHandle, shutdown_grace_period: Duration, terminal: Option<PathBuf>) -> Self {
        let (inputs, receiver) = mpsc::channel(MAX_INPUTS);
        let (over, is_over) = watch::channel(false);
        let runner = Runner {
            machine: Machine::new(shutdown_grace_period),
            driver,
            inputs: receiver,
            over,
            process: None,
            terminal,
            environment: Environment::default(),
            check: None,
            health: None,
            start: Instant::now(),
        };
        tokio::spawn(runner.run());
        Self { inputs, has_task: false, over: is_over }
    }

    /// The runner lives as long as this.
    async fn pass(&self, input: Input) -> HandlerResult {
        Ok(self.inputs.send(input).await?)
    }
}

#[async_trait]
impl Executor for CommandExecutor {
    async fn subscribed(&mut self, _: &ExecutorHandle, subscription: Subscription) -> HandlerResult {
        let capabilities = &subscription.framework.capabilities;
        let knows_killing = capabilities.iter().any(|it| it.r#type() == capability::Type::TaskKillingState);
        self.pass(Input::Subscribed { knows_killing }).await
    }

    async fn disconnected(&mut self, _: &ExecutorHandle) -> HandlerResult {
        self.pass(Input::Disconnected).await
    }

    async fn launch(&mut self, _: &ExecutorHandle, task: TaskInfo) -> HandlerResult {
        self.has_task = true;
        self.pass(Input::Launch(Box::new(task))).await
    }

    async fn kill(&mut self, _: &ExecutorHandle, task: TaskId, policy: Option<KillPolicy>) -> HandlerResult {
        self.pass(Input::Kill(task, policy)).await
    }

    async fn acknowledged(&mut self, _: &ExecutorHandle, _: TaskId, _: Bytes) -> HandlerResult {
        self.pass(Input::Acknowledged).await
    }

    /// Without its task it is of no use.
    async fn undecodable_event(&mut self, _: &ExecutorHandle, event: Undecodable) -> HandlerResult {
        if self.has_task { Ok(()) } else { Err(event.error.into()) }
    }

    /// Returns when the task has ended; the driver sees to it that this becomes known.
    async fn shutdown(&mut self, _: &ExecutorHandle) -> HandlerResult {
        self.pass(Input::Shutdown).await?;
        self.over.wait_for(|over| *over).await?;
        Ok(())
    }
}

type Probing = Option<Pin<Box<dyn Future<Output = Outcome> + Send>>>;

/// The shell around the machine: the process, the probes and the clock.
struct Runner {
    machine: Machine,
    driver: ExecutorHandle,
    inputs: mpsc::Receiver<Input>,
    over: watch::Sender<bool>,
    process: Option<Process>,
    terminal: Option<PathBuf>,
    /// The task's own variables, which its checks see too.
    environment: Environment,
    check: Probing,
    health: Probing,
    start: Instant,
}

impl Runner {
    async fn run(mut self) {
        while let Some(input) = self.next().await {
            let mut next = Some(input);
            while let Some(input) = next.take() {
                for action in self.machine.step(self.start.elapsed(), input) {
                    next = self.carry_out(action).await.or(next);
                }
            }
            // Nobody waits for it unless the agent has sent SHUTDOWN.
            self.over.send_replace(self.machine.is_over());
        }
    }

    /// Returns the next thing that happens; `None` when the executor is gone.
    async fn next(&mut self) -> Option<Input> {
        let deadline = self.machine.deadline().map(|deadline| after(self.start, deadline));
        tokio::select! {
            // What has happened counts before the time does.
            biased;
            input = self.inputs.recv() => input,
            status = ended(&mut self.process) => Some(Input::Exited(status)),
            outcome = finished(&mut self.check) => Some(Input::Probed(Which::Check, outcome)),
            outcome = finished(&mut self.health) => Some(Input::Probed(Which::Health, outcome)),
            () = until(deadline) => Some(Input::Tick),
        }
    }

    /// Does it; gives what has happened by that.
    async fn carry_out(&mut self, action: Action) -> Option<Input> {
        match action {
            Action::Report(status) => self.driver.update(*status).detach(),
            Action::Start(command) => return self.start(&command).await,
            Action::Terminate => self.signal(Signal::TERM),
            Action::Kill => self.signal(Signal::KILL),
            Action::Probe(which, probe, _) => self.probe(which, *probe),
            Action::Abandon(which) => *self.slot(which) = None,
            Action::End => self.driver.stop(),
        }
        None
    }

    async fn start(&mut self, command: &CommandInfo) -> Option<Input> {
        self.environment = command.environment.clone().unwrap_or_default();
        let started = match &self.terminal {
            Some(terminal) => Process::start_in_terminal(command, terminal).await,
            None => Process::start(command, &Surroundings::own(&Environment::default()), Output::Own).await,
        };
        match started {
            Ok(process) => {
                self.process = Some(process);
                None
            }
            Err(error) => {
                eprintln!("Failed to execute '{}': {error}", command.value());
                Some(Input::Exited(NOT_STARTED))
            }
        }
    }

    fn signal(&self, signal: Signal) {
        if let Some(process) = &self.process {
            process.signal(signal);
        }
    }

    fn probe(&mut self, which: Which, probe: Probe) {
        let probing = carry_out(probe, Surroundings::own(&self.environment));
        *self.slot(which) = Some(Box::pin(async move {
            let outcome = probing.await;
            tracing::debug!(?which, ?outcome, "checked");
            outcome
        }));
    }

    fn slot(&mut self, which: Which) -> &mut Probing {
        match which {
            Which::Check => &mut self.check,
            Which::Health => &mut self.health,
        }
    }
}

/// Returns the end of the process, if there is one.
async fn ended(process: &mut Option<Process>) -> i32 {
    let Some(running) = process else { return pending().await };
    let status = running.wait().await.unwrap_or(LOST);
    *process = None;
    status
}

async fn finished(probing: &mut Probing) -> Outcome {
    let Some(under_way) = probing else { return pending().await };
    let outcome = under_way.await;
    *probing = None;
    outcome
}
