//! Calls of an executor.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;

use super::call;
use super::role::ExecutorRole;
use crate::ids;
use crate::proto::v1::TaskStatus;
use crate::session::{CallFuture, CallMode, CommandSender, Stop};

/// Makes calls: from inside handlers and from any other task. Cheap to clone.
///
/// Each method queues its call at once, behind those made before, and gives a [`CallFuture`] to await or to detach.
#[derive(Clone)]
pub struct ExecutorHandle(pub(super) CommandSender<ExecutorRole>);

impl ExecutorHandle {
    /// Reports the state of a task: set `task_id` and `state`, and what else there is to say. The driver fills in the
    /// uuid, the source, the executor's id and, unless it is set, the time.
    ///
    /// The driver keeps the update until the agent has acknowledged it, and sends it again whenever it has to subscribe
    /// again; so the result is `Ok` too while the agent can't be reached. The agent does so when it has written the
    /// update down: from then on it sees to it that the scheduler gets it.
    ///
    /// # Errors
    ///
    /// `TASK_STAGING` and `TASK_UNREACHABLE`, which are not for an executor to say, what the agent refuses as malformed,
    /// and more than 100,000 unacknowledged updates.
    pub fn update(&self, mut status: TaskStatus) -> CallFuture {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        status.timestamp.get_or_insert(now.as_secs_f64());
        status.uuid = Some(Bytes::copy_from_slice(ids::uuid().as_bytes()));
        self.0.call(call::update(status), CallMode::Now)
    }

    /// Sends `data` to the scheduler. Best effort: while the agent can't be reached it is not sent, and the result is
    /// [`ErrorKind::NotSubscribed`](crate::ErrorKind::NotSubscribed).
    pub fn message(&self, data: Bytes) -> CallFuture {
        self.0.call(call::message(data), CallMode::Now)
    }

    /// Ends the driver when every update is acknowledged, at the latest after the agent's shutdown grace period.
    pub fn stop(&self) {
        self.0.stop(Stop::Drain);
    }
}

impl fmt::Debug for ExecutorHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ExecutorHandle")
    }
}
