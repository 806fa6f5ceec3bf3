//! The scheduler, which passes what happens to the engine.

use std::sync::Arc;

use mesos_sdk::proto::v1::{Offer, OfferId, TaskStatus};
use mesos_sdk::scheduler::{KnownTask, Subscription};
use mesos_sdk::{HandlerResult, Scheduler, SchedulerHandle, async_trait};
use tokio::sync::oneshot;

use crate::core::Input;
use crate::shared::{Message, Shared};

/// Decides nothing. While the engine is behind, its methods wait, and events stay with the master.
#[derive(Debug)]
pub(crate) struct Feeder(pub(crate) Arc<Shared>);

impl Feeder {
    async fn feed(&self, input: Input) -> HandlerResult {
        self.0.send(Message::Input(input)).await;
        Ok(())
    }
}

#[async_trait]
impl Scheduler for Feeder {
    async fn subscribed(&mut self, _: &SchedulerHandle, _: Subscription) -> HandlerResult {
        self.feed(Input::Subscribed).await
    }

    async fn disconnected(&mut self, _: &SchedulerHandle) -> HandlerResult {
        self.feed(Input::Disconnected).await
    }

    async fn offers(&mut self, _: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        self.feed(Input::Offers(offers)).await
    }

    async fn rescinded(&mut self, _: &SchedulerHandle, offer: OfferId) -> HandlerResult {
        self.feed(Input::Rescinded(offer)).await
    }

    /// Holds an update until what it states is durable. One that can't be held any more stays with
    /// its agent, which resends it.
    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        let token = match status.uuid {
            Some(_) => Some(self.0.hold(handle.acknowledge_later(&status)?)),
            None => None,
        };
        self.feed(Input::Update(Box::new(status), token)).await
    }

    async fn known_tasks(&mut self) -> Option<Vec<KnownTask>> {
        let (sender, known) = oneshot::channel();
        self.0.send(Message::KnownTasks(sender)).await;
        known.await.ok()
    }
}
