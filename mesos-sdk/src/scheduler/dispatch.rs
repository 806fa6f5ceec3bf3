//! Turns deliveries into calls of the user's methods.

use super::event::{Delivery, DeliveryToken};
use super::role::{HandleEvent, SchedulerRole};
use super::{Scheduler, SchedulerHandle};
use crate::HandlerResult;
use crate::session::{Dispatch, Notify, log_dropped_failure};

/// The user's scheduler, and the handle that its methods get.
pub(crate) struct ToScheduler<'a, S: ?Sized> {
    pub(crate) scheduler: &'a mut S,
    pub(crate) handle: SchedulerHandle,
}

impl<S: Scheduler + ?Sized> Dispatch<SchedulerRole> for ToScheduler<'_, S> {
    type Notification = Notify<S, SchedulerHandle>;

    async fn dispatch(&mut self, delivery: Delivery, token: &DeliveryToken) -> HandlerResult {
        if !matches!(token, DeliveryToken::Update(_) | DeliveryToken::Operation(_)) {
            return self.call(delivery).await;
        }
        self.handle.holding.hand_over(Some(token.clone()));
        let result = self.call(delivery).await;
        self.handle.holding.hand_over(None);
        result
    }

    async fn notify(&mut self, notify: Notify<S, SchedulerHandle>) -> HandlerResult {
        notify(self.scheduler, &self.handle).await
    }

    /// Logs a failed call, at least.
    async fn passed_over(&mut self, delivery: Delivery) {
        if let Delivery::CallFailed(failed) = delivery {
            log_dropped_failure(failed.name(), &failed.error);
        }
    }
}

impl<S: Scheduler + ?Sized> ToScheduler<'_, S> {
    async fn call(&mut self, delivery: Delivery) -> HandlerResult {
        let Self { scheduler, handle } = self;
        match delivery {
            Delivery::Subscribed(subscription) => scheduler.subscribed(handle, *subscription).await,
            Delivery::Disconnected => scheduler.disconnected(handle).await,
            Delivery::Offers(offers) => scheduler.offers(handle, offers).await,
            Delivery::Rescinded(offer) => scheduler.rescinded(handle, offer).await,
            Delivery::InverseOffers(offers) => scheduler.inverse_offers(handle, offers).await,
            Delivery::InverseOfferRescinded(offer) => scheduler.inverse_offer_rescinded(handle, offer).await,
            Delivery::Update(status) => log_failed_update(scheduler.update(handle, *status).await),
            Delivery::OperationUpdate(status) => {
                log_failed_update(scheduler.operation_update(handle, *status).await)
            }
            Delivery::Message(message) => scheduler.message(handle, message).await,
            Delivery::Failure(failure) => scheduler.failure(handle, failure).await,
            Delivery::KnownTasks(query) => {
                let known = scheduler.known_tasks().await;
                handle.commands.send_event(HandleEvent::KnownTasks(query, known));
                Ok(())
            }
            Delivery::KnownOperations(query) => {
                let known = scheduler.known_operations().await;
                handle.commands.send_event(HandleEvent::KnownOperations(query, known));
                Ok(())
            }
            Delivery::Reconciled => scheduler.reconciled(handle).await,
            Delivery::CallFailed(failed) => scheduler.call_failed(handle, failed).await,
            Delivery::Undecodable(event) => scheduler.undecodable_event(handle, event).await,
        }
    }
}

/// Logs the failure of `update`, which does not end the driver and would otherwise go unnoticed.
fn log_failed_update(result: HandlerResult) -> HandlerResult {
    result.inspect_err(|error| {
        tracing::warn!(%error, "the handler of an update failed: unless it is held, the update is not acknowledged, and the agent resends it");
    })
}
