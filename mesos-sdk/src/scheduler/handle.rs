//! The calls of a scheduler.

use std::fmt;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use bytes::Bytes;

use super::call;
use super::event::DeliveryToken;
use super::held::{HeldUpdate, Holding};
use super::reconciliation::{KnownOperation, KnownTask};
use super::role::{HandleEvent, SchedulerRole};
use crate::operator::MasterOperator;
use crate::proto::v1::offer::Operation;
use crate::proto::v1::scheduler::{Call, OfferConstraints};
use crate::proto::v1::{
    AgentId, ExecutorId, Filters, FrameworkInfo, KillPolicy, OfferId, OperationStatus, Request, TaskId,
    TaskInfo, TaskStatus,
};
use crate::session::{CallFuture, CallMode, CommandSender, DriverStatus, Stop};
use crate::validation::fatal;
use crate::{Error, ErrorKind};

/// Makes calls, from handlers and from any other task. Cheap to clone.
///
/// Each method queues its call at once, behind those made before, and returns a [`CallFuture`] to
/// await or to detach. While the driver is not subscribed, or does not run yet, a call is not sent:
/// its result is [`ErrorKind::NotSubscribed`](crate::ErrorKind::NotSubscribed); see
/// [`when_subscribed`](Self::when_subscribed). `Ok` means that the master has accepted the call;
/// its effect is reported by events.
#[derive(Clone)]
pub struct SchedulerHandle {
    pub(super) commands: CommandSender<SchedulerRole>,
    pub(super) holding: Arc<Holding>,
    /// The driver's client, as long as the driver exists.
    pub(super) operator: Weak<Mutex<MasterOperator>>,
    mode: CallMode,
}

impl SchedulerHandle {
    pub(super) fn new(commands: CommandSender<SchedulerRole>, operator: Weak<Mutex<MasterOperator>>) -> Self {
        Self { commands, holding: Arc::default(), operator, mode: CallMode::Now }
    }

    /// Returns a handle whose calls wait, in order and at most this long, while the driver is not
    /// subscribed. Then their result is [`NotSubscribed`](crate::ErrorKind::NotSubscribed). Each
    /// call has its own time, which also passes before the driver runs. Up to 65,536 calls may
    /// wait; a further one is [`Overloaded`](crate::ErrorKind::Overloaded). When the driver is
    /// stopped they fail at once.
    ///
    /// Use it for calls that are still right later: a reconciliation, a revival, a message. Offers
    /// are void after a new subscription, so it makes no sense to wait with `accept`, `launch` or
    /// `decline`; for a kill there is [`kill_until_terminal`](Self::kill_until_terminal).
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use mesos_sdk::SchedulerHandle;
    /// # async fn example(handle: &SchedulerHandle) -> Result<(), mesos_sdk::Error> {
    /// handle.when_subscribed(Duration::from_secs(60)).revive_all().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn when_subscribed(&self, timeout: Duration) -> Self {
        Self { mode: CallMode::Within(timeout), ..self.clone() }
    }

    /// Returns what the driver is doing: whether it is subscribed, with which master, how long ago
    /// the last event arrived, and what waits in its queues. It neither waits nor sends anything,
    /// and may be called at any time, before `run` and after it as well.
    ///
    /// The values are those of the driver's last turn; while a method blocks its thread, they do
    /// not change.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use mesos_sdk::SchedulerHandle;
    /// fn is_healthy(handle: &SchedulerHandle) -> bool {
    ///     let status = handle.status();
    ///     let is_silent = status.since_last_event.is_none_or(|time| time > Duration::from_secs(75));
    ///     status.is_subscribed && !is_silent && status.queued_events < 500
    /// }
    /// ```
    pub fn status(&self) -> DriverStatus {
        self.commands.status()
    }

    /// Uses offers of one agent and role for `operations`, and declines what is left of them for 5
    /// s. If one of the offers is void, all are: each task that was to be launched is reported as
    /// lost.
    ///
    /// # Errors
    ///
    /// [`Invalid`](crate::ErrorKind::Invalid) for calls that crash a master of Mesos 1.11 instead
    /// of being rejected, which are not sent: a task group that contains a task id twice; a
    /// `RESERVE`, `UNRESERVE` or `CREATE` whose resources are all empty; and a resource of type
    /// `TEXT`.
    pub fn accept(
        &self,
        offers: impl IntoIterator<Item = OfferId>,
        operations: impl IntoIterator<Item = Operation>,
    ) -> CallFuture {
        self.accept_with(offers, operations, None)
    }

    /// [Accepts](Self::accept) offers, and declines what is left of them for the time in `filters`,
    /// which may be a [`Duration`](std::time::Duration). With zero it is offered again at once.
    ///
    /// # Errors
    ///
    /// As for [`accept`](Self::accept).
    pub fn accept_with_filters(
        &self,
        offers: impl IntoIterator<Item = OfferId>,
        operations: impl IntoIterator<Item = Operation>,
        filters: impl Into<Filters>,
    ) -> CallFuture {
        self.accept_with(offers, operations, Some(filters.into()))
    }

    /// [Accepts](Self::accept) offers to launch `tasks`.
    pub fn launch(
        &self,
        offers: impl IntoIterator<Item = OfferId>,
        tasks: impl IntoIterator<Item = TaskInfo>,
    ) -> CallFuture {
        self.accept_with(offers, [launch(tasks)], None)
    }

    /// [Launches](Self::launch) `tasks`, and declines what is left of the offers for the time in
    /// `filters`, as [`accept_with_filters`](Self::accept_with_filters) does.
    pub fn launch_with_filters(
        &self,
        offers: impl IntoIterator<Item = OfferId>,
        tasks: impl IntoIterator<Item = TaskInfo>,
        filters: impl Into<Filters>,
    ) -> CallFuture {
        self.accept_with(offers, [launch(tasks)], Some(filters.into()))
    }

    fn accept_with(
        &self,
        offers: impl IntoIterator<Item = OfferId>,
        operations: impl IntoIterator<Item = Operation>,
        filters: Option<Filters>,
    ) -> CallFuture {
        let operations: Vec<_> = operations.into_iter().collect();
        match operations.iter().try_for_each(fatal::operation) {
            Ok(()) => self.call(call::accept(offers.into_iter().collect(), operations, filters)),
            Err(reason) => {
                let text =
                    format!("the ACCEPT was not sent, because a master of Mesos 1.11 would crash: {reason}");
                CallFuture::refused("ACCEPT", Error::new(ErrorKind::Invalid, text))
            }
        }
    }

    /// Declines offers. Their resources are not offered again for 5 s.
    pub fn decline(&self, offers: impl IntoIterator<Item = OfferId>) -> CallFuture {
        self.call(call::decline(offers.into_iter().collect(), None))
    }

    /// Declines offers. Their resources are not offered again for this time, which is limited to a
    /// year.
    pub fn decline_for(&self, offers: impl IntoIterator<Item = OfferId>, time: Duration) -> CallFuture {
        self.call(call::decline(offers.into_iter().collect(), Some(time.into())))
    }

    /// Kills a task. Best effort: a KILL may get lost, see
    /// [`kill_until_terminal`](Self::kill_until_terminal). If the master does not know the task, an
    /// update reports that. With the wrong agent the call is ignored.
    pub fn kill(&self, task: TaskId, agent: Option<AgentId>) -> CallFuture {
        self.call(call::kill(task, agent, None))
    }

    /// [Kills](Self::kill) a task with another kill policy than its own, which sets how long it may
    /// take to end by itself.
    pub fn kill_with_policy(&self, task: TaskId, agent: Option<AgentId>, policy: KillPolicy) -> CallFuture {
        self.call(call::kill(task, agent, Some(policy)))
    }

    /// [Kills](Self::kill) a task, repeatedly, until an update reports that it has ended: again
    /// after 5 to 10 s, then at growing intervals up to 2 min, and after each new subscription.
    /// `policy` is as in [`kill_with_policy`](Self::kill_with_policy).
    ///
    /// `Ok` means that an update has arrived with a terminal state, or with `TASK_UNKNOWN`, in
    /// which case neither the master nor an agent knows the task. An unreachable task is killed
    /// when its agent is back. `agent` must be the right one, if given: with a wrong one the master
    /// ignores every repetition. Dropping the future does not end the repetition.
    ///
    /// # Errors
    ///
    /// [`NotSubscribed`](crate::ErrorKind::NotSubscribed) if the driver does not run within 5 s,
    /// [`Stopped`](crate::ErrorKind::Stopped) if it ends first, an error if the master rejects the
    /// call, and [`Overloaded`](crate::ErrorKind::Overloaded) if 10,000 kills are being repeated
    /// already. A KILL that gets lost, for instance because there is no subscription, is not an
    /// error.
    pub fn kill_until_terminal(
        &self,
        task: TaskId,
        agent: Option<AgentId>,
        policy: Option<KillPolicy>,
    ) -> CallFuture {
        self.commands.call(call::kill(task, agent, policy), CallMode::Repeated)
    }

    /// Ends an executor and all its tasks.
    pub fn shutdown(&self, executor: ExecutorId, agent: AgentId) -> CallFuture {
        self.call(call::shutdown(executor, agent))
    }

    /// Promises to free the resources of inverse offers in time. They are sent again after 5 s.
    pub fn accept_inverse_offers(&self, offers: impl IntoIterator<Item = OfferId>) -> CallFuture {
        self.call(call::accept_inverse_offers(offers.into_iter().collect(), None))
    }

    /// Promises to free the resources of inverse offers in time. They are sent again after this
    /// time.
    pub fn accept_inverse_offers_for(
        &self,
        offers: impl IntoIterator<Item = OfferId>,
        time: Duration,
    ) -> CallFuture {
        self.call(call::accept_inverse_offers(offers.into_iter().collect(), Some(time.into())))
    }

    /// Refuses to free the resources of inverse offers. They are sent again after 5 s.
    pub fn decline_inverse_offers(&self, offers: impl IntoIterator<Item = OfferId>) -> CallFuture {
        self.call(call::decline_inverse_offers(offers.into_iter().collect(), None))
    }

    /// Refuses to free the resources of inverse offers. They are sent again after this time.
    pub fn decline_inverse_offers_for(
        &self,
        offers: impl IntoIterator<Item = OfferId>,
        time: Duration,
    ) -> CallFuture {
        self.call(call::decline_inverse_offers(offers.into_iter().collect(), Some(time.into())))
    }

    /// Requests the latest state of these tasks, which updates without a uuid report. Without any
    /// tasks nothing is sent.
    pub fn reconcile(&self, tasks: impl IntoIterator<Item = KnownTask>) -> CallFuture {
        self.call_unless_empty(tasks, call::reconcile)
    }

    /// Requests the latest state of all tasks that the master knows, which updates without a uuid
    /// report.
    pub fn reconcile_all(&self) -> CallFuture {
        self.call(call::reconcile(Vec::new()))
    }

    /// Requests the latest state of these operations, which operation updates without a uuid
    /// report. Without any operations nothing is sent.
    pub fn reconcile_operations(&self, operations: impl IntoIterator<Item = KnownOperation>) -> CallFuture {
        self.call_unless_empty(operations, call::reconcile_operations)
    }

    /// Requests the latest state of all operations that the master knows, which operation updates
    /// without a uuid report.
    pub fn reconcile_all_operations(&self) -> CallFuture {
        self.call(call::reconcile_operations(Vec::new()))
    }

    /// Reconciles what [`Scheduler::known_tasks`](super::Scheduler::known_tasks) and
    /// [`Scheduler::known_operations`](super::Scheduler::known_operations) return; a reconciliation
    /// that is under way starts from the beginning. Does nothing without a subscription, because
    /// the next one begins with a reconciliation.
    pub fn reconcile_known(&self) {
        self.commands.send_event(HandleEvent::Reconcile);
    }

    /// Requests resources. The default allocator of Mesos ignores it.
    pub fn request(&self, requests: impl IntoIterator<Item = Request>) -> CallFuture {
        self.call(call::request(requests.into_iter().collect()))
    }

    /// Replaces the framework's info, its suppressed roles and its offer constraints. The driver
    /// subscribes with them from then on. The user, the principal and `checkpoint` cannot be
    /// changed.
    pub fn update_framework(
        &self,
        framework: FrameworkInfo,
        suppressed_roles: Vec<String>,
        constraints: Option<OfferConstraints>,
    ) -> CallFuture {
        self.call(call::update_framework(framework, suppressed_roles, constraints))
    }

    /// Sends `data` to an executor. Best effort.
    pub fn message(&self, agent: AgentId, executor: ExecutorId, data: Bytes) -> CallFuture {
        self.call(call::message(agent, executor, data))
    }

    /// Resumes offers for these roles, and clears their filters. Without any roles nothing is sent.
    pub fn revive(&self, roles: impl IntoIterator<Item: Into<String>>) -> CallFuture {
        self.call_unless_empty(roles.into_iter().map(Into::into), call::revive)
    }

    /// Resumes offers for all roles of the framework, and clears all filters.
    pub fn revive_all(&self) -> CallFuture {
        self.call(call::revive(Vec::new()))
    }

    /// Stops offers for these roles until [`revive`](Self::revive). Without any roles nothing is
    /// sent. The roles remain suppressed when the driver subscribes again.
    pub fn suppress(&self, roles: impl IntoIterator<Item: Into<String>>) -> CallFuture {
        self.call_unless_empty(roles.into_iter().map(Into::into), call::suppress)
    }

    /// Stops all offers until [`revive_all`](Self::revive_all). The roles remain suppressed when
    /// the driver subscribes again.
    pub fn suppress_all(&self) -> CallFuture {
        self.call(call::suppress(Vec::new()))
    }

    /// Holds the update that [`Scheduler::update`](super::Scheduler::update) is handling: it is
    /// acknowledged by the [`HeldUpdate`], not when the method returns, whatever the method
    /// returns.
    ///
    /// # Errors
    ///
    /// [`Invalid`](crate::ErrorKind::Invalid) if the update has no uuid, so that there is nothing
    /// to acknowledge, or if the method that handles it has returned or has held it already.
    /// [`Overloaded`](crate::ErrorKind::Overloaded) if as many updates are held as
    /// [`max_held_updates`](super::SchedulerDriver::max_held_updates) allows.
    pub fn acknowledge_later(&self, status: &TaskStatus) -> Result<HeldUpdate, Error> {
        self.holding.hold(&self.commands, DeliveryToken::of(status))
    }

    /// Holds the update that [`Scheduler::operation_update`](super::Scheduler::operation_update) is
    /// handling.
    ///
    /// # Errors
    ///
    /// As for [`acknowledge_later`](Self::acknowledge_later).
    pub fn acknowledge_operation_later(&self, status: &OperationStatus) -> Result<HeldUpdate, Error> {
        self.holding.hold(&self.commands, DeliveryToken::of_operation(status))
    }

    /// Ends the framework: the master kills its tasks, and its id can never be used again.
    /// [`run`](super::SchedulerDriver::run) returns once the master has confirmed it, or with an
    /// error after [`stop_timeout`](super::SchedulerDriver::stop_timeout).
    pub fn stop(&self) {
        self.commands.stop(Stop::Teardown);
    }

    /// Ends this driver, and leaves the framework to another instance with the same framework id,
    /// now or later. The tasks continue for the framework's `failover_timeout`, whose default is 0.
    /// [`run`](super::SchedulerDriver::run) returns when the handler at work has returned and the
    /// calls made before have their responses, or after
    /// [`stop_timeout`](super::SchedulerDriver::stop_timeout). If the handler of an update returns
    /// `Ok` by then, the update is acknowledged. Events that have not reached a handler yet go to
    /// the other instance.
    pub fn stop_with_failover(&self) {
        self.commands.stop(Stop::Leave);
    }

    /// Ends this driver at once, as if its process had been killed: nothing more is sent, not even
    /// the acknowledgement of the update that is being handled, and calls without a response fail
    /// with [`Stopped`](crate::ErrorKind::Stopped). The framework continues as after
    /// [`stop_with_failover`](Self::stop_with_failover). [`run`](super::SchedulerDriver::run)
    /// returns `Ok` when the handler at work has returned, at the latest after
    /// [`stop_timeout`](super::SchedulerDriver::stop_timeout).
    pub fn abort(&self) {
        self.commands.stop(Stop::Abort);
    }

    /// Makes a call unless its list is empty. To Mesos an empty list means everything, which is not
    /// what an empty list of the user means.
    fn call_unless_empty<T>(
        &self,
        items: impl IntoIterator<Item = T>,
        call: fn(Vec<T>) -> Box<Call>,
    ) -> CallFuture {
        let items: Vec<_> = items.into_iter().collect();
        if items.is_empty() { CallFuture::ready() } else { self.call(call(items)) }
    }

    fn call(&self, call: Box<Call>) -> CallFuture {
        self.commands.call(call, self.mode)
    }
}

fn launch(tasks: impl IntoIterator<Item = TaskInfo>) -> Operation {
    Operation::launch(tasks.into_iter().collect())
}

impl fmt::Debug for SchedulerHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SchedulerHandle")
    }
}
