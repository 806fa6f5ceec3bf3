//! How subscriptions are left, and connections end.

use super::{HEALTHY, SILENCE, SLACK, Subscription};
use crate::network::{Line, Speaker};
use crate::world::Inner;

impl Inner {
    /// The driver tries to subscribe, so it has left the subscription that it had: unseen, where nothing is read any more
    /// of what it sends on that connection. When it did is not known.
    pub(super) fn has_left(&mut self, life: u32) {
        let Some(subscription) = self.life(life).subscription.take() else { return };
        self.note(format_args!("S{life} #{} has left the subscription", subscription.pipe));
        self.check_reason(life, &subscription);
    }

    /// A subscription is left for a reason.
    fn check_reason(&mut self, life: u32, subscription: &Subscription) {
        let quiet = self.now().saturating_sub(subscription.told);
        let known = self.life(life);
        let excused = known.excused || known.leaving || known.over || known.panicked;
        if !excused && quiet + SLACK < SILENCE {
            self.violated(format!(
                "S{life} leaves a subscription that told it something {quiet:?} ago, for no reason"
            ));
        }
    }

    /// The driver has closed a connection.
    pub(crate) fn closed_by_driver(&mut self, pipe: &Line) {
        let Speaker::Scheduler(life) = pipe.speaker else { return };
        let now = self.now();
        let known = self.life(life);
        let Some(subscription) = known.subscription.take_if(|known| known.pipe == pipe.number) else {
            return;
        };
        let ends = known.leaving || known.over || known.panicked;
        // Told of another leader it has gone there already.
        let waits = !ends && known.renamed != Some(now);
        known.lost = Some((now, now.saturating_sub(subscription.since) >= HEALTHY)).filter(|_| waits);
        self.note(format_args!("S{life} #{} leaves the subscription", pipe.number));
        self.check_reason(life, &subscription);
    }

    /// A connection is no more.
    pub(crate) fn closed(&mut self, pipe: &Line) {
        let number = pipe.number;
        let life = match &pipe.speaker {
            Speaker::Scheduler(life) => *life,
            Speaker::Executor(name) => return self.executor_closed(&name.clone(), number),
        };
        let now = self.now();
        let known = self.life(life);
        // Calls that lie in it behind one without an answer are lost with it, unseen.
        if known.unanswered.remove(&number).is_some_and(|requests| !requests.is_empty()) {
            known.troubled = now;
        }
        known.spoken.remove(&number);
        if let Some(subscription) = known.subscription.take_if(|known| known.pipe == number) {
            let ends = known.leaving || known.over || known.panicked;
            known.lost = Some((now, now.saturating_sub(subscription.since) >= HEALTHY)).filter(|_| !ends);
            self.note(format_args!("S{life} #{number} breaks"));
        }
    }
}
