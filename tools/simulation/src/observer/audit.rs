//! What is looked at from time to time: that something which should come has come.

use std::time::Duration;

use super::SILENCE;
use crate::world::Inner;

/// An acknowledgement comes so soon after the handler's `Ok`, if no other call is under way.
const ACKNOWLEDGED_WITHIN: Duration = Duration::from_secs(2);
/// A subscription is reconciled so soon, if no handler is at work.
const RECONCILED_WITHIN: Duration = Duration::from_secs(8);
/// What has no answer is asked for again: after the time for answers, 5 s, and the longest wait, 30 s.
const ASKED_AGAIN_WITHIN: Duration = Duration::from_secs(5 + 30 + 5);

impl Inner {
    /// Looks at a driver that is alive.
    pub(crate) fn audit(&mut self, life: u32) {
        let now = self.now();
        // A driver whose handler is behind leaves the stream unread, and waits with what follows from it.
        let reads = self.plan.event_limit >= 1024;
        let has_operations = self.plan.operations > 0;
        let known = self.life(life);
        let Some(subscription) =
            known.subscription.as_ref().filter(|_| reads && !known.leaving && !known.over)
        else {
            return;
        };
        let (quiet, stands) = (
            now.saturating_sub(subscription.heard.max(known.thawed)),
            now.saturating_sub(subscription.since),
        );
        let idle = known.is_idle(now);
        let late = known.unacknowledged.iter().find(|(_, at)| {
            idle && **at > subscription.since.max(known.troubled)
                && now.saturating_sub(**at) > ACKNOWLEDGED_WITHIN
        });
        let late = late.map(|((task, _), _)| task.clone());
        let unasked = known.asked.iter().find(|(_, at)| {
            idle && !known.is_busy(now)
                && **at > known.unopened
                // The next question may have been behind a call that got no answer, and lost with it.
                && now.saturating_sub(known.gave_up.max(**at)) > ASKED_AGAIN_WITHIN
        });
        let unasked = unasked.map(|(task, _)| task.clone());
        let undisturbed = known.troubled < subscription.since && idle && !known.is_busy(now);
        let asks = known.reconciled > 0 && (known.reconciled_operations > 0 || !has_operations);
        let reconciles = asks || !undisturbed || stands < RECONCILED_WITHIN;
        if quiet > SILENCE + Duration::from_secs(2) {
            self.violated(format!("S{life} keeps a subscription that was not heard of for {quiet:?}"));
        }
        if let Some(task) = late {
            self.violated(format!("S{life} does not acknowledge an update of {task}"));
        }
        if let Some(task) = unasked {
            self.violated(format!("S{life} does not ask for {task} again"));
        }
        if !reconciles && self.calm {
            self.violated(format!("S{life} does not reconcile"));
        }
    }
}
