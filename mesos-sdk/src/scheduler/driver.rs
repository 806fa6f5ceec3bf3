//! The driver of a scheduler.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::{FutureExt as _, Stream, StreamExt as _};

use super::dispatch::ToScheduler;
use super::framework_id_store::FrameworkIdStore;
use super::identity::Identity;
use super::notification::{NotificationHandler, Notify, notify};
use super::role::SchedulerRole;
use super::{Reconciliation, RemovedPolicy, Scheduler, SchedulerHandle};
use crate::detect::Master;
use crate::http::Connector;
use crate::proto::v1::FrameworkInfo;
use crate::proto::v1::scheduler::OfferConstraints;
use crate::security::Authenticator;
#[cfg(any(feature = "tls", feature = "native-tls"))]
use crate::security::Tls;
use crate::session::{CommandReceiver, Notifications, Outcome, Settings, Store, command_channel, run};
use crate::store::{FrameworkStore, MemoryStore};
use crate::transport::Transport;
use crate::wire::Encoding;
use crate::{Error, ErrorKind};

/// Keeps a framework subscribed, calls the methods of its [`Scheduler`], and sends its calls.
///
/// It finds the leading master, follows redirects, subscribes again with growing, random waits when the subscription
/// is lost, notices when heartbeats stop, and acknowledges updates after their handler has returned `Ok`.
pub struct SchedulerDriver {
    framework: FrameworkInfo,
    constraints: Option<OfferConstraints>,
    store: Arc<dyn FrameworkStore>,
    chooses: bool,
    removed: RemovedPolicy,
    reconciliation: Reconciliation,
    settings: Settings,
    transport: Transport,
    handle: SchedulerHandle,
    commands: CommandReceiver<SchedulerRole>,
}

impl SchedulerDriver {
    /// A driver for one framework. Set `framework.user` and `framework.name`; set `framework.failover_timeout`
    /// (seconds) if its tasks are to live on while no scheduler is subscribed, and `framework.id` only to resume a
    /// framework whose id is in no [store](Self::store).
    pub fn new(master: impl Into<Master>, framework: FrameworkInfo) -> Self {
        let (sender, commands) = command_channel();
        Self {
            framework,
            constraints: None,
            store: Arc::new(MemoryStore::default()),
            chooses: false,
            removed: RemovedPolicy::default(),
            reconciliation: Reconciliation::default(),
            settings: Settings::default(),
            transport: Transport::new(master.into()),
            handle: SchedulerHandle::new(sender),
            commands,
        }
    }

    /// How messages are encoded. Default: protobuf.
    #[must_use]
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.settings.endpoint.encoding = encoding;
        self
    }

    /// Which agents' resources the framework wants at all: the master filters the others out. Default: no constraints.
    #[must_use]
    pub fn offer_constraints(mut self, constraints: OfferConstraints) -> Self {
        self.constraints = Some(constraints);
        self
    }

    /// Where the framework's id is kept, for the next start of the scheduler. Default: nowhere.
    ///
    /// [`run`](Self::run) begins with the stored id. The id is stored before [`Scheduler::subscribed`] is called, so
    /// before any task can be launched; if that fails, the driver ends and the framework lives on. It is cleared when
    /// [`SchedulerHandle::stop`] has been confirmed by a master, and never otherwise but by
    /// [`RemovedPolicy::RegisterNew`]. Set `framework.failover_timeout` too: it is 0 unless you do, and then the framework is
    /// gone before the next start can resume it.
    #[must_use]
    pub fn store(mut self, store: impl FrameworkStore + 'static) -> Self {
        self.store = Arc::new(store);
        self
    }

    /// Chooses the framework's id, a random UUID, and stores it before the first SUBSCRIBE, instead of taking the one
    /// that the master gives. Default: the master gives it.
    ///
    /// A master makes a new framework for each SUBSCRIBE without an id. So when its first answer is lost, or the
    /// scheduler is killed before it has stored the id, a framework is left behind that holds offers back until its
    /// `failover_timeout` has passed. With a chosen id the next SUBSCRIBE is one of the same framework. It needs a
    /// `failover_timeout`, as a master removes a framework without one when its first connection breaks. Mesos 1.11
    /// takes ids that it has never seen, for schedulers that come from another master; it is not documented.
    #[must_use]
    pub fn client_generated_id(mut self) -> Self {
        self.chooses = true;
        self
    }

    /// What to do when the framework has been removed. Default: [`RemovedPolicy::Fail`].
    #[must_use]
    pub fn removed_policy(mut self, removed: RemovedPolicy) -> Self {
        self.removed = removed;
        self
    }

    /// How what [`Scheduler::known_tasks`] and [`Scheduler::known_operations`] name is reconciled. Default:
    /// [`Reconciliation::default`].
    #[must_use]
    pub fn reconciliation(mut self, reconciliation: Reconciliation) -> Self {
        self.reconciliation = reconciliation;
        self
    }

    /// How connections are opened. Default: [`TcpConnector`](crate::TcpConnector). TLS comes on top of it.
    #[must_use]
    pub fn connector(mut self, connector: impl Connector + 'static) -> Self {
        self.transport.connector = Arc::new(connector);
        self
    }

    /// As whom to speak with the master. Default: as nobody. See [`security`](crate::security) for where the credentials
    /// are sent, and where not.
    #[must_use]
    pub fn authenticator(mut self, authenticator: impl Authenticator + 'static) -> Self {
        self.transport.authenticator = Some(Arc::new(authenticator));
        self
    }

    /// Speaks TLS, and nothing else, with the master: it must be named `https://…`, and a redirect to one without TLS is
    /// refused. Masters that ZooKeeper names are taken to speak TLS. Default: TLS with masters that are named `https://…`,
    /// as [`Tls::new`](crate::security::Tls::new) has it.
    #[cfg(any(feature = "tls", feature = "native-tls"))]
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.transport.tls = Some(tls);
        self
    }

    /// Hosts that may have the credentials, beside those in the master's text: where a master redirects to, and what
    /// ZooKeeper names. Each is a name or an IP address, a domain such as `*.example.com`, or a network such as
    /// `10.0.0.0/8`.
    ///
    /// # Errors
    ///
    /// A text that names no hosts.
    pub fn trusted_hosts<'a>(mut self, hosts: impl IntoIterator<Item = &'a str>) -> Result<Self, Error> {
        let hosts = hosts.into_iter().map(str::parse).collect::<Result<Vec<_>, _>>()?;
        self.settings.trust.hosts.extend(hosts);
        Ok(self)
    }

    /// How long to try for the first subscription before [`run`](Self::run) gives up. Default: for ever.
    #[must_use]
    pub fn subscribe_timeout(mut self, patience: Duration) -> Self {
        self.settings.patience = Some(patience);
        self
    }

    /// How long [`SchedulerHandle::stop`] may take until the master has confirmed it, and how long
    /// [`SchedulerHandle::stop_with_failover`] stays subscribed for the handler at work and for answers. A handler that has
    /// not returned by then is dropped where it awaits something, as is one that takes so long after the driver has ended
    /// in another way; one that blocks its thread can't be. Default: 15 s.
    #[must_use]
    pub fn stop_timeout(mut self, timeout: Duration) -> Self {
        self.settings.stop_timeout = timeout;
        self
    }

    /// The largest event that is taken, in bytes. A larger one ends the subscription; the driver says so in the log, and
    /// subscribes again. Default:
    /// [`DEFAULT_MAX_RECORD`](crate::wire::DEFAULT_MAX_RECORD), 64 MiB.
    ///
    /// In memory an event takes at most [`DECODED_FACTOR`](crate::wire::DECODED_FACTOR) times its size and
    /// [`DECODED_FLOOR`](crate::wire::DECODED_FLOOR); one that would take more can't be decoded.
    #[must_use]
    pub fn max_event_size(mut self, bytes: usize) -> Self {
        self.settings.endpoint.max_record = bytes;
        self
    }

    /// How many events may wait for the scheduler's methods, at least 1; further ones are left with the master
    /// until there is room, so that none is lost. Losses of the subscription and new ones, up to 32, come on top: the
    /// method that is at work may need the new one for its calls. Default: 1024.
    #[must_use]
    pub fn max_queued_events(mut self, events: usize) -> Self {
        self.settings.max_undelivered = events.max(1);
        self
    }

    /// How many bytes of memory the events that wait for the scheduler's methods may take, at least 1; the event that
    /// exceeds them is taken, further ones are left with the master. So at most about this and one event of
    /// [`max_event_size`](Self::max_event_size) are in memory. Default: 64 MiB.
    #[must_use]
    pub fn max_queued_bytes(mut self, bytes: usize) -> Self {
        self.settings.max_undelivered_bytes = bytes.max(1);
        self
    }

    /// How many updates may be [held](SchedulerHandle::acknowledge_later) at the same time. Default: 10,000.
    #[must_use]
    pub fn max_held_updates(self, updates: usize) -> Self {
        self.handle.holding.set_limit(updates);
        self
    }

    /// How long a call may be without an answer, from when it was made. As long as the master answers calls that were made
    /// before it, it waits on; and a call that was not sent yet when a connection that had worked is given up is tried on
    /// one further connection, for as long again. Default: 30 s.
    #[must_use]
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.settings.call_timeout = timeout;
        self
    }

    /// Makes calls from outside the scheduler's methods.
    pub fn handle(&self) -> SchedulerHandle {
        self.handle.clone()
    }

    /// Runs the framework until [`SchedulerHandle::stop`] or [`SchedulerHandle::stop_with_failover`].
    ///
    /// A `Box<dyn Scheduler>` can be run as well.
    ///
    /// Dropping the future ends the driver as [`SchedulerHandle::abort`] does. Must be called within a tokio runtime with
    /// I/O and time.
    ///
    /// # Errors
    ///
    /// What can't be mended by trying again: the framework was removed or has failed over to another instance, the
    /// master refuses it, no Mesos is at the address, a handler failed, the store holds another id than
    /// `framework.id` or does not do its work, or there was no subscription within
    /// [`subscribe_timeout`](Self::subscribe_timeout).
    pub async fn run<S: Scheduler + ?Sized>(self, scheduler: &mut S) -> Result<(), Error> {
        self.run_session(scheduler, Notifications::none()).await
    }

    /// Runs the framework as [`run`](Self::run) does, and calls [`NotificationHandler::notified`]
    /// with what `notifications` gives: events of the program itself, such as signals, ticks of a
    /// timer and requests of an API.
    ///
    /// The stream is polled only while no method of the scheduler is at work, and takes turns with
    /// the master's events. So nothing is queued here: if the scheduler is slow, the stream has to
    /// wait, and its own limits apply. The end of the stream does not end the driver. After a stop
    /// was asked for, nothing more is taken from it.
    ///
    /// # Errors
    ///
    /// As those of [`run`](Self::run). An `Err` of `notified` is treated like that of any other
    /// method but the two that take updates.
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
        notifications: Notifications<'_, Notify<S>>,
    ) -> Result<(), Error> {
        check(&self.framework)?;
        let (ids, stored) = FrameworkIdStore::open(self.store, &mut self.framework, self.chooses).await?;
        let (handle, commands) = (self.handle, self.commands);
        let identity = Identity::new(self.framework, self.constraints);
        let role = SchedulerRole::new(identity, self.removed, self.chooses)
            .stored(stored)
            .reconciliation(self.reconciliation, fastrand::u64(..));
        let mut handler = ToScheduler { scheduler, handle: handle.clone() };
        let (writer, ends) = (ids.clone(), (handle.commands, commands));
        let store: Store<SchedulerRole> = Box::new(move |record| writer.clone().write(record).boxed());
        let handler = (&mut handler, notifications);
        match run(role, self.settings, (self.transport, store), ends, handler).await? {
            Outcome::TornDown => ids.forget().await,
            Outcome::Left => Ok(()),
        }
    }
}

/// Finds the mistakes that a master would answer with a text that does not say what to do.
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
