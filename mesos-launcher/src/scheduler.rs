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
pub(crate) struct EventForwarder(pub(crate) Arc<Shared>);

impl EventForwarder {
    async fn forward(&self, input: Input) -> HandlerResult {
        self.0.send(Message::Input(input)).await;
        Ok(())
    }
}

#[async_trait]
impl Scheduler for EventForwarder {
    async fn subscribed(&mut self, _: &SchedulerHandle, _: Subscription) -> HandlerResult {
        self.forward(Input::Subscribed).await
    }

    async fn disconnected(&mut self, _: &SchedulerHandle) -> HandlerResult {
        self.forward(Input::Disconnected).await
    }

    async fn offers(&mut self, _: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        self.forward(Input::Offers(offers)).await
    }

    async fn rescinded(&mut self, _: &SchedulerHandle, offer: OfferId) -> HandlerResult {
        self.forward(Input::Rescinded(offer)).await
    }

    /// Holds an update until what it states is durable. One that can't be held any more stays with
    /// its agent, which resends it.
    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        let token = match status.uuid {
            Some(_) => Some(self.0.hold(handle.acknowledge_later(&status)?)),
            None => None,
        };
        self.forward(Input::Update(Box::new(status), token)).await
    }

    async fn known_tasks(&mut self) -> Option<Vec<KnownTask>> {
        let (sender, known) = oneshot::channel();
        self.0.send(Message::KnownTasks(sender)).await;
        known.await.ok()
    }
}
