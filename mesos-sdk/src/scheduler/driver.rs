//! The driver of a scheduler.

use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::{FutureExt as _, Stream, StreamExt as _};
use tracing::Instrument as _;
use tracing::field::Empty;

use super::dispatch::ToScheduler;
use super::framework_id_store::FrameworkIdStore;
use super::identity::Identity;
use super::notification::{NotificationHandler, notify};
use super::role::SchedulerRole;
use super::{Reconciliation, RemovedPolicy, Scheduler, SchedulerHandle};
use crate::detect::Master;
use crate::operator::MasterOperator;
use crate::proto::v1::FrameworkInfo;
use crate::proto::v1::scheduler::OfferConstraints;
#[cfg(feature = "metrics")]
use crate::session::measures::Labels;
use crate::session::{
    CommandReceiver, Notifications, Notify, Outcome, Settings, Store, before_session, command_channel, run,
};
use crate::store::{FrameworkStore, MemoryStore};
use crate::transport::{ClientOptions, Transport};
use crate::{Error, ErrorKind};

/// Keeps a framework subscribed, calls the methods of its [`Scheduler`], and sends its calls.
///
/// It finds the leading master and follows redirects. When the subscription is lost or heartbeats
/// are missing, it subscribes again, with growing, random waits. It acknowledges updates after
/// their handler has returned `Ok`.
pub struct SchedulerDriver {
    framework: FrameworkInfo,
    constraints: Option<OfferConstraints>,
    store: Arc<dyn FrameworkStore>,
    chooses: bool,
    removed: RemovedPolicy,
    reconciliation: Reconciliation,
    settings: Settings,
    transport: Transport,
    /// For [`SchedulerHandle::sandbox`].
    operator: Arc<Mutex<MasterOperator>>,
    handle: SchedulerHandle,
    commands: CommandReceiver<SchedulerRole>,
}

impl SchedulerDriver {
    /// Creates a driver for one framework. Set `framework.user` and `framework.name`; set
    /// `framework.failover_timeout` (seconds) if its tasks are to continue while no scheduler is
    /// subscribed, and `framework.id` only to resume a framework whose id is not in a
    /// [store](Self::store).
    pub fn new(master: impl Into<Master>, framework: FrameworkInfo) -> Self {
        let (sender, commands) = command_channel();
        let master = master.into();
        let operator = Arc::new(Mutex::new(MasterOperator::new(master.clone())));
        Self {
            framework,
            constraints: None,
            store: Arc::new(MemoryStore::default()),
            chooses: false,
            removed: RemovedPolicy::default(),
            reconciliation: Reconciliation::default(),
            settings: Settings::default(),
            transport: Transport::new(master),
            handle: SchedulerHandle::new(sender, Arc::downgrade(&operator)),
            operator,
            commands,
        }
    }

    /// Sets how the driver connects to masters and exchanges messages with them.
    #[must_use]
    pub fn client_options(mut self, options: ClientOptions) -> Self {
        set_options(&self.operator, options.clone());
        let Settings { endpoint, call_timeout, .. } = &mut self.settings;
        options.apply(&mut self.transport, endpoint, call_timeout);
        self
    }

    /// Sets which agents' resources the framework is offered: the master filters the others out.
    /// Default: unconstrained.
    #[must_use]
    pub fn offer_constraints(mut self, constraints: OfferConstraints) -> Self {
        self.constraints = Some(constraints);
        self
    }

    /// Sets where the framework id is stored for the next start of the scheduler. By default it is
    /// not stored.
    ///
    /// [`run`](Self::run) begins with the stored id. A new id is stored before
    /// [`Scheduler::subscribed`] is called, so before any task can be launched; if that fails, the
    /// driver ends and the framework remains. The id is removed only after a master has confirmed
    /// [`SchedulerHandle::stop`], and by [`RemovedPolicy::RegisterNew`]. Set
    /// `framework.failover_timeout` too: its default is 0, with which the framework is gone before
    /// the next start can resume it.
    #[must_use]
    pub fn store(mut self, store: impl FrameworkStore + 'static) -> Self {
        self.store = Arc::new(store);
        self
    }

    /// Generates the framework id, a random UUID, and stores it before the first SUBSCRIBE. By
    /// default the master assigns the id.
    ///
    /// A master creates a new framework for each SUBSCRIBE without an id. If its response is lost,
    /// or the scheduler is killed before it has stored the id, a framework is left behind that
    /// holds offers until its `failover_timeout` has passed. With a client-generated id the next
    /// SUBSCRIBE is one of the same framework. This requires a `failover_timeout`, because a master
    /// removes a framework without one when its first connection breaks. Mesos 1.11 accepts ids
    /// that it has never seen, for schedulers that were registered with another master; this is not
    /// documented.
    #[must_use]
    pub fn client_generated_id(mut self) -> Self {
        self.chooses = true;
        self
    }

    /// Sets what to do when the framework has been removed. The default is [`RemovedPolicy::Fail`].
    #[must_use]
    pub fn removed_policy(mut self, removed: RemovedPolicy) -> Self {
        self.removed = removed;
        self
    }

    /// Sets how the driver reconciles what [`Scheduler::known_tasks`] and
    /// [`Scheduler::known_operations`] return. The default is [`Reconciliation::default`].
    #[must_use]
    pub fn reconciliation(mut self, reconciliation: Reconciliation) -> Self {
        self.reconciliation = reconciliation;
        self
    }

    /// Sets how long to try for the first subscription before [`run`](Self::run) gives up. The
    /// default is to try indefinitely.
    #[must_use]
    pub fn subscribe_timeout(mut self, patience: Duration) -> Self {
        self.settings.patience = Some(patience);
        self
    }

    /// Sets how long [`SchedulerHandle::stop`] waits for the master to confirm it, and how long
    /// [`SchedulerHandle::stop_with_failover`] stays subscribed for the handler at work and for
    /// responses, including the time that a store takes to load the id. A handler that has not
    /// returned by then is dropped where it awaits something; one that blocks its thread cannot be
    /// dropped. The same limit applies to a handler that is at work when the driver ends in another
    /// way, and then to a store that has to remove the id. The default is 15 s.
    #[must_use]
    pub fn stop_timeout(mut self, timeout: Duration) -> Self {
        self.settings.stop_timeout = timeout;
        self
    }

    /// Sets how many events may wait for the scheduler's methods, at least 1. Further events stay
    /// with the master until there is room, so none is lost. Up to 32 losses of the subscription
    /// and new subscriptions are not counted, because the method at work may need the new
    /// subscription for its calls. The default is 1024.
    #[must_use]
    pub fn max_queued_events(mut self, events: usize) -> Self {
        self.settings.max_undelivered = events.max(1);
        self
    }

    /// Sets how many bytes of memory the events that wait for the scheduler's methods may take, at
    /// least 1. The event that exceeds the limit is still read; further ones stay with the master.
    /// So at most about this much, and one event of [`ClientOptions::max_message_size`], is in
    /// memory. The default is 64 MiB.
    #[must_use]
    pub fn max_queued_bytes(mut self, bytes: usize) -> Self {
        self.settings.max_undelivered_bytes = bytes.max(1);
        self
    }

    /// Sets how many updates may be [held](SchedulerHandle::acknowledge_later) at the same time; 0
    /// allows none. The default is 10,000.
    #[must_use]
    pub fn max_held_updates(self, updates: usize) -> Self {
        self.handle.holding.set_limit(updates);
        self
    }

    /// Returns a handle to make calls with, from outside the scheduler's methods.
    pub fn handle(&self) -> SchedulerHandle {
        self.handle.clone()
    }

    /// Runs the framework until [`SchedulerHandle::stop`] or
    /// [`SchedulerHandle::stop_with_failover`].
    ///
    /// A `Box<dyn Scheduler>` can be run as well.
    ///
    /// Dropping the future ends the driver as [`SchedulerHandle::abort`] does. Must be called
    /// within a tokio runtime with I/O and time.
    ///
    /// # Errors
    ///
    /// What cannot be fixed by retrying: the framework was removed or has failed over to another
    /// instance, the master refuses it, the host at the address is not Mesos, a handler failed, the
    /// store fails or holds another id than `framework.id`, or there was no subscription within
    /// [`subscribe_timeout`](Self::subscribe_timeout).
    pub async fn run<S: Scheduler + ?Sized>(self, scheduler: &mut S) -> Result<(), Error> {
        self.run_session(scheduler, Notifications::none()).await
    }

    /// Runs the framework as [`run`](Self::run) does, and calls [`NotificationHandler::notified`]
    /// with what `notifications` yields: events of the program itself, such as signals, timer ticks
    /// and requests of an API.
    ///
    /// The stream is polled only while no method of the scheduler is at work, and takes turns with
    /// the master's events. Nothing is queued here: if the scheduler is slow, the stream has to
    /// wait, and its own limits apply. The end of the stream does not end the driver. Stopping
    /// the driver also stops polling the stream.
    ///
    /// # Errors
    ///
    /// As for [`run`](Self::run). An `Err` of `notified` is treated like that of any other method
    /// except the two that receive updates.
    pub async fn run_with<S, N>(
        self,
        scheduler: &mut S,
        notifications: impl Stream<Item = N> + Send,
    ) -> Result<(), Error>
    where
        S: NotificationHandler<N> + ?Sized,
        N: Send + 'static,
    {
        let notifications = pin!(notifications.map(notify));
        self.run_session(scheduler, Notifications::of(notifications)).await
    }

    async fn run_session<S: Scheduler + ?Sized>(
        mut self,
        scheduler: &mut S,
        notifications: Notifications<'_, Notify<S, SchedulerHandle>>,
    ) -> Result<(), Error> {
        check(&self.framework)?;
        let stop_timeout = self.settings.stop_timeout;
        let opening = FrameworkIdStore::open(self.store, &mut self.framework, self.chooses);
        let unopened = || FrameworkIdStore::unopened(stop_timeout);
        let opened = before_session(opening, &mut self.commands, (stop_timeout, unopened)).await?;
        let Some(((ids, stored), time_to_stop)) = opened else { return Ok(()) };
        let (handle, commands) = (self.handle, self.commands);
        let span = tracing::error_span!("scheduler", framework = self.framework.name, framework_id = Empty);
        #[cfg(feature = "metrics")]
        let labels = Labels::new("scheduler", Some(&self.framework.name));
        let identity = Identity::new(self.framework, self.constraints);
        let role = SchedulerRole::new(identity, self.removed, self.chooses)
            .stored(stored)
            .reconciliation(self.reconciliation, fastrand::u64(..));
        let mut handler = ToScheduler { scheduler, handle: handle.clone() };
        let (writer, ends) = (ids.clone(), (handle.commands, commands));
        let store: Store<SchedulerRole> = Box::new(move |record| writer.clone().write(record).boxed());
        let handler = (&mut handler, notifications);
        let settings = Settings {
            span: span.clone(),
            #[cfg(feature = "metrics")]
            labels,
            stop_timeout: time_to_stop,
            ..self.settings
        };
        match run(role, settings, (self.transport, store), ends, handler).instrument(span).await? {
            Outcome::TornDown => ids.forget(stop_timeout).await,
            Outcome::Left => Ok(()),
        }
    }
}

fn set_options(operator: &Mutex<MasterOperator>, options: ClientOptions) {
    let mut operator = operator.lock().unwrap_or_else(PoisonError::into_inner);
    *operator = operator.clone().client_options(options);
}

/// Finds mistakes that a master would reject without stating what to do.
fn check(framework: &FrameworkInfo) -> Result<(), Error> {
    let missing = |field: &str, advice: &str| {
        let text = format!("FrameworkInfo.{field} is empty: {advice}");
        Err(Error::new(ErrorKind::Invalid, text))
    };
    match (framework.name.is_empty(), framework.user.is_empty()) {
        (true, _) => missing("name", "give the framework a name"),
        (_, true) => missing("user", "set the user that its tasks run as"),
        _ => Ok(()),
    }
}

impl fmt::Debug for SchedulerDriver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("SchedulerDriver");
        debug
            .field("framework", &self.framework.name)
            .field("master", &self.transport.master)
            .finish_non_exhaustive()
    }
}
