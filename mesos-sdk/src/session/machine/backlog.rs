//! What waits for the handler.

use std::collections::VecDeque;

use crate::session::Settings;

/// How many deliveries above the limit still leave room for SUBSCRIBED. They take hardly any
/// memory. A subscription and its loss are two deliveries, so a handler may sleep through half as
/// many.
const SUBSCRIPTIONS: usize = 32;

/// The deliveries whose handler has not returned. The backlog contains only those that wait for a
/// record to be stored, and the sizes of all.
pub(super) struct Backlog<D> {
    /// In the order of the deliveries.
    sizes: VecDeque<usize>,
    bytes: usize,
    /// The number of records that are not stored yet.
    unwritten: usize,
    held: Vec<D>,
}

impl<D> Backlog<D> {
    pub(super) fn new() -> Self {
        Self { sizes: VecDeque::new(), bytes: 0, unwritten: 0, held: Vec::new() }
    }

    /// Adds a delivery that takes approximately this many bytes. Returns it if the handler may have
    /// it now.
    pub(super) fn add(&mut self, delivery: D, bytes: usize) -> Option<D> {
        self.sizes.push_back(bytes);
        self.bytes += bytes;
        if self.unwritten == 0 {
            return Some(delivery);
        }
        self.held.push(delivery);
        None
    }

    /// Adds a notification, which the handler is handling before anything that waits.
    pub(super) fn notified(&mut self) {
        self.sizes.push_front(0);
    }

    /// Removes the oldest one: its handler has returned, or it was skipped.
    pub(super) fn handled(&mut self) {
        self.bytes -= self.sizes.pop_front().unwrap_or_default();
    }

    /// Holds back further deliveries until a record is stored.
    pub(super) fn hold(&mut self) {
        self.unwritten += 1;
    }

    /// Counts a record as stored. Returns the deliveries that the handler may have now.
    pub(super) fn release(&mut self) -> Vec<D> {
        self.unwritten = self.unwritten.saturating_sub(1);
        if self.unwritten == 0 { self.take_held() } else { Vec::new() }
    }

    /// Takes all deliveries that are held back.
    pub(super) fn take_held(&mut self) -> Vec<D> {
        std::mem::take(&mut self.held)
    }

    /// Returns whether SUBSCRIBED may be read.
    pub(super) fn has_room_for_subscription(&self, settings: &Settings) -> bool {
        self.sizes.len() < settings.max_undelivered.saturating_add(SUBSCRIPTIONS)
    }

    /// Returns the number of deliveries and notifications.
    pub(super) fn len(&self) -> usize {
        self.sizes.len()
    }

    /// Returns the approximate number of bytes that they take.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Returns whether the handler is idle and nothing waits for it.
    pub(super) fn is_empty(&self) -> bool {
        self.sizes.is_empty()
    }

    /// Returns whether a further event may be read. It may exceed the limit, because even the
    /// largest event must be read at some point.
    pub(super) fn has_room(&self, settings: &Settings) -> bool {
        self.sizes.len() < settings.max_undelivered && self.bytes < settings.max_undelivered_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deliveries_have_limits_of_count_and_bytes() {
        let settings = Settings { max_undelivered: 2, max_undelivered_bytes: 10, ..Settings::default() };
        let mut backlog = Backlog::new();
        assert_eq!(backlog.add("a", 20), Some("a"));
        assert!(!backlog.has_room(&settings), "too many bytes");
        backlog.handled();
        assert!(backlog.is_empty() && backlog.has_room(&settings));
        backlog.add("b", 0);
        backlog.add("c", 0);
        assert!(!backlog.has_room(&settings) && backlog.has_room_for_subscription(&settings), "too many");
        for _ in 0..SUBSCRIPTIONS {
            backlog.add("d", 0);
        }
        assert!(!backlog.has_room_for_subscription(&settings));
    }

    #[test]
    fn notified_handler_is_busy() {
        let mut backlog = Backlog::new();
        backlog.add("a", 10);
        backlog.notified();
        backlog.handled();
        assert_eq!((backlog.sizes.len(), backlog.bytes), (1, 10));
        backlog.handled();
        assert!(backlog.is_empty() && backlog.bytes == 0);
    }

    #[test]
    fn deliveries_wait_for_all_records() {
        let mut backlog = Backlog::new();
        backlog.hold();
        assert_eq!(backlog.add("subscribed", 0), None);
        assert_eq!(backlog.add("offers", 10), None);
        backlog.hold();
        assert_eq!(backlog.release(), [""; 0]);
        assert!(!backlog.is_empty());
        assert_eq!(backlog.release(), ["subscribed", "offers"]);
        assert_eq!(backlog.add("update", 0), Some("update"));
    }
}
