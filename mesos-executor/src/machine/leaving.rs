//! When an executor leaves: without a task, and with all updates acknowledged.

use std::time::Duration;

/// How long the agent may take to acknowledge the last update.
const LAST_ACKNOWLEDGEMENT: Duration = Duration::from_secs(60);

/// What an executor waits for before it leaves.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leaving {
    connected: bool,
    unacknowledged: usize,
    /// Since when it only waits for acknowledgements.
    over: Option<Duration>,
    left: bool,
}

impl Leaving {
    pub(crate) fn subscribed(&mut self, now: Duration) {
        self.connected = true;
        self.over = self.over.map(|_| now);
    }

    pub(crate) fn disconnected(&mut self) {
        self.connected = false;
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.connected
    }

    /// Records that an update was sent.
    pub(crate) fn sent(&mut self) {
        self.unacknowledged += 1;
    }

    pub(crate) fn acknowledged(&mut self) {
        self.unacknowledged = self.unacknowledged.saturating_sub(1);
    }

    /// Begins to leave, because no task is left.
    pub(crate) fn begin(&mut self, now: Duration) {
        self.over = self.over.or(Some(now));
    }

    /// Stays after all, because a task was launched.
    pub(crate) fn cancel(&mut self) {
        self.over = None;
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.over.is_some()
    }

    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.over
            .filter(|_| self.connected && !self.left)
            .map(|over| over.saturating_add(LAST_ACKNOWLEDGEMENT))
    }

    /// Returns, once, whether it is time to leave.
    pub(crate) fn is_due(&mut self, now: Duration) -> bool {
        let late = self.deadline().is_some_and(|deadline| now >= deadline);
        let due = self.over.is_some() && !self.left && (late || self.unacknowledged == 0);
        self.left |= due;
        due
    }
}
