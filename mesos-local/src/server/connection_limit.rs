//! Which connections are served, and which has to go when there are too many.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, SemaphorePermit};
use tokio::task::yield_now;

use super::limits::{MAX_DECODED_AT_ONCE, MAX_HELD_BYTES};

/// What the memory of calls is counted in, in bytes.
const UNIT: usize = 1 << 10;

/// A part of the memory that calls may take.
pub(super) type Room = OwnedSemaphorePermit;

/// The right to do work that takes far longer than the request for it.
pub(super) type Turn<'a> = SemaphorePermit<'a>;

/// The connections of one server that it waits on: for a head, for a body, for the client to read.
#[derive(Debug)]
pub(super) struct ConnectionLimit {
    waiting: Mutex<Waiting>,
    /// There is one more to wait on.
    more: Notify,
    /// How many bytes of bodies they have sent.
    held: AtomicUsize,
    /// What further calls may take.
    room: Arc<Semaphore>,
    /// Whose turn it is.
    turn: Semaphore,
}

impl Default for ConnectionLimit {
    fn default() -> Self {
        let room = Arc::new(Semaphore::new(MAX_DECODED_AT_ONCE / UNIT));
        let turn = Semaphore::new(1);
        Self { waiting: Mutex::default(), more: Notify::default(), held: AtomicUsize::default(), room, turn }
    }
}

#[derive(Debug, Default)]
struct Waiting {
    last: u64,
    /// How to end each, the one that is waited on longest first.
    since: BTreeMap<u64, Arc<Notify>>,
}

impl ConnectionLimit {
    /// Registers a new connection.
    pub(super) fn take(self: &Arc<Self>) -> Permit {
        let limit = Arc::clone(self);
        let permit =
            Permit { limit, end: Arc::default(), since: Mutex::default(), held: AtomicUsize::default() };
        permit.wait();
        permit
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
pub(super) struct Permit {
    limit: Arc<ConnectionLimit>,
    end: Arc<Notify>,
    /// Its place among those that are waited on.
    since: Mutex<Option<u64>>,
    /// How many bytes of a body it has sent.
    held: AtomicUsize,
}

impl Permit {
    /// Marks that the client is to send next.
    pub(super) fn wait(&self) {
        self.work();
        let mut waiting = self.limit.lock();
        waiting.last += 1;
        let since = waiting.last;
        waiting.since.insert(since, Arc::clone(&self.end));
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = Some(since);
        self.limit.more.notify_one();
    }

    /// Counts more bytes of a body that is not complete yet.
    pub(super) fn hold(&self, bytes: usize) {
        self.held.fetch_add(bytes, Ordering::AcqRel);
        if self.limit.held.fetch_add(bytes, Ordering::AcqRel) + bytes > MAX_HELD_BYTES {
            self.limit.end_one();
        }
    }

    /// Marks that the server is at work, so that the connection must not be ended.
    pub(super) fn work(&self) {
        let since = self.since.lock().unwrap_or_else(PoisonError::into_inner).take();
        since.map(|since| self.limit.lock().since.remove(&since));
        self.limit.held.fetch_sub(self.held.swap(0, Ordering::AcqRel), Ordering::AcqRel);
    }

    /// Reserves room for a call that takes this much memory, if there is any.
    pub(super) fn room(&self, bytes: usize) -> Option<Room> {
        Arc::clone(&self.limit.room).try_acquire_many_owned(units(bytes)).ok()
    }

    /// Registers a new connection as soon as there is room.
    pub(super) async fn wait_for_room(&self, bytes: usize) -> Option<Room> {
        Arc::clone(&self.limit.room).acquire_many_owned(units(bytes)).await.ok()
    }

    /// Waits until no other connection has the turn, and everybody else had a chance to proceed.
    pub(super) async fn turn(&self) -> Option<Turn<'_>> {
        let turn = self.limit.turn.acquire().await.ok();
        yield_now().await;
        turn
    }

    /// Returns when the connection has to go.
    pub(super) async fn ended(&self) {
        self.end.notified().await;
    }
}

/// Returns the units for this many bytes: at most all that there are.
fn units(bytes: usize) -> u32 {
    u32::try_from(bytes.min(MAX_DECODED_AT_ONCE).div_ceil(UNIT)).unwrap_or(u32::MAX)
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.work();
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[test]
    fn longest_idle_connection_goes_first() {
        let limit = Arc::<ConnectionLimit>::default();
        let [first, second, third] = [limit.take(), limit.take(), limit.take()];
        let has_to_go = |permit: &Permit| permit.ended().now_or_never().is_some();
        first.work();
        second.wait();
        assert!(limit.end_one());
        assert!(has_to_go(&third) && !has_to_go(&second) && !has_to_go(&first));
        drop(second);
        assert!(!limit.end_one() && !has_to_go(&first));
    }

    #[test]
    fn calls_that_are_too_much_together_wait() {
        let limit = Arc::<ConnectionLimit>::default();
        let (permit, half) = (limit.take(), MAX_DECODED_AT_ONCE / 2);
        let (first, second) = (permit.room(half).unwrap(), permit.room(half).unwrap());
        assert!(permit.room(1).is_none() && permit.wait_for_room(1).now_or_never().is_none());
        drop(first);
        assert!(permit.wait_for_room(half).now_or_never().is_some());
        drop(second);
        assert!(permit.room(usize::MAX).is_some());
    }

    #[test]
    fn bytes_are_held_until_a_body_is_complete() {
        let limit = Arc::<ConnectionLimit>::default();
        let [first, second, third] = [limit.take(), limit.take(), limit.take()];
        let has_to_go = |permit: &Permit| permit.ended().now_or_never().is_some();
        first.hold(MAX_HELD_BYTES);
        first.work();
        second.hold(MAX_HELD_BYTES);
        assert!(!has_to_go(&second));
        third.hold(1);
        assert!(has_to_go(&second) && !has_to_go(&third));
        drop((first, second, third));
        assert_eq!(limit.held.load(Ordering::Acquire), 0);
    }
}
