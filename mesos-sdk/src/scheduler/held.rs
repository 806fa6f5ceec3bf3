//! Updates whose acknowledgement the framework decides later.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::event::DeliveryToken;
use super::role::{HandleEvent, SchedulerRole};
use crate::session::CommandSender;
use crate::{Error, ErrorKind};

/// The default of [`SchedulerDriver::max_held_updates`].
///
/// [`SchedulerDriver::max_held_updates`]: super::SchedulerDriver::max_held_updates
pub(super) const MAX_HELD: usize = 10_000;

/// An update that is acknowledged when the framework decides to, and not when its handler returns.
///
/// From [`SchedulerHandle::acknowledge_later`] or
/// [`SchedulerHandle::acknowledge_operation_later`]. Until the decision, the agent sends no further
/// update of the task, and copies of this one are not handed over again. It may be made in any
/// task, and while the driver is not subscribed: an acknowledgement that cannot be sent then is
/// sent when the agent resends the update. If the process ends before the decision, the update is
/// handed over again in the next one.
///
/// Dropping it means [`reject`](Self::reject), with a warning in the log.
///
/// [`SchedulerHandle::acknowledge_later`]: super::SchedulerHandle::acknowledge_later
/// [`SchedulerHandle::acknowledge_operation_later`]:
///     super::SchedulerHandle::acknowledge_operation_later
#[must_use = "dropping it leaves the update unacknowledged: keep it until the update is processed"]
pub struct HeldUpdate {
    commands: CommandSender<SchedulerRole>,
    holding: Arc<Holding>,
    /// `None` once decided.
    update: Option<DeliveryToken>,
}

impl HeldUpdate {
    /// Acknowledges the update, so that the agent does not resend it.
    pub fn acknowledge(mut self) {
        self.decide(true);
    }

    /// Rejects the update: when the agent resends it, it is handed over again. The agent does so 10
    /// s after it sent the update first, and then at growing intervals up to 10 minutes.
    pub fn reject(mut self) {
        self.decide(false);
    }

    fn decide(&mut self, ok: bool) {
        if let Some(update) = self.update.take() {
            self.holding.count.fetch_sub(1, Ordering::Relaxed);
            self.commands.send_event(HandleEvent::Decided(update, ok));
        }
    }
}

impl Drop for HeldUpdate {
    fn drop(&mut self) {
        if let Some(update) = &self.update {
            tracing::warn!(
                %update,
                "a held update was dropped and is not acknowledged: the agent will resend it; call acknowledge or reject"
            );
            self.decide(false);
        }
    }
}

impl std::fmt::Debug for HeldUpdate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("HeldUpdate").field(&self.update).finish()
    }
}

/// The update that its handler is handling, and those that are held.
#[derive(Debug)]
pub(super) struct Holding {
    in_hand: Mutex<Option<DeliveryToken>>,
    count: AtomicUsize,
    limit: AtomicUsize,
}

impl Default for Holding {
    fn default() -> Self {
        let (in_hand, count) = (Mutex::default(), AtomicUsize::default());
        Self { in_hand, count, limit: AtomicUsize::new(MAX_HELD) }
    }
}

impl Holding {
    pub(super) fn set_limit(&self, limit: usize) {
        self.limit.store(limit, Ordering::Relaxed);
    }

    /// Records the update that is being handled from now on, if any.
    pub(super) fn hand_over(&self, update: Option<DeliveryToken>) {
        *self.in_hand.lock().unwrap_or_else(PoisonError::into_inner) = update;
    }

    /// Leaves the decision on `update` to the guard.
    pub(super) fn hold(
        self: &Arc<Self>,
        commands: &CommandSender<SchedulerRole>,
        update: DeliveryToken,
    ) -> Result<HeldUpdate, Error> {
        if let DeliveryToken::Unacknowledged(_) | DeliveryToken::Event(_) = update {
            let text = "this update can't be acknowledged: it has no uuid or no agent, like those that the master generates";
            return Err(Error::new(ErrorKind::Invalid, text));
        }
        // The lock ensures that the driver learns of this before it learns of the handler's return.
        let mut in_hand = self.in_hand.lock().unwrap_or_else(PoisonError::into_inner);
        if in_hand.as_ref() != Some(&update) {
            let text = format!("{update} is not being handled: hold an update once, within its handler");
            return Err(Error::new(ErrorKind::Invalid, text));
        }
        let limit = self.limit.load(Ordering::Relaxed);
        if self.count.load(Ordering::Relaxed) >= limit {
            let text = format!(
                "{limit} updates are held, which is the limit: decide on some of them first, or raise the limit, \
                 SchedulerDriver::max_held_updates"
            );
            return Err(Error::new(ErrorKind::Overloaded, text));
        }
        self.count.fetch_add(1, Ordering::Relaxed);
        *in_hand = None;
        commands.send_event(HandleEvent::Held(update.clone()));
        Ok(HeldUpdate { commands: commands.clone(), holding: Arc::clone(self), update: Some(update) })
    }
}
