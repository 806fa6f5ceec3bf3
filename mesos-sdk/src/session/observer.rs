//! Watches a session, from what the engine gives the machine and what the machine requests.

use std::time::Duration;

use super::input::{Action, Input};
#[cfg(feature = "metrics")]
use super::meter::Meter;
#[cfg(not(feature = "metrics"))]
use super::no_meter::Meter;
use super::{Api, Machine, Outlook as _, Role, Settings};

/// Measures a session, and notices what does not go well.
pub(super) struct Observer<R: Role> {
    outlook: <R as Api>::Outlook,
    meter: Meter<R>,
}

impl<R: Role> Observer<R> {
    pub(super) fn new(settings: &Settings) -> Self {
        Self { outlook: Default::default(), meter: Meter::new(settings) }
    }

    /// Records what the machine is about to learn.
    pub(super) fn input(&mut self, now: Duration, input: &Input<R>) {
        self.meter.input(now, input);
    }

    /// Records what the machine requests.
    pub(super) fn action(&mut self, now: Duration, action: &Action<R>, machine: &Machine<R>) {
        match action {
            Action::Deliver(delivery) => self.outlook.delivers(now, delivery),
            Action::Send { id, may_overtake: false, .. } => {
                if let Some(call) = machine.unanswered_call(*id) {
                    self.outlook.sends(now, call);
                }
            }
            _ => {}
        }
        self.meter.action(now, action, machine);
    }

    /// Looks at what has become of it all.
    pub(super) fn look(&mut self, now: Duration, machine: &Machine<R>) {
        self.outlook.look(now);
        self.meter.publish(now, machine);
    }
}
