//! What handles report about their driver.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::Address;
use crate::duration::after;
use crate::proto::v1::FrameworkId;

/// The status of a machine.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Snapshot<'a> {
    pub(crate) is_subscribed: bool,
    /// The id with which it subscribes.
    pub(crate) framework_id: Option<&'a str>,
    /// The peer that it is subscribed or connecting to, or the leader that it knows.
    pub(crate) peer: Option<&'a Address>,
    pub(crate) last_event: Option<Duration>,
    /// Calls that wait for a subscription.
    pub(crate) waiting_calls: usize,
    /// Calls that were sent and have no response.
    pub(crate) unanswered_calls: usize,
    /// Deliveries whose handler has not returned, and the approximate number of bytes that they
    /// take.
    pub(crate) deliveries: usize,
    pub(crate) bytes: usize,
}

/// What a driver is doing, from [`SchedulerHandle::status`](crate::SchedulerHandle::status) or
/// [`ExecutorHandle::status`](crate::ExecutorHandle::status).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DriverStatus {
    /// Whether the driver is subscribed, so that calls are sent. Not before it runs, not while a
    /// lost subscription is renewed, and not after the end.
    pub is_subscribed: bool,
    /// The framework's id: of a scheduler, from the store, from
    /// [`FrameworkInfo`](crate::proto::v1::FrameworkInfo), or from the master with the first
    /// subscription; of an executor, from its environment. `None` before the driver runs.
    pub framework_id: Option<FrameworkId>,
    /// The master, or an executor's agent, that the driver is subscribed or connecting to,
    /// otherwise the leader that the detector last named. `None` while none is known, and while the
    /// driver does not run.
    pub peer: Option<Address>,
    /// How long ago the last event arrived, including heartbeats, in this or an earlier
    /// subscription. `None` before the first.
    pub since_last_event: Option<Duration>,
    /// Calls that were made and not sent: they wait for the driver, or for a subscription (see
    /// [`when_subscribed`](crate::SchedulerHandle::when_subscribed)).
    pub queued_calls: usize,
    /// Calls that were sent and have no response, including the driver's own, such as
    /// acknowledgements.
    pub unanswered_calls: usize,
    /// Events, and queries such as [`known_tasks`](crate::Scheduler::known_tasks), that the
    /// methods of the scheduler or executor have not handled, including the one that a method is
    /// handling now.
    pub queued_events: usize,
    /// How many bytes of memory these take, approximately.
    pub queued_bytes: usize,
}

/// The latest status. The engine writes it once per turn, and handles read it.
#[derive(Debug, Default)]
pub(super) struct Published {
    start: OnceLock<Instant>,
    is_subscribed: AtomicBool,
    /// In nanoseconds since the start, at least 1; 0 before the first event.
    last_event: AtomicU64,
    waiting_calls: AtomicUsize,
    unanswered_calls: AtomicUsize,
    deliveries: AtomicUsize,
    bytes: AtomicUsize,
    names: Mutex<Names>,
}

/// What rarely changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    framework_id: Option<String>,
    peer: Option<Address>,
}

impl Published {
    /// Marks the start of the engine.
    pub(super) fn begin(&self, start: Instant) {
        self.start.get_or_init(|| start);
    }

    /// Publishes a status. `published` contains the names that were published last. Returns whether
    /// the framework id is another one.
    pub(super) fn publish(&self, snapshot: &Snapshot<'_>, published: &mut Names) -> bool {
        self.is_subscribed.store(snapshot.is_subscribed, Ordering::Relaxed);
        if let Some(last) = snapshot.last_event {
            let last = u64::try_from(last.as_nanos()).unwrap_or(u64::MAX);
            self.last_event.store(last.saturating_add(1), Ordering::Relaxed);
        }
        let counts = [
            (&self.waiting_calls, snapshot.waiting_calls),
            (&self.unanswered_calls, snapshot.unanswered_calls),
            (&self.deliveries, snapshot.deliveries),
            (&self.bytes, snapshot.bytes),
        ];
        for (published, count) in counts {
            published.store(count, Ordering::Relaxed);
        }
        let Names { framework_id, peer } = published;
        let is_new = framework_id.as_deref() != snapshot.framework_id;
        if is_new || peer.as_ref() != snapshot.peer {
            *framework_id = snapshot.framework_id.map(str::to_owned);
            *peer = snapshot.peer.cloned();
            self.names().clone_from(published);
        }
        is_new
    }

    /// Publishes that the driver has ended, so that nothing waits.
    pub(super) fn end(&self) {
        self.is_subscribed.store(false, Ordering::Relaxed);
        for count in [&self.waiting_calls, &self.unanswered_calls, &self.deliveries, &self.bytes] {
            count.store(0, Ordering::Relaxed);
        }
        self.names().peer = None;
    }

    /// Returns the status, including what waits for the engine.
    pub(super) fn status(&self, calls_for_engine: usize) -> DriverStatus {
        let Names { framework_id, peer } = self.names().clone();
        DriverStatus {
            is_subscribed: self.is_subscribed.load(Ordering::Relaxed),
            framework_id: framework_id.map(FrameworkId::from),
            peer,
            since_last_event: self.since_last_event(),
            queued_calls: calls_for_engine.saturating_add(self.waiting_calls.load(Ordering::Relaxed)),
            unanswered_calls: self.unanswered_calls.load(Ordering::Relaxed),
            queued_events: self.deliveries.load(Ordering::Relaxed),
            queued_bytes: self.bytes.load(Ordering::Relaxed),
        }
    }

    fn since_last_event(&self) -> Option<Duration> {
        let last = Duration::from_nanos(self.last_event.load(Ordering::Relaxed).checked_sub(1)?);
        let last = after(*self.start.get()?, last);
        Some(Instant::now().saturating_duration_since(last))
    }

    fn names(&self) -> MutexGuard<'_, Names> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(peer: &Address) -> Snapshot<'_> {
        Snapshot {
            is_subscribed: true,
            framework_id: Some("f"),
            peer: Some(peer),
            last_event: Some(Duration::from_secs(1)),
            waiting_calls: 1,
            unanswered_calls: 3,
            deliveries: 4,
            bytes: 5,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn handles_read_the_latest_snapshot() {
        let (published, mut names) = (Published::default(), Names::default());
        let before = published.status(2);
        assert!(!before.is_subscribed && before.framework_id.is_none() && before.since_last_event.is_none());
        assert_eq!(before.queued_calls, 2);
        published.begin(Instant::now());
        tokio::time::advance(Duration::from_secs(3)).await;
        for peer in [Address::new("one", 1), Address::new("two", 2)] {
            assert_eq!(
                published.publish(&snapshot(&peer), &mut names),
                peer.port() == 1,
                "the id is new once"
            );
            let status = published.status(2);
            assert!(status.is_subscribed && status.framework_id == Some(FrameworkId::from("f")));
            assert_eq!((status.peer, status.since_last_event), (Some(peer), Some(Duration::from_secs(2))));
            assert_eq!((status.queued_calls, status.unanswered_calls), (3, 3));
            assert_eq!((status.queued_events, status.queued_bytes), (4, 5));
        }
    }

    #[test]
    fn after_the_end_nothing_waits() {
        let (published, mut names) = (Published::default(), Names::default());
        published.publish(&snapshot(&Address::new("one", 1)), &mut names);
        published.end();
        let status = published.status(0);
        assert!(!status.is_subscribed && status.peer.is_none());
        assert_eq!(status.framework_id, Some(FrameworkId::from("f")));
        let counts =
            [status.queued_calls, status.unanswered_calls, status.queued_events, status.queued_bytes];
        assert_eq!(counts, [0; 4]);
    }
}
