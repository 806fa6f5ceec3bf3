//! Implements [`Scheduler`] for a boxed scheduler.

use async_trait::async_trait;

use super::{
    ExecutorMessage, FailedCall, Failure, KnownOperation, KnownTask, Scheduler, SchedulerHandle, Subscription,
};
use crate::proto::v1::{InverseOffer, Offer, OfferId, OperationStatus, TaskStatus};
use crate::{HandlerResult, Undecodable};

/// Forwards everything, so that a `Box<dyn Scheduler>` can be run.
#[async_trait]
#[warn(clippy::missing_trait_methods)]
impl<S: Scheduler + ?Sized> Scheduler for Box<S> {
    async fn subscribed(&mut self, handle: &SchedulerHandle, subscription: Subscription) -> HandlerResult {
        (**self).subscribed(handle, subscription).await
    }

    async fn disconnected(&mut self, handle: &SchedulerHandle) -> HandlerResult {
        (**self).disconnected(handle).await
    }

    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        (**self).offers(handle, offers).await
    }

    async fn rescinded(&mut self, handle: &SchedulerHandle, offer: OfferId) -> HandlerResult {
        (**self).rescinded(handle, offer).await
    }

    async fn inverse_offers(&mut self, handle: &SchedulerHandle, offers: Vec<InverseOffer>) -> HandlerResult {
        (**self).inverse_offers(handle, offers).await
    }

    async fn inverse_offer_rescinded(&mut self, handle: &SchedulerHandle, offer: OfferId) -> HandlerResult {
        (**self).inverse_offer_rescinded(handle, offer).await
    }

    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        (**self).update(handle, status).await
    }

    async fn operation_update(&mut self, handle: &SchedulerHandle, status: OperationStatus) -> HandlerResult {
        (**self).operation_update(handle, status).await
    }

    async fn message(&mut self, handle: &SchedulerHandle, message: ExecutorMessage) -> HandlerResult {
        (**self).message(handle, message).await
    }

    async fn failure(&mut self, handle: &SchedulerHandle, failure: Failure) -> HandlerResult {
        (**self).failure(handle, failure).await
    }

    async fn known_tasks(&mut self) -> Option<Vec<KnownTask>> {
        (**self).known_tasks().await
    }

    async fn known_operations(&mut self) -> Option<Vec<KnownOperation>> {
        (**self).known_operations().await
    }

    async fn reconciled(&mut self, handle: &SchedulerHandle) -> HandlerResult {
        (**self).reconciled(handle).await
    }

    async fn call_failed(&mut self, handle: &SchedulerHandle, failed: FailedCall) -> HandlerResult {
        (**self).call_failed(handle, failed).await
    }

    async fn undecodable_event(&mut self, handle: &SchedulerHandle, event: Undecodable) -> HandlerResult {
        (**self).undecodable_event(handle, event).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Knows;

    #[async_trait]
    impl Scheduler for Knows {
        async fn offers(&mut self, _: &SchedulerHandle, _: Vec<Offer>) -> HandlerResult {
            Ok(())
        }

        async fn update(&mut self, _: &SchedulerHandle, _: TaskStatus) -> HandlerResult {
            Ok(())
        }

        async fn known_tasks(&mut self) -> Option<Vec<KnownTask>> {
            Some(vec![KnownTask::default()])
        }

        async fn known_operations(&mut self) -> Option<Vec<KnownOperation>> {
            Some(vec![KnownOperation::default(); 2])
        }
    }

    #[tokio::test]
    async fn boxed_scheduler_knows_what_it_knew() {
        let mut boxed: Box<dyn Scheduler> = Box::new(Knows);
        assert_eq!(Scheduler::known_tasks(&mut boxed).await.map(|tasks| tasks.len()), Some(1));
        assert_eq!(Scheduler::known_operations(&mut boxed).await.map(|known| known.len()), Some(2));
    }
}
