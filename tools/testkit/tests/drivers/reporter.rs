//! The scheduler of these tests: it reports everything to the test, and does little else.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use mesos_sdk::proto::v1::{InverseOffer, Offer, OfferId, OperationStatus, TaskStatus};
use mesos_sdk::scheduler::{ExecutorMessage, FailedCall, Failure, KnownOperation, KnownTask, Subscription};
use mesos_sdk::{HandlerResult, Scheduler, SchedulerHandle, Undecodable, async_trait};
use tokio::sync::mpsc::UnboundedSender;

/// What a handler received, at the moment it was called.
#[derive(Debug)]
pub(crate) enum Received {
    Subscribed(Subscription),
    Disconnected,
    Offers(Vec<Offer>),
    Rescinded(OfferId),
    InverseOffers(Vec<InverseOffer>),
    InverseOfferRescinded(OfferId),
    Update(TaskStatus),
    OperationUpdate(OperationStatus),
    Message(ExecutorMessage),
    Failure(Failure),
    Reconciled,
    CallFailed(FailedCall),
    Undecodable(Undecodable),
}

/// The rest of the handler of updates, after the report to the test.
pub(crate) type OnUpdate = On<TaskStatus>;
/// The same of operations' updates.
pub(crate) type OnOperation = On<OperationStatus>;
pub(crate) type On<S> = Box<dyn FnMut(SchedulerHandle, S) -> Handling + Send>;
pub(crate) type Handling = Pin<Box<dyn Future<Output = HandlerResult> + Send>>;

/// Reports to the test.
pub(crate) struct Reporter {
    pub(crate) received: UnboundedSender<Received>,
    pub(crate) on_update: OnUpdate,
    pub(crate) on_operation: OnOperation,
    pub(crate) known: Known,
}

/// What the framework knows, shared with the test; `None` if it takes no part in reconciliation.
#[derive(Clone, Default)]
pub(crate) struct Known {
    tasks: Arc<Mutex<Option<Vec<KnownTask>>>>,
    operations: Arc<Mutex<Option<Vec<KnownOperation>>>>,
}

impl Known {
    /// These tasks, and no part in the reconciliation of operations.
    pub(crate) fn of_tasks(tasks: Vec<KnownTask>) -> Self {
        let known = Self::default();
        known.tasks(tasks);
        known
    }

    pub(crate) fn tasks(&self, tasks: Vec<KnownTask>) {
        *self.tasks.lock().unwrap_or_else(PoisonError::into_inner) = Some(tasks);
    }

    pub(crate) fn operations(&self, operations: Vec<KnownOperation>) {
        *self.operations.lock().unwrap_or_else(PoisonError::into_inner) = Some(operations);
    }
}

impl Reporter {
    /// Nobody listens any more when the test has failed.
    fn report(&self, received: Received) -> HandlerResult {
        Ok(self.received.send(received)?)
    }
}

#[async_trait]
impl Scheduler for Reporter {
    async fn subscribed(&mut self, _: &SchedulerHandle, subscription: Subscription) -> HandlerResult {
        self.report(Received::Subscribed(subscription))
    }

    async fn disconnected(&mut self, _: &SchedulerHandle) -> HandlerResult {
        self.report(Received::Disconnected)
    }

    async fn offers(&mut self, _: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        self.report(Received::Offers(offers))
    }

    async fn rescinded(&mut self, _: &SchedulerHandle, offer: OfferId) -> HandlerResult {
        self.report(Received::Rescinded(offer))
    }

    async fn inverse_offers(&mut self, _: &SchedulerHandle, offers: Vec<InverseOffer>) -> HandlerResult {
        self.report(Received::InverseOffers(offers))
    }

    async fn inverse_offer_rescinded(&mut self, _: &SchedulerHandle, offer: OfferId) -> HandlerResult {
        self.report(Received::InverseOfferRescinded(offer))
    }

    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        self.report(Received::Update(status.clone()))?;
        (self.on_update)(handle.clone(), status).await
    }

    async fn operation_update(&mut self, handle: &SchedulerHandle, status: OperationStatus) -> HandlerResult {
        self.report(Received::OperationUpdate(status.clone()))?;
        (self.on_operation)(handle.clone(), status).await
    }

    async fn known_tasks(&mut self) -> Option<Vec<KnownTask>> {
        self.known.tasks.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn known_operations(&mut self) -> Option<Vec<KnownOperation>> {
        self.known.operations.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn message(&mut self, _: &SchedulerHandle, message: ExecutorMessage) -> HandlerResult {
        self.report(Received::Message(message))
    }

    async fn failure(&mut self, _: &SchedulerHandle, failure: Failure) -> HandlerResult {
        self.report(Received::Failure(failure))
    }

    async fn reconciled(&mut self, _: &SchedulerHandle) -> HandlerResult {
        self.report(Received::Reconciled)
    }

    async fn call_failed(&mut self, _: &SchedulerHandle, failed: FailedCall) -> HandlerResult {
        self.report(Received::CallFailed(failed))
    }

    async fn undecodable_event(&mut self, _: &SchedulerHandle, event: Undecodable) -> HandlerResult {
        self.report(Received::Undecodable(event))
    }
}
