//! The checks of tasks.

use std::time::Duration;

use mesos_sdk::proto::v1::ContainerId;

use super::{Action, Machine};
use crate::machine::{Outcome, Probe, Verdict, Which};

impl Machine {
    /// Probes nothing while the agent is gone, which carries out some of the probes.
    pub(super) fn pause_checks(&mut self) {
        for container in self.containers(|_| true) {
            let under_way = self.task(&container).map(|task| task.checks.pause());
            self.abandon(&container, under_way.unwrap_or_default());
        }
    }

    pub(super) fn resume_checks(&mut self, now: Duration) {
        self.tasks.iter_mut().filter(|task| !task.killed).for_each(|task| task.checks.resume(now));
    }

    pub(super) fn keep_checks(&mut self, now: Duration, container: &ContainerId) {
        while let Some((which, due)) = self.task(container).and_then(|task| task.checks.due(now)) {
            match due {
                Ok((probe, _)) => self.probe(container, which, probe),
                Err(verdict) => {
                    self.abandon(container, vec![which]);
                    self.on_verdict(now, container, verdict);
                }
            }
        }
    }

    /// Begins a probe. A command has the variables of the task below its own.
    fn probe(&mut self, container: &ContainerId, which: Which, mut probe: Probe) {
        let Some(task) = self.task(container) else { return };
        let environment = task.info.command.as_ref().and_then(|command| command.environment.clone());
        if let Probe::Command(command) = &mut probe {
            let own = command.environment.take().unwrap_or_default().variables;
            command.environment.insert(environment.unwrap_or_default()).variables.extend(own);
        }
        self.actions.push(Action::Probe(container.clone(), which, Box::new(probe)));
    }

    pub(super) fn on_probed(
        &mut self,
        now: Duration,
        container: &ContainerId,
        which: Which,
        outcome: &Outcome,
    ) {
        let Some(task) = self.task(container) else { return };
        let verdict = task.checks.probed(now, which, outcome);
        self.on_verdict(now, container, verdict);
    }

    fn on_verdict(&mut self, now: Duration, container: &ContainerId, verdict: Verdict) {
        let Some(reason) = verdict.reason() else { return };
        self.report_checked(container, reason);
        if verdict == (Verdict::Unhealthy { kill: true }) {
            self.unhealthy = true;
            if let Some(id) = self.task(container).map(|task| task.info.task_id.clone()) {
                self.on_kill(now, &id, None);
            }
        }
    }

    pub(super) fn abandon(&mut self, container: &ContainerId, under_way: Vec<Which>) {
        let abandoned = under_way.into_iter().map(|which| Action::Abandon(container.clone(), which));
        self.actions.extend(abandoned);
    }
}
