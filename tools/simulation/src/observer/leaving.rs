//! Checks how subscriptions and connections end.

use super::{HEALTHY, SILENCE, SLACK, Subscription};
use crate::network::{Client, Connection};
use crate::world::Inner;

impl Inner {
    /// Records that the driver has left its subscription, as shown by its attempt to subscribe
    /// again. When it did so is unknown, because nothing is read any more on the connection.
    pub(super) fn leaves_subscription(&mut self, life: u32) {
        let Some(subscription) = self.life(life).subscription.take() else { return };
        self.note(format_args!("S{life} #{} has left the subscription", subscription.connection));
        self.check_reason(life, &subscription);
    }

    /// Checks that the driver has a reason to leave its subscription.
    fn check_reason(&mut self, life: u32, subscription: &Subscription) {
        let quiet = self.now().saturating_sub(subscription.last_event);
        let known = self.life(life);
        let excused = known.excused || known.leaving || known.over || known.panicked;
        if !excused && quiet + SLACK < SILENCE {
            self.violation(format!(
                "S{life} leaves a subscription for no reason: an event arrived {quiet:?} ago"
            ));
        }
    }

    /// Records that the driver has closed a connection.
    pub(crate) fn closed_by_driver(&mut self, connection: &Connection) {
        let Client::Scheduler(life) = connection.client else { return };
        let now = self.now();
        let known = self.life(life);
        let Some(subscription) = known.subscription.take_if(|known| known.connection == connection.number)
        else {
            return;
        };
        let ends = known.leaving || known.over || known.panicked;
        // A driver that has learned of another leader connects to it at once.
        let waits = !ends && known.leader_changed != Some(now);
        known.lost = Some((now, now.saturating_sub(subscription.since) >= HEALTHY)).filter(|_| waits);
        self.note(format_args!("S{life} #{} leaves the subscription", connection.number));
        self.check_reason(life, &subscription);
    }

    /// Records that a connection has closed.
    pub(crate) fn closed(&mut self, connection: &Connection) {
        let number = connection.number;
        let life = match &connection.client {
            Client::Scheduler(life) => *life,
            Client::Executor(name) => return self.executor_closed(&name.clone(), number),
        };
        let now = self.now();
        let known = self.life(life);
        // Calls in it that follow one without a response are lost with it, unseen.
        if known.pending.remove(&number).is_some_and(|requests| !requests.is_empty()) {
            known.troubled = now;
        }
        known.stream_ids.remove(&number);
        if let Some(subscription) = known.subscription.take_if(|known| known.connection == number) {
            let ends = known.leaving || known.over || known.panicked;
            known.lost = Some((now, now.saturating_sub(subscription.since) >= HEALTHY)).filter(|_| !ends);
            self.note(format_args!("S{life} #{number} breaks"));
        }
    }
}
