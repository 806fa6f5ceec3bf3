//! Which connections are served, and which has to go when there are too many.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// The connections of one server that it waits on: for a head, for a body, for the client to read.
#[derive(Debug, Default)]
pub(super) struct Seats {
    waiting: Mutex<Waiting>,
    /// There is one more to wait on.
    more: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    last: u64,
    /// How to end each, the one that is waited on longest first.
    since: BTreeMap<u64, Arc<Notify>>,
}

impl Seats {
    /// A new connection, which is waited on.
    pub(super) fn take(self: &Arc<Self>) -> Seat {
        let seat = Seat { seats: Arc::clone(self), end: Arc::default(), since: Mutex::default() };
        seat.wait();
        seat
    }

    /// Returns when there may be one more to wait on.
    pub(super) async fn more(&self) {
        self.more.notified().await;
    }

    /// Ends the connection that has been waited on longest, if there is any.
    pub(super) fn end_one(&self) -> bool {
        let longest = self.lock().since.pop_first();
        longest.map(|(_, end)| end.notify_one()).is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection.
#[derive(Debug)]
pub(super) struct Seat {
    seats: Arc<Seats>,
    end: Arc<Notify>,
    /// Its place among those that are waited on.
    since: Mutex<Option<u64>>,
}

impl Seat {
    /// It is the client's turn.
    pub(super) fn wait(&self) {
        self.work();
        let mut waiting = self.seats.lock();
        waiting.last += 1;
        let since = waiting.last;
        waiting.since.insert(since, Arc::clone(&self.end));
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = Some(since);
        self.seats.more.notify_one();
    }

    /// It is the server's turn: the connection must not be ended now.
    pub(super) fn work(&self) {
        let since = self.since.lock().unwrap_or_else(PoisonError::into_inner).take();
        since.map(|since| self.seats.lock().since.remove(&since));
    }

    /// Returns when the connection has to go.
    pub(super) async fn ended(&self) {
        self.end.notified().await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.work();
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[test]
    fn the_one_that_was_waited_on_longest_goes_and_none_that_is_worked_for() {
        let seats = Arc::<Seats>::default();
        let [first, second, third] = [seats.take(), seats.take(), seats.take()];
        let has_to_go = |seat: &Seat| seat.ended().now_or_never().is_some();
        first.work();
        second.wait();
        assert!(seats.end_one());
        assert!(has_to_go(&third) && !has_to_go(&second) && !has_to_go(&first));
        drop(second);
        assert!(!seats.end_one() && !has_to_go(&first));
    }
}
