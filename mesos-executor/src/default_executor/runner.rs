//! The shell around the machine: the calls to the agent, the probes and the clock.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use mesos_sdk::duration::after;
use mesos_sdk::proto::v1::{ContainerId, Environment, TaskId};
use mesos_sdk::timer::Timer;
use mesos_sdk::{Error, ExecutorDriver, ExecutorHandle};
use rustix::process::Signal;
use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;

use super::agent::Agent;
use crate::machine::{Probe, Which};
use crate::pod::{Action, Input, Machine};
use crate::probing::carry_out;
use crate::process::ProcessEnvironment;

/// The folders of the sandbox: that of containers, and that with their names by task.
const CONTAINERS: &str = "containers";
const TASKS: &str = "tasks";

pub(super) struct Runner {
    machine: Machine,
    driver: ExecutorHandle,
    agent: Agent,
    sandbox: PathBuf,
    inputs: mpsc::Receiver<Input>,
    over: watch::Sender<bool>,
    /// Calls and probes. What has come of them is the next input, if it is one.
    under_way: JoinSet<Option<Input>>,
    /// Calls that wait for the end of a container.
    waits: JoinSet<Option<Input>>,
    probes: BTreeMap<(String, Which), AbortHandle>,
    timer: Timer,
    start: Instant,
}

impl Runner {
    pub(super) fn new(
        driver: &ExecutorDriver,
        ip: String,
        (inputs, over): (mpsc::Receiver<Input>, watch::Sender<bool>),
    ) -> Result<Self, Error> {
        Ok(Self {
            machine: Machine::new(ip),
            driver: driver.handle(),
            agent: Agent(driver.agent_operator()?),
            sandbox: driver.environment().directory.clone().into(),
            inputs,
            over,
            under_way: JoinSet::new(),
            waits: JoinSet::new(),
            probes: BTreeMap::new(),
            timer: Timer::new(),
            start: Instant::now(),
        })
    }

    /// Runs until the executor is gone. What is under way then is dropped.
    pub(super) async fn run(mut self) {
        while let Some(input) = self.next().await {
            if let Input::Probed(container, which, _) = &input {
                self.probes.remove(&(container.value.clone(), *which));
            }
            for action in self.machine.step(self.start.elapsed(), input) {
                self.carry_out(action);
            }
            // Nobody waits for it unless the agent has sent SHUTDOWN.
            self.over.send_replace(self.machine.is_over());
        }
    }

    /// Returns the next thing that happens; `None` when the executor is gone.
    async fn next(&mut self) -> Option<Input> {
        loop {
            let deadline = self.machine.deadline().map(|deadline| after(self.start, deadline));
            let input = tokio::select! {
                // What has happened counts before the time does.
                biased;
                input = self.inputs.recv() => return input,
                Some(done) = self.under_way.join_next() => done.ok().flatten(),
                Some(ended) = self.waits.join_next() => ended.ok().flatten(),
                () = self.timer.passes(deadline) => Some(Input::Tick),
            };
            if input.is_some() {
                return input;
            }
        }
    }

    fn carry_out(&mut self, action: Action) {
        let agent = self.agent.clone();
        match action {
            Action::Report(status) => self.driver.update(*status).detach(),
            Action::Launch(launch) => drop(self.under_way.spawn(agent.launch(*launch))),
            Action::Name(task, container) => {
                if let Err(error) = self.name(&task, &container) {
                    tracing::warn!(%task, %error, "the sandbox of a task has no name");
                }
            }
            Action::Wait(container) => drop(self.waits.spawn(agent.wait(container))),
            Action::StopWaiting => self.waits = JoinSet::new(),
            Action::Terminate(container) => drop(self.under_way.spawn(agent.signal(container, Signal::TERM))),
            Action::Kill(container) => drop(self.under_way.spawn(agent.signal(container, Signal::KILL))),
            Action::Probe(container, which, probe) => self.probe(container, which, *probe),
            Action::Abandon(container, which) => {
                if let Some(probe) = self.probes.remove(&(container.value, which)) {
                    probe.abort();
                }
            }
            Action::End => self.driver.stop(),
        }
    }

    /// Makes `tasks/ID` lead to the sandbox of the container, as people and `Sandbox` expect it.
    fn name(&self, task: &TaskId, container: &ContainerId) -> io::Result<()> {
        let names = self.sandbox.join(TASKS);
        std::fs::create_dir_all(&names)?;
        symlink(self.sandbox.join(CONTAINERS).join(&container.value), names.join(task.as_str()))
    }

    fn probe(&mut self, container: ContainerId, which: Which, probe: Probe) {
        let (agent, key) = (self.agent.clone(), (container.value.clone(), which));
        let probing = self.under_way.spawn(async move {
            let outcome = match probe {
                Probe::Command(command) => agent.check(container.clone(), *command).await,
                probe => carry_out(probe, ProcessEnvironment::own(&Environment::default())).await,
            };
            tracing::debug!(container = container.value, ?which, ?outcome, "checked");
            Some(Input::Probed(container, which, outcome))
        });
        self.probes.insert(key, probing);
    }
}
