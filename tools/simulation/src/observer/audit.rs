//! Checks from time to time that what must happen has happened.

use std::time::Duration;

use super::SILENCE;
use crate::world::Inner;

/// The time within which an acknowledgement must follow the handler's `Ok`, if no other call is
/// under way.
const ACKNOWLEDGED_WITHIN: Duration = Duration::from_secs(2);
/// The time within which a new subscription must be reconciled, if no handler is at work.
const RECONCILED_WITHIN: Duration = Duration::from_secs(8);
/// The time within which a reconciliation without a result must be repeated: 5 s for the response
/// and 30 s for the longest wait, and some slack.
const REPEATED_WITHIN: Duration = Duration::from_secs(5 + 30 + 5);

impl Inner {
    /// Checks a driver that is alive.
    pub(crate) fn audit(&mut self, life: u32) {
        let now = self.now();
        // With a small limit, a driver whose handler is behind leaves the stream unread.
        let reads = self.plan.event_limit >= 1024;
        let has_operations = self.plan.operations > 0;
        let known = self.life(life);
        let Some(subscription) =
            known.subscription.as_ref().filter(|_| reads && !known.leaving && !known.over)
        else {
            return;
        };
        let (quiet, stands) = (
            now.saturating_sub(subscription.last_bytes.max(known.thawed)),
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
                // The repetition may have been lost behind a call without a response.
                && now.saturating_sub(known.gave_up.max(**at)) > REPEATED_WITHIN
        });
        let unasked = unasked.map(|(task, _)| task.clone());
        let undisturbed = known.troubled < subscription.since && idle && !known.is_busy(now);
        let asks = known.reconciled > 0 && (known.reconciled_operations > 0 || !has_operations);
        let reconciles = asks || !undisturbed || stands < RECONCILED_WITHIN;
        if quiet > SILENCE + Duration::from_secs(2) {
            self.violation(format!("S{life} keeps a subscription that was silent for {quiet:?}"));
        }
        if let Some(task) = late {
            self.violation(format!("S{life} does not acknowledge an update of {task}"));
        }
        if let Some(task) = unasked {
            self.violation(format!("S{life} does not repeat the reconciliation of {task}"));
        }
        if !reconciles && self.calm {
            self.violation(format!("S{life} does not reconcile"));
        }
    }
}
