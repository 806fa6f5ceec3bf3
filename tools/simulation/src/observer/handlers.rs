//! Checks the calls of handlers, and their results.

use mesos_sdk::proto::v1::{OperationStatus, TaskStatus};

use super::Update;
use super::floods::IN_BUFFERS;
use crate::world::Inner;

/// Returns the update as acknowledgements identify it. An update that needs no acknowledgement has
/// no uuid.
pub(crate) fn update_of(status: &TaskStatus) -> Option<Update> {
    let uuid = status.uuid.clone().filter(|uuid| !uuid.is_empty())?;
    status.agent_id.as_ref()?;
    Some((status.task_id.value.clone(), uuid))
}

/// Returns the update of an operation in the same form.
pub(crate) fn update_of_operation(status: &OperationStatus) -> Option<Update> {
    let uuid = status.uuid.as_ref().map(|uuid| uuid.value.clone()).filter(|uuid| !uuid.is_empty())?;
    status.agent_id.as_ref()?;
    Some((status.operation_id.as_ref()?.value.clone(), uuid))
}

impl Inner {
    /// Records that a handler is called.
    pub(crate) fn handler(&mut self, life: u32, what: &str) {
        self.note(format_args!("S{life} handles {what}"));
        let known = self.life(life);
        known.busy = true;
        known.flood = 0;
        if known.panicked {
            self.violation(format!("S{life} handles {what} after a handler has panicked"));
        }
        let known = self.life(life);
        if known.over {
            self.violation(format!("S{life} handles {what} after its end"));
        }
    }

    /// Records that the handler gets an update, and checks that it gets it only once.
    pub(crate) fn handler_gets(&mut self, life: u32, update: Option<Update>) {
        let Some(update) = update else { return };
        let task = update.0.clone();
        let known = self.life(life);
        let handled = known.handled.contains(&update);
        let in_hand = !known.in_hand.insert(update);
        if handled || in_hand {
            self.violation(format!(
                "S{life} gets an update of {task} twice: handled {handled}, in hand {in_hand}"
            ));
        }
    }

    /// Records the decision on an update.
    pub(crate) fn decides(&mut self, life: u32, update: Option<Update>, ok: bool) {
        let now = self.now();
        let Some(update) = update else { return };
        self.note(format_args!(
            "S{life} {} {} {:02x}",
            if ok { "ok" } else { "rejects" },
            update.0,
            update.1[0]
        ));
        let is_known = self.acknowledged.contains(&update);
        let known = self.life(life);
        known.in_hand.remove(&update);
        if ok {
            if !is_known {
                known.unacknowledged.insert(update.clone(), now);
            }
            known.handled.insert(update);
        }
    }

    /// Records that the handler returns, and checks how much the driver read in the meantime.
    pub(crate) fn returns(&mut self, life: u32) {
        let (limit, now) = (self.plan.event_limit, self.now());
        let known = self.life(life);
        (known.busy, known.returned) = (false, now);
        let flood = std::mem::take(&mut known.flood);
        // Some events are in the buffers of pipes and of the HTTP client, which count bytes. A
        // driver that is leaving queues nothing more.
        let leaves = known.leaving;
        if !leaves && usize::try_from(flood).unwrap_or(usize::MAX) > limit.saturating_add(IN_BUFFERS) {
            self.violation(format!(
                "S{life} reads {flood} events while its handler is at work: the limit is {limit}"
            ));
        }
    }
}
