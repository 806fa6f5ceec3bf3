//! A delivery becomes a call of the user's method.

use super::event::Delivery;
use super::keeper::Keeper;
use super::role::{Note, Receipt, SchedulerRole};
use super::{Scheduler, SchedulerHandle};
use crate::HandlerResult;
use crate::session::{Dispatch, nobody_hears};

/// The user's scheduler, and the handle that its methods get.
pub(crate) struct ToScheduler<'a, S> {
    pub(crate) scheduler: &'a mut S,
    pub(crate) handle: SchedulerHandle,
    pub(crate) keeper: Keeper,
}

impl<S: Scheduler> Dispatch<SchedulerRole> for ToScheduler<'_, S> {
    async fn dispatch(&mut self, delivery: Delivery, receipt: &Receipt) -> HandlerResult {
        if !matches!(receipt, Receipt::Update(_) | Receipt::Operation(_)) {
            return self.call(delivery).await;
        }
        self.handle.holding.hand_over(Some(receipt.clone()));
        let result = self.call(delivery).await;
        self.handle.holding.hand_over(None);
        result
    }

    /// The id is kept all the same: a later instance goes on with it. What failed is said at least here.
    async fn passed_over(&mut self, delivery: Delivery) {
        match delivery {
            // The keeper remembers what went wrong.
            Delivery::Subscribed(subscription) => drop(self.keeper.keep(&subscription.framework_id).await),
            Delivery::CallFailed(failed) => nobody_hears(&failed.error),
            _ => {}
        }
    }
}

impl<S: Scheduler> ToScheduler<'_, S> {
    async fn call(&mut self, delivery: Delivery) -> HandlerResult {
        let Self { scheduler, handle, keeper } = self;
        match delivery {
            Delivery::Subscribed(subscription) => match keeper.keep(&subscription.framework_id).await {
                Ok(()) => scheduler.subscribed(handle, *subscription).await,
                Err(error) => Err(error.into()),
            },
            Delivery::Renewed { gone, next } => {
                keeper.replace(&gone, next.as_ref()).await.map_err(Into::into)
            }
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
            Delivery::KnownTasks(question) => {
                let known = scheduler.known_tasks().await;
                handle.line.note(Note::KnownTasks(question, known));
                Ok(())
            }
            Delivery::KnownOperations(question) => {
                let known = scheduler.known_operations().await;
                handle.line.note(Note::KnownOperations(question, known));
                Ok(())
            }
            Delivery::CallFailed(failed) => scheduler.call_failed(handle, failed).await,
            Delivery::Undecodable(event) => scheduler.undecodable_event(handle, event).await,
        }
    }
}

/// A failure of `update` ends nothing, so it would be seen nowhere else.
fn log_failed_update(result: HandlerResult) -> HandlerResult {
    result.inspect_err(|error| {
        tracing::warn!(%error, "the handler of an update failed: unless it is held, it is not acknowledged, and the agent sends it again");
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use async_trait::async_trait;

    use super::*;
    use crate::proto::v1::{FrameworkId, FrameworkInfo, Offer, TaskStatus};
    use crate::scheduler::Subscription;
    use crate::session::line;
    use crate::store::MemoryStore;

    struct Nobody;

    #[async_trait]
    impl Scheduler for Nobody {
        async fn offers(&mut self, _: &SchedulerHandle, _: Vec<Offer>) -> HandlerResult {
            Err("passed over, and called all the same".into())
        }

        async fn update(&mut self, _: &SchedulerHandle, _: TaskStatus) -> HandlerResult {
            Err("passed over, and called all the same".into())
        }
    }

    #[tokio::test]
    async fn the_id_of_a_subscription_that_is_passed_over_is_kept() {
        let store = MemoryStore::default();
        let keeper =
            Keeper::open(Arc::new(store.clone()), &mut FrameworkInfo::default(), false).await.unwrap();
        let handle = SchedulerHandle::new(line().0);
        let mut to = ToScheduler { scheduler: &mut Nobody, handle, keeper };
        let framework_id = FrameworkId { value: "f".to_owned() };
        let subscription = Subscription {
            framework_id: framework_id.clone(),
            master: None,
            resubscribed: false,
            replaced: None,
        };
        to.passed_over(Delivery::Subscribed(Box::new(subscription))).await;
        assert_eq!(store.id(), Some(framework_id));
    }
}
