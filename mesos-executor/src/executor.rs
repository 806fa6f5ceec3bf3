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
use mesos_sdk::timer::Timer;
use mesos_sdk::{Executor, ExecutorHandle, HandlerResult, Undecodable};
use rustix::process::Signal;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::machine::{Action, Input, Machine, Outcome, Probe, Which};
use crate::probing::carry_out;
use crate::process::{Output, Process, ProcessEnvironment};

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
            timer: Timer::new(),
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
    timer: Timer,
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
            () = self.timer.passes(deadline) => Some(Input::Tick),
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
            None => {
                Process::start(command, &ProcessEnvironment::own(&Environment::default()), Output::Own).await
            }
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
        let probing = carry_out(probe, ProcessEnvironment::own(&self.environment));
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

#[cfg(test)]
mod tests {
    use mesos_sdk::ExecutorDriver;
    use mesos_sdk::executor::ExecutorEnvironment;
    use mesos_sdk::proto::v1::{HealthCheck, health_check};
    use tokio::time::{advance, sleep};

    use super::*;

    /// The environment variables that every executor requires.
    const ENVIRONMENT: [(&str, &str); 5] = [
        ("MESOS_AGENT_ENDPOINT", "127.0.0.1:5051"),
        ("MESOS_SLAVE_PID", "slave(1)@127.0.0.1:5051"),
        ("MESOS_FRAMEWORK_ID", "f"),
        ("MESOS_EXECUTOR_ID", "e"),
        ("MESOS_DIRECTORY", "/sandbox"),
    ];

    fn runner() -> (Runner, mpsc::Sender<Input>) {
        let (inputs, receiver) = mpsc::channel(MAX_INPUTS);
        let variable = |name: &str| {
            ENVIRONMENT.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        let runner = Runner {
            machine: Machine::new(Duration::from_secs(5)),
            driver: ExecutorDriver::new(ExecutorEnvironment::from_variables(variable).unwrap()).handle(),
            inputs: receiver,
            over: watch::channel(false).0,
            process: None,
            terminal: None,
            environment: Environment::default(),
            check: None,
            health: None,
            timer: Timer::new(),
            start: Instant::now(),
        };
        (runner, inputs)
    }

    /// A task with a health check whose timeout is 20 s.
    fn checked() -> Input {
        let check = HealthCheck {
            r#type: Some(health_check::Type::Tcp.into()),
            tcp: Some(health_check::TcpCheckInfo { port: 1, ..Default::default() }),
            delay_seconds: Some(0.0),
            ..HealthCheck::default()
        };
        Input::Launch(Box::new(TaskInfo { health_check: Some(Box::new(check)), ..TaskInfo::default() }))
    }

    #[tokio::test(start_paused = true)]
    async fn check_that_ended_in_a_pause_is_in_time() {
        let (mut runner, _inputs) = runner();
        runner.machine.step(runner.start.elapsed(), Input::Subscribed { knows_killing: true });
        runner.machine.step(runner.start.elapsed(), checked());
        runner.machine.step(runner.start.elapsed(), Input::Tick);
        // Another task hands over the outcome, as the task of a connection does.
        let (sender, outcome) = tokio::sync::oneshot::channel();
        tokio::spawn(async move {
            sleep(Duration::from_secs(1)).await;
            tokio::task::yield_now().await;
            sender.send(Outcome::Connected(true))
        });
        runner.health = Some(Box::pin(async move { outcome.await.unwrap() }));
        tokio::task::yield_now().await;
        advance(Duration::from_secs(100)).await;
        let next = runner.next().await;
        assert!(matches!(next, Some(Input::Probed(Which::Health, Outcome::Connected(true)))), "{next:?}");
    }
}
