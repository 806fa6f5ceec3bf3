//! The role of a scheduler in a session.

use std::sync::Arc;
use std::time::Duration;

use super::acknowledgement::{Acknowledgements, Arrival, key, operation_key, wanted, wanted_operation};
use super::call;
use super::event::{Delivery, DeliveryToken, Subscription, delivery, type_of};
use super::handler_error::is_tolerated;
use super::identity::{IdRecord, Identity, chosen_id};
use super::kills::Kills;
#[cfg(feature = "metrics")]
use super::meter::SchedulerMeter;
use super::outlook::SchedulerOutlook;
use super::reconciliation::{KnownOperation, KnownTask, QueryId, Reconciler, Reconciliation, Step};
use super::removal::{self, RemovedPolicy};
use crate::proto::v1::scheduler::call::{Acknowledge, AcknowledgeOperationStatus};
use crate::proto::v1::scheduler::event::{self, Type};
use crate::proto::v1::scheduler::{Call, Event};
use crate::proto::v1::{FrameworkId, OperationState, OperationStatus, TaskStatus};
use crate::session::{Api, CallId, Due, FollowUp, OutgoingCalls, Periodic, Received, RepeatedCalls, Role};
use crate::silence::heartbeat_interval;
use crate::{Error, ErrorKind, HandlerResult};

/// The role of a scheduler in a session.
pub(crate) struct SchedulerRole {
    identity: Identity,
    updates: Acknowledgements<Acknowledge>,
    operations: Acknowledgements<AcknowledgeOperationStatus>,
    /// What to do when the framework is gone, and whether the client generates the next id.
    removed: RemovedPolicy,
    chooses: bool,
    /// The framework that this one replaces, until it is subscribed.
    replaced: Option<FrameworkId>,
    seed: u64,
    kills: Kills,
    known_tasks: Reconciler<KnownTask>,
    known_operations: Reconciler<KnownOperation>,
    /// The id that is stored, or about to be.
    stored: Option<FrameworkId>,
    /// Whether there was a subscription before.
    was_subscribed: bool,
    is_subscribed: bool,
}

/// What handles send besides calls.
#[derive(Debug)]
pub(crate) enum HandleEvent {
    /// The handler holds the update that it is handling.
    Held(DeliveryToken),
    /// The decision on a held update.
    Decided(DeliveryToken, bool),
    /// The tasks that the framework knows, if they are to be reconciled.
    KnownTasks(QueryId, Option<Vec<KnownTask>>),
    /// The operations that the framework knows, if they are to be reconciled.
    KnownOperations(QueryId, Option<Vec<KnownOperation>>),
    /// The framework requests a reconciliation.
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

    /// Sets the id that is already stored.
    pub(crate) fn stored(mut self, id: Option<FrameworkId>) -> Self {
        self.stored = id;
        self
    }

    /// Sets how to reconcile; `seed` determines all random waits.
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
        let (framework_id, master) = (subscribed.framework_id, subscribed.master_info.map(|it| *it));
        let replaced = self.replaced.take();
        let subscription = Subscription { framework_id, master, resubscribed, replaced };
        let delivery = Delivery::Subscribed(Box::new(subscription));
        Received::Subscribed { heartbeat, record, delivery }
    }

    /// Returns how the stored id must change, if it must.
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

    /// Handles the removal of the framework: the next SUBSCRIBE is that of a new one.
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
        self.kills.on_update(&status);
        match self.updates.arrived(key(&status)) {
            Arrival::New => {
                // A resent update is older than the reconciliation, and may have been handled
                // before it.
                self.known_tasks.on_update(&status.task_id.value);
                Received::Deliver(Delivery::Update(status))
            }
            Arrival::InHand => {
                tracing::debug!(
                    task = status.task_id.value,
                    "an update was resent while it is being handled"
                );
                Received::Heartbeat
            }
            Arrival::Handled => {
                tracing::debug!(
                    task = status.task_id.value,
                    "an update was resent: it is acknowledged again"
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
                    self.known_operations.on_update(&id.value);
                }
                Received::Deliver(Delivery::OperationUpdate(status))
            }
            Arrival::InHand => Received::Heartbeat,
            Arrival::Handled => self.acknowledged_again(wanted_operation(&status).map(acknowledge_operation)),
        }
    }

    /// Returns, once, whether everything that the framework returned was reported.
    fn reconciled(&mut self) -> bool {
        let (tasks, operations) = (&mut self.known_tasks, &mut self.known_operations);
        // Both must be called, so that each reports its completion only once.
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

    /// Acknowledges again an update that was handled before.
    fn acknowledged_again(&self, acknowledge: Option<Box<Call>>) -> Received<Self> {
        acknowledge.map_or(Received::Heartbeat, |call| Received::Answer(self.signed(call)))
    }

    /// Returns what follows from a decision on an update: its acknowledgement, or nothing, so that
    /// the agent resends it.
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
    type Outlook = SchedulerOutlook;
    #[cfg(feature = "metrics")]
    type Meter = SchedulerMeter;

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
                event.subscribed.map_or(Received::Heartbeat, |it| self.on_subscribed(*it))
            }
            Some(Type::Error) => {
                event.error.map_or(Received::Heartbeat, |error| self.on_error(&error.message))
            }
            _ => match delivery(event) {
                Some(Delivery::Update(status)) => self.on_update(status),
                Some(Delivery::OperationUpdate(status)) => self.on_operation_update(status),
                Some(delivery) => Received::Deliver(delivery),
                // A heartbeat, or a type that this version does not know.
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
            (DeliveryToken::Event(_), Err(error)) if is_tolerated(error.as_ref()) => FollowUp::Nothing,
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
            HandleEvent::KnownTasks(query, known) => self.known_tasks.on_known(query, known),
            HandleEvent::KnownOperations(query, known) => self.known_operations.on_known(query, known),
            HandleEvent::Reconcile if self.is_subscribed => self.begin_reconciliation(),
            // Without a subscription, the next one begins with a reconciliation.
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
                Step::Ask(query) => Due::Deliver(Delivery::KnownTasks(query)),
                Step::Call(call) => Due::Call(self.signed(call)),
            });
        }
        if let Some(step) = self.known_operations.due(now, reading) {
            due.push(match step {
                Step::Ask(query) => Due::Deliver(Delivery::KnownOperations(query)),
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

    #[cfg(feature = "metrics")]
    fn unreconciled(&self) -> usize {
        self.known_tasks.remaining().saturating_add(self.known_operations.remaining())
    }
}

#[cfg(test)]
mod tests;
