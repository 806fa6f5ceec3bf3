//! The scheduler of these tests: it tells the test everything, and does little else.

use std::future::Future;
use std::pin::Pin;

use mesos_sdk::proto::v1::{Offer, OfferId, TaskStatus};
use mesos_sdk::scheduler::{ExecutorMessage, FailedCall, Failure, Subscription};
use mesos_sdk::{HandlerResult, Scheduler, SchedulerHandle, async_trait};
use tokio::sync::mpsc::UnboundedSender;

/// What a handler was told, at the moment it was called.
#[derive(Debug)]
pub(crate) enum Told {
    Subscribed(Subscription),
    Disconnected,
    Offers(Vec<Offer>),
    Rescinded(OfferId),
    Update(TaskStatus),
    Message(ExecutorMessage),
    Failure(Failure),
    CallFailed(FailedCall),
}

/// The rest of the handler of updates, after the test was told.
pub(crate) type OnUpdate = Box<dyn FnMut(SchedulerHandle, TaskStatus) -> Handling + Send>;
pub(crate) type Handling = Pin<Box<dyn Future<Output = HandlerResult> + Send>>;

/// Tells the test.
pub(crate) struct Teller {
    pub(crate) told: UnboundedSender<Told>,
    pub(crate) on_update: OnUpdate,
}

impl Teller {
    /// Nobody listens any more when the test has failed.
    fn tell(&self, told: Told) -> HandlerResult {
        Ok(self.told.send(told)?)
    }
}

#[async_trait]
impl Scheduler for Teller {
    async fn subscribed(&mut self, _: &SchedulerHandle, subscription: Subscription) -> HandlerResult {
        self.tell(Told::Subscribed(subscription))
    }

    async fn disconnected(&mut self, _: &SchedulerHandle) -> HandlerResult {
        self.tell(Told::Disconnected)
    }

    async fn offers(&mut self, _: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        self.tell(Told::Offers(offers))
    }

    async fn rescinded(&mut self, _: &SchedulerHandle, offer: OfferId) -> HandlerResult {
        self.tell(Told::Rescinded(offer))
    }

    async fn update(&mut self, driver: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        self.tell(Told::Update(status.clone()))?;
        (self.on_update)(driver.clone(), status).await
    }

    async fn message(&mut self, _: &SchedulerHandle, message: ExecutorMessage) -> HandlerResult {
        self.tell(Told::Message(message))
    }

    async fn failure(&mut self, _: &SchedulerHandle, failure: Failure) -> HandlerResult {
        self.tell(Told::Failure(failure))
    }

    async fn call_failed(&mut self, _: &SchedulerHandle, failed: FailedCall) -> HandlerResult {
        self.tell(Told::CallFailed(failed))
    }
}
