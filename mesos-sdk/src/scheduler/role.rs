//! What a scheduler knows and does in a session.

use std::sync::Arc;
use std::time::Duration;

use super::acknowledgement::{Acknowledgements, Arrival, key, operation_key, wanted, wanted_operation};
use super::call;
use super::event::{Delivery, DeliveryToken, Subscription, delivery, type_of};
use super::handler_error::is_tolerated;
use super::identity::{IdRecord, Identity, chosen_id};
use super::kills::Kills;
use super::reconciliation::{KnownOperation, KnownTask, Question, Reconciler, Reconciliation, Step};
use super::removal::{self, RemovedPolicy};
use crate::proto::v1::scheduler::call::{Acknowledge, AcknowledgeOperationStatus};
use crate::proto::v1::scheduler::event::{self, Type};
use crate::proto::v1::scheduler::{Call, Event};
use crate::proto::v1::{FrameworkId, OperationState, OperationStatus, TaskStatus};
use crate::session::{Api, CallId, Due, FollowUp, OutgoingCalls, Periodic, Received, RepeatedCalls, Role};
use crate::silence::heartbeat_interval;
use crate::{Error, ErrorKind, HandlerResult};

/// A scheduler's side of a session.
pub(crate) struct SchedulerRole {
    identity: Identity,
    updates: Acknowledgements<Acknowledge>,
    operations: Acknowledgements<AcknowledgeOperationStatus>,
    /// What to do when the framework is gone, and whether the id of the next one is chosen.
    removed: RemovedPolicy,
    chooses: bool,
    /// The framework that this one replaces, until it is subscribed.
    replaced: Option<FrameworkId>,
    seed: u64,
    kills: Kills,
    known_tasks: Reconciler<KnownTask>,
    known_operations: Reconciler<KnownOperation>,
    /// The id that is written down, or about to be.
    stored: Option<FrameworkId>,
    /// Whether SUBSCRIBED came at least once.
    was_subscribed: bool,
    is_subscribed: bool,
}

/// What handles tell.
#[derive(Debug)]
pub(crate) enum HandleEvent {
    /// The handler leaves the decision on this update, which it has in hand, for later.
    Held(DeliveryToken),
    /// What was decided on a held update.
    Decided(DeliveryToken, bool),
    /// The tasks that the framework knows, if it is to be reconciled at all.
    KnownTasks(Question, Option<Vec<KnownTask>>),
    /// The operations.
    KnownOperations(Question, Option<Vec<KnownOperation>>),
    /// The framework wants to be reconciled now.
    Reconcile,
}

impl SchedulerRole {
    pub(crate) fn new(identity: Identity, removed: RemovedPolicy, chooses: bool) -> Self {
        Self {
            identity,
            removed,
            chooses,
            replaced: None,
            stored: None,
            updates: Acknowledgements::default(),
            operations: Acknowledgements::default(),
            seed: 0,
            kills: Kills::default(),
            known_tasks: Reconciler::new(Reconciliation::default(), 0),
            known_operations: Reconciler::new(Reconciliation::default(), 0),
            was_subscribed: false,
            is_subscribed: false,
        }
    }

    /// With this id written down already.
    pub(crate) fn stored(mut self, id: Option<FrameworkId>) -> Self {
        self.stored = id;
        self
    }

    /// With other settings than the default ones; `seed` makes all random waits.
    pub(crate) fn reconciliation(mut self, settings: Reconciliation, seed: u64) -> Self {
        self.seed = seed;
        self.known_tasks = Reconciler::new(settings.clone(), seed);
        self.known_operations = Reconciler::new(settings, seed.wrapping_add(1));
        self
    }

    fn on_subscribed(&mut self, subscribed: event::Subscribed) -> Received<Self> {
        self.identity.set_id(subscribed.framework_id.clone());
        let record = self.record(&subscribed.framework_id);
        let resubscribed = std::mem::replace(&mut self.was_subscribed, true);
        self.is_subscribed = true;
        self.kills.subscribed();
        self.begin_reconciliation();
        let heartbeat = subscribed.heartbeat_interval_seconds.map(heartbeat_interval);
        let (framework_id, master) = (subscribed.framework_id, subscribed.master_info);
        let replaced = self.replaced.take();
        let subscription = Subscription { framework_id, master, resubscribed, replaced };
        let delivery = Delivery::Subscribed(Box::new(subscription));
        Received::Subscribed { heartbeat, record, delivery }
    }

    /// What is to be written down of the framework's id, unless it is already.
    fn record(&mut self, id: &FrameworkId) -> Option<IdRecord> {
        if self.stored.as_ref() == Some(id) {
            return None;
        }
        self.stored = Some(id.clone());
        Some(IdRecord::Save(id.clone()))
    }

    fn on_error(&mut self, text: &str) -> Received<Self> {
        let name = self.identity.name();
        let id = self.identity.id().map_or("no id yet", |id| &id.value);
        let (kind, advice) = removal::meaning(text, self.is_subscribed);
        let error = Error::new(kind, format!("the master ends framework {name:?} ({id}): {text}; {advice}"));
        match (kind, self.removed) {
            (ErrorKind::FrameworkRemoved, RemovedPolicy::RegisterNew) => self.renew(error),
            _ => Received::Ended { last: !error.is_retryable(), error },
        }
    }

    /// The framework is gone: the next SUBSCRIBE is that of another one.
    fn renew(&mut self, error: Error) -> Received<Self> {
        let next = self.chooses.then(chosen_id);
        let Some(gone) = self.identity.renew(next.clone()) else {
            return Received::Ended { error, last: true };
        };
        self.replaced.get_or_insert_with(|| gone.clone());
        self.was_subscribed = false;
        self.stored.clone_from(&next);
        Received::Renewed { error, record: IdRecord::Replace { gone, next } }
    }

    fn on_update(&mut self, status: Box<TaskStatus>) -> Received<Self> {
        self.kills.heard(&status);
        match self.updates.arrived(key(&status)) {
            Arrival::New => {
                // What is sent again is older than the question, and may have been handled before
                // it.
                self.known_tasks.heard(&status.task_id.value);
                Received::Deliver(Delivery::Update(status))
            }
            Arrival::InHand => {
                tracing::debug!(task = status.task_id.value, "an update came again while it is in hand");
                Received::Heartbeat
            }
            Arrival::Handled => {
                tracing::debug!(
                    task = status.task_id.value,
                    "an update came again: it is acknowledged again"
                );
                self.acknowledged_again(wanted(&status).map(acknowledge))
            }
        }
    }

    fn on_operation_update(&mut self, status: Box<OperationStatus>) -> Received<Self> {
        match self.operations.arrived(operation_key(&status)) {
            Arrival::New => {
                // While an agent recovers, the master does not know the operation's state.
                let is_known = status.state() != OperationState::Recovering;
                if let Some(id) = status.operation_id.as_ref().filter(|_| is_known) {
                    self.known_operations.heard(&id.value);
                }
                Received::Deliver(Delivery::OperationUpdate(status))
            }
            Arrival::InHand => Received::Heartbeat,
            Arrival::Handled => self.acknowledged_again(wanted_operation(&status).map(acknowledge_operation)),
        }
    }

    /// Returns, once, whether everything that the framework named was answered, behind all answers.
    fn reconciled(&mut self) -> bool {
        let (tasks, operations) = (&mut self.known_tasks, &mut self.known_operations);
        // Both are asked, so that both are reported.
        !tasks.is_under_way()
            && !operations.is_under_way()
            && (tasks.take_complete() | operations.take_complete())
    }

    fn begin_reconciliation(&mut self) {
        self.known_tasks.begin();
        self.known_operations.begin();
    }

    fn signed(&self, mut call: Box<Call>) -> Box<Call> {
        self.identity.sign(&mut call);
        call
    }

    /// An update came again that was handled before.
    fn acknowledged_again(&self, acknowledge: Option<Box<Call>>) -> Received<Self> {
        acknowledge.map_or(Received::Heartbeat, |call| Received::Answer(self.signed(call)))
    }

    /// An update was handled: it is acknowledged, or left for the agent to send again.
    fn answered(&self, acknowledge: Option<Box<Call>>) -> FollowUp<Self> {
        acknowledge.map_or(FollowUp::Nothing, |call| FollowUp::Call(self.signed(call)))
    }
}

fn acknowledge(update: Arc<Acknowledge>) -> Box<Call> {
    call::acknowledge(Arc::unwrap_or_clone(update))
}

fn acknowledge_operation(update: Arc<AcknowledgeOperationStatus>) -> Box<Call> {
    call::acknowledge_operation(Arc::unwrap_or_clone(update))
}

impl Api for SchedulerRole {
    type Call = Box<Call>;
    type Event = Box<Event>;
    type Delivery = Delivery;
    type HandleEvent = HandleEvent;
    type ResendKey = std::convert::Infallible;
    type Record = IdRecord;

    const PEER: &'static str = "master";
    const HAS_STREAM_ID: bool = true;
}

impl Role for SchedulerRole {
    fn subscribe(&self) -> Box<Call> {
        self.identity.subscribe()
    }

    fn receive(&mut self, event: Box<Event>) -> Received<Self> {
        match type_of(&event) {
            Some(Type::Subscribed) => {
                event.subscribed.map_or(Received::Heartbeat, |it| self.on_subscribed(it))
            }
            Some(Type::Error) => {
                event.error.map_or(Received::Heartbeat, |error| self.on_error(&error.message))
            }
            _ => match delivery(event) {
                Some(Delivery::Update(status)) => self.on_update(status),
                Some(Delivery::OperationUpdate(status)) => self.on_operation_update(status),
                Some(delivery) => Received::Deliver(delivery),
                // A heartbeat, or what this version does not know.
                None => Received::Heartbeat,
            },
        }
    }

    fn handled(&mut self, token: DeliveryToken, result: &HandlerResult) -> FollowUp<Self> {
        match (token, result) {
            (DeliveryToken::Update(update), _) => {
                let decided = self.updates.handled(update, result.is_ok());
                self.answered(decided.map(acknowledge))
            }
            (DeliveryToken::Operation(update), _) => {
                let decided = self.operations.handled(update, result.is_ok());
                self.answered(decided.map(acknowledge_operation))
            }
            (DeliveryToken::Event(_), Err(error)) if is_tolerated(self.identity.name(), error.as_ref()) => {
                FollowUp::Nothing
            }
            (DeliveryToken::Event(_), Err(error)) => {
                let text = format!("a handler of framework {:?} failed: {error}", self.identity.name());
                FollowUp::Fail(Error::new(ErrorKind::Handler, text))
            }
            (DeliveryToken::Event(_), Ok(())) | (DeliveryToken::Unacknowledged(_), _) => FollowUp::Nothing,
        }
    }

    fn on_handle_event(&mut self, event: HandleEvent) -> FollowUp<Self> {
        match event {
            HandleEvent::Held(DeliveryToken::Update(update)) => self.updates.held(&update),
            HandleEvent::Held(DeliveryToken::Operation(update)) => self.operations.held(&update),
            HandleEvent::Decided(DeliveryToken::Update(update), ok) => {
                let decided = self.updates.decided(update, ok);
                return self.answered(decided.map(acknowledge));
            }
            HandleEvent::Decided(DeliveryToken::Operation(update), ok) => {
                let decided = self.operations.decided(update, ok);
                return self.answered(decided.map(acknowledge_operation));
            }
            HandleEvent::KnownTasks(question, known) => self.known_tasks.told(question, known),
            HandleEvent::KnownOperations(question, known) => self.known_operations.told(question, known),
            HandleEvent::Reconcile if self.is_subscribed => self.begin_reconciliation(),
            // Without a subscription it begins with the next one.
            HandleEvent::Held(_) | HandleEvent::Decided(..) | HandleEvent::Reconcile => {}
        }
        FollowUp::Nothing
    }

    fn disconnected(&mut self) -> Delivery {
        self.is_subscribed = false;
        self.known_tasks.pause();
        self.known_operations.pause();
        Delivery::Disconnected
    }

    fn teardown(&self) -> Option<Box<Call>> {
        self.identity.id()?;
        Some(self.signed(call::teardown()))
    }

    fn framework_id(&self) -> Option<&str> {
        self.identity.id().map(FrameworkId::as_str)
    }

    fn farewell(&self) -> Option<Delivery> {
        None
    }

    fn is_drained(&self) -> bool {
        true
    }
}

impl OutgoingCalls for SchedulerRole {
    fn prepare(&mut self, call: &mut Box<Call>) -> Result<Option<Self::ResendKey>, Error> {
        self.identity.sign(call);
        Ok(None)
    }

    fn accepted(&mut self, call: &Box<Call>) {
        self.identity.accepted(call);
    }
}

impl RepeatedCalls for SchedulerRole {
    fn repeat(&mut self, id: CallId, call: &Box<Call>) -> Result<(), Error> {
        self.kills.add(id, call, self.seed.wrapping_add(id))
    }

    fn repeat_refused(&mut self, id: CallId) {
        self.kills.forget(id);
    }

    fn take_repeated(&mut self) -> Vec<(CallId, Box<Call>)> {
        self.kills.take_all()
    }
}

impl Periodic for SchedulerRole {
    fn due(&mut self, now: Duration, reading: bool) -> Vec<Due<Self>> {
        let mut due = Vec::new();
        for (id, call) in self.kills.take_ended() {
            due.push(Due::Settled(id, call));
        }
        if let Some(step) = self.known_tasks.due(now, reading) {
            due.push(match step {
                Step::Ask(question) => Due::Deliver(Delivery::KnownTasks(question)),
                Step::Call(call) => Due::Call(self.signed(call)),
            });
        }
        if let Some(step) = self.known_operations.due(now, reading) {
            due.push(match step {
                Step::Ask(question) => Due::Deliver(Delivery::KnownOperations(question)),
                Step::Call(call) => Due::Call(self.signed(call)),
            });
        }
        if self.reconciled() {
            due.push(Due::Deliver(Delivery::Reconciled));
        }
        for (id, call) in self.kills.due(now) {
            due.push(Due::Repeat(id, self.signed(call)));
        }
        due
    }

    fn deadline(&self, reading: bool) -> Option<Duration> {
        let tasks = self.known_tasks.deadline(reading);
        let reconciling = tasks.into_iter().chain(self.known_operations.deadline(reading));
        reconciling.chain(self.kills.deadline()).min()
    }
}

#[cfg(test)]
mod tests;
