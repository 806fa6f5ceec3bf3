//! What can happen to the scheduler and its cluster.

use std::time::Duration;

use super::super::{Input, RolloutCommand};
use super::volume_checks;
use super::world::{MAY_FAIL, World};

/// One thing that happens. Agents have numbers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Crash,
    Disconnect,
    FailOver,
    CutOff(usize),
    Lose(usize),
    Reboot(usize),
    ComeBack(usize),
    Reconcile,
    /// A delayed ACCEPT arrives.
    Arrive,
    /// A response to an ACCEPT arrives.
    Respond,
    /// Offers in doubt are declined.
    Fence,
    /// Time passes, in milliseconds.
    Pass(u64),
    /// Time passes until the scheduler's next timer.
    Wait,
    Resend(usize),
    Progress(usize),
    Offer(usize),
    Subscribe,
    /// The scheduler is started if it is dead, and takes a turn.
    Turn,
    Stop,
    /// So many instances of the service are wanted.
    Scale(usize),
    /// An instance is started again.
    Restart(usize),
    /// An instance is to get another volume.
    Replace(usize),
    /// Volumes that no instance needs are to be destroyed.
    Destroy,
    /// This version of the service is submitted.
    Version(usize),
    Rollout(RolloutCommand),
}

impl World {
    /// Returns how long it is until the scheduler's next timer.
    pub(super) fn wait(&self) -> Option<Duration> {
        let due = self.core.as_ref()?.timers.due()?;
        Some(due.saturating_sub(self.now.monotonic))
    }

    pub(super) fn happens(&mut self, step: Step) {
        match step {
            Step::Crash => self.crash(),
            Step::Disconnect => self.disconnect(),
            Step::FailOver => self.fail_over(),
            Step::CutOff(number) => self.agents[number].is_cut_off = true,
            Step::Lose(number) => self.lose(number),
            Step::Reboot(number) => self.reboot(number),
            Step::ComeBack(number) => self.come_back(number),
            Step::Reconcile => self.reconcile(),
            Step::Arrive => self.deliver_delayed(),
            Step::Respond => self.inbox.extend(self.responses.pop_front()),
            Step::Fence => self.fence(),
            Step::Pass(milliseconds) => self.pass(Duration::from_millis(milliseconds)),
            Step::Wait => self.pass(self.wait().unwrap_or_default()),
            Step::Resend(number) => self.resend(number),
            Step::Progress(number) => self.progress(number),
            Step::Offer(number) => self.offer(number),
            Step::Subscribe => self.subscribe(),
            Step::Turn => {
                self.start();
                self.turn();
            }
            Step::Stop => self.stop(),
            Step::Scale(instances) => self.scale(instances),
            Step::Restart(index) => self.restart(index),
            Step::Replace(index) => self.replace_volume(index),
            Step::Destroy => self.destroy_volumes(),
            Step::Version(version) => self.submit_version(version),
            Step::Rollout(command) => self.command_rollout(command),
        }
    }

    /// An instance is to get another volume.
    fn replace_volume(&mut self, index: usize) {
        if self.has_volumes() && self.core.is_some() {
            self.inbox.push_back(Input::Replace("b".to_owned(), index, MAY_FAIL));
        }
    }

    /// Each volume is to be destroyed that no instance needs.
    fn destroy_volumes(&mut self) {
        let ids = volume_checks::recorded(&self.store).map(|(id, _)| id).collect::<Vec<_>>();
        if self.core.is_some() {
            self.inbox.extend(ids.into_iter().map(|id| Input::Destroy("b".to_owned(), id, MAY_FAIL)));
        }
    }
}
