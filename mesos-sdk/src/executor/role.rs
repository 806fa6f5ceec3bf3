//! What an executor knows and does in a session.

use bytes::Bytes;

use super::call;
use super::event::{Delivery, FailedCall, Subscription, incoming};
use super::ledger::Ledger;
use crate::error::is_passing;
use crate::proto::v1::executor::{Call, Event, event};
use crate::proto::v1::task_status::Source;
use crate::proto::v1::{ExecutorId, FrameworkId, TaskState, TaskStatus};
use crate::session::{Handled, Incoming, Received, Role};
use crate::{Error, ErrorKind, HandlerResult};

/// An executor's side of a session.
pub(crate) struct ExecutorRole {
    framework_id: FrameworkId,
    executor_id: ExecutorId,
    ledger: Ledger,
    was_subscribed: bool,
    shutting_down: bool,
}

/// Which delivery a handler has returned from.
#[derive(Debug)]
pub(crate) enum Receipt {
    Shutdown,
    Event,
}

impl ExecutorRole {
    pub(crate) fn new(framework_id: FrameworkId, executor_id: ExecutorId) -> Self {
        Self {
            framework_id,
            executor_id,
            ledger: Ledger::default(),
            was_subscribed: false,
            shutting_down: false,
        }
    }

    fn on_subscribed(&mut self, subscribed: event::Subscribed) -> Received<Self> {
        let subscription = Subscription {
            executor: subscribed.executor_info,
            framework: subscribed.framework_info,
            agent: subscribed.agent_info,
            container_id: subscribed.container_id,
            again: std::mem::replace(&mut self.was_subscribed, true),
        };
        // An agent sends a heartbeat every 30 minutes, too seldom to watch for.
        Received::Subscribed { heartbeat: None, delivery: Delivery::Subscribed(Box::new(subscription)) }
    }

    fn take_note(&mut self, delivery: &Delivery) {
        match delivery {
            Delivery::Launch(task) => self.ledger.launched(task.as_ref().clone()),
            Delivery::LaunchGroup(tasks) => tasks.iter().for_each(|task| self.ledger.launched(task.clone())),
            Delivery::Acknowledged(task, uuid) => self.ledger.acknowledged(task, uuid),
            Delivery::Shutdown => self.shutting_down = true,
            _ => {}
        }
    }

    /// Fills in what the agent wants in an update, and keeps it.
    fn record(&mut self, status: &mut TaskStatus) -> Result<Bytes, Error> {
        if status.state == TaskState::TaskStaging as i32 {
            let text = format!(
                "task {}: an executor can't report TASK_STAGING; begin with TASK_STARTING",
                status.task_id.value
            );
            return Err(Error::new(ErrorKind::Rejected, text));
        }
        status.executor_id = Some(self.executor_id.clone());
        status.source = Some(Source::Executor.into());
        self.ledger.record(status)?;
        Ok(status.uuid.clone().unwrap_or_default())
    }
}

impl Role for ExecutorRole {
    type Call = Call;
    type Event = Event;
    type Delivery = Delivery;
    type Receipt = Receipt;
    type Note = std::convert::Infallible;
    /// The uuid of an update.
    type Kept = Bytes;

    const PEER: &'static str = "agent";
    const HAS_STREAM_ID: bool = false;

    fn subscribe(&self) -> Call {
        let ids = (self.framework_id.clone(), self.executor_id.clone());
        call::subscribe(ids, self.ledger.tasks(), self.ledger.updates())
    }

    fn receive(&mut self, event: Event) -> Received<Self> {
        match incoming(event) {
            Incoming::Subscribed(subscribed) => self.on_subscribed(*subscribed),
            Incoming::Heartbeat | Incoming::Unknown => Received::Heartbeat,
            Incoming::Error(text) => {
                let text = format!("the agent ends executor {}: {text}", self.executor_id.value);
                Received::Ended { error: Error::new(ErrorKind::Rejected, text), last: true }
            }
            Incoming::Deliver(delivery) => {
                self.take_note(&delivery);
                Received::Deliver(delivery)
            }
        }
    }

    fn handled(&mut self, receipt: Receipt, result: &HandlerResult) -> Handled<Self> {
        match (receipt, result) {
            (Receipt::Event, Err(error)) if is_passing(error.as_ref()) => {
                tracing::warn!(%error, "a handler returned the error of a call");
                Handled::Done
            }
            (_, Err(error)) => {
                let text = format!("a handler of executor {} failed: {error}", self.executor_id.value);
                Handled::Fail(Error::new(ErrorKind::Handler, text))
            }
            (Receipt::Shutdown, Ok(())) => Handled::Drain,
            (Receipt::Event, Ok(())) => Handled::Done,
        }
    }

    fn noted(&mut self, note: Self::Note) -> Handled<Self> {
        match note {}
    }

    fn outgoing(&mut self, call: &mut Call) -> Result<Option<Bytes>, Error> {
        call.framework_id.clone_from(&self.framework_id);
        call.executor_id.clone_from(&self.executor_id);
        call.update.as_mut().map(|update| self.record(&mut update.status)).transpose()
    }

    fn taken(&mut self, _call: &Call) {}

    fn refused(&mut self, kept: Bytes) {
        self.ledger.forget(&kept);
    }

    fn disconnected(&mut self) -> Delivery {
        Delivery::Disconnected
    }

    fn call_failed(&self, call: Call, error: Error) -> Delivery {
        Delivery::CallFailed(FailedCall { call: Box::new(call), error })
    }

    fn farewell(&self) -> Option<Delivery> {
        (!self.shutting_down).then_some(Delivery::Shutdown)
    }

    fn teardown(&self) -> Option<Call> {
        None
    }

    fn is_drained(&self) -> bool {
        !self.ledger.has_updates()
    }

    fn receipt(delivery: &Delivery) -> Receipt {
        match delivery {
            Delivery::Shutdown => Receipt::Shutdown,
            _ => Receipt::Event,
        }
    }
}
