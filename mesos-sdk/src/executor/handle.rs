//! The calls of an executor.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;

use super::call;
use super::role::ExecutorRole;
use crate::ids;
use crate::proto::v1::TaskStatus;
use crate::session::{CallFuture, CallMode, CommandSender, DriverStatus, Stop};

/// Makes calls, from handlers and from any other task. Cheap to clone.
///
/// Each method queues its call at once, behind those made before, and returns a [`CallFuture`] to
/// await or to detach.
#[derive(Clone)]
pub struct ExecutorHandle(pub(super) CommandSender<ExecutorRole>);

impl ExecutorHandle {
    /// Reports the state of a task. Set `task_id`, `state`, and any other fields with more
    /// information. The driver sets the uuid, the source, the executor's id and, unless it is set,
    /// the time.
    ///
    /// The driver keeps the update until the agent has acknowledged it, and resends it whenever it
    /// subscribes again; so the result is `Ok` even while the agent cannot be reached. The agent
    /// acknowledges an update once it has stored it: from then on the agent delivers it to the
    /// scheduler.
    ///
    /// # Errors
    ///
    /// `TASK_STAGING` and `TASK_UNREACHABLE`, which an executor must not report; an update that the
    /// agent rejects as malformed; and more than 100,000 unacknowledged updates.
    pub fn update(&self, mut status: TaskStatus) -> CallFuture {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        status.timestamp.get_or_insert(now.as_secs_f64());
        status.uuid = Some(Bytes::copy_from_slice(ids::uuid().as_bytes()));
        self.0.call(call::update(status), CallMode::Now)
    }

    /// Sends `data` to the scheduler. Best effort: while the agent cannot be reached it is not
    /// sent, and the result is [`ErrorKind::NotSubscribed`](crate::ErrorKind::NotSubscribed).
    pub fn message(&self, data: Bytes) -> CallFuture {
        self.0.call(call::message(data), CallMode::Now)
    }

    /// Returns what the driver is doing: whether it is subscribed, with which agent, how long ago
    /// the last event arrived, and what waits in its queues. It neither waits nor sends anything,
    /// and may be called at any time, before `run` and after it as well.
    ///
    /// The values are those of the driver's last turn; while a method blocks its thread, they do
    /// not change.
    ///
    /// ```
    /// # use mesos_sdk::ExecutorHandle;
    /// fn has_reported_all(handle: &ExecutorHandle) -> bool {
    ///     let status = handle.status();
    ///     status.is_subscribed && status.queued_calls + status.unanswered_calls == 0
    /// }
    /// ```
    pub fn status(&self) -> DriverStatus {
        self.0.status()
    }

    /// Ends the driver when every update is acknowledged, at the latest after the agent's shutdown
    /// grace period.
    pub fn stop(&self) {
        self.0.stop(Stop::Drain);
    }
}

impl fmt::Debug for ExecutorHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ExecutorHandle")
    }
}
