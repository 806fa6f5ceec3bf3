//! What waits for the handler.

use std::collections::VecDeque;

use crate::session::Settings;

/// How many deliveries above the limit there may be when SUBSCRIBED comes, which takes next to no memory. Half as many
/// losses and new subscriptions, two deliveries each, a handler may sleep through.
const SUBSCRIPTIONS: usize = 32;

/// The deliveries whose handler has not returned. Only those are in here that wait for a record to be written down; of the
/// others it knows the sizes.
pub(super) struct Backlog<D> {
    /// In the order of the deliveries.
    sizes: VecDeque<usize>,
    bytes: usize,
    /// How many records are not written down yet.
    unwritten: usize,
    held: Vec<D>,
}

impl<D> Backlog<D> {
    pub(super) fn new() -> Self {
        Self { sizes: VecDeque::new(), bytes: 0, unwritten: 0, held: Vec::new() }
    }

    /// A delivery that takes so many bytes, about. Gives it back if the handler may have it now.
    pub(super) fn add(&mut self, delivery: D, bytes: usize) -> Option<D> {
        self.sizes.push_back(bytes);
        self.bytes += bytes;
        if self.unwritten == 0 {
            return Some(delivery);
        }
        self.held.push(delivery);
        None
    }

    /// The handler is at work on a notification, before anything that waits for it.
    pub(super) fn notified(&mut self) {
        self.sizes.push_front(0);
    }

    /// The handler of the oldest one has returned, or it was passed over.
    pub(super) fn handled(&mut self) {
        self.bytes -= self.sizes.pop_front().unwrap_or_default();
    }

    /// A record is to be written down before the handler gets anything more.
    pub(super) fn hold(&mut self) {
        self.unwritten += 1;
    }

    /// A record was written down. Gives what the handler may have now.
    pub(super) fn release(&mut self) -> Vec<D> {
        self.unwritten = self.unwritten.saturating_sub(1);
        if self.unwritten == 0 { self.take_held() } else { Vec::new() }
    }

    /// All that waits for a record.
    pub(super) fn take_held(&mut self) -> Vec<D> {
        std::mem::take(&mut self.held)
    }

    /// Whether SUBSCRIBED may come.
    pub(super) fn has_room_for_subscription(&self, settings: &Settings) -> bool {
        self.sizes.len() < settings.max_undelivered.saturating_add(SUBSCRIPTIONS)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.sizes.len()
    }

    /// How many bytes they take, about.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether no handler is at work, and none is about to be.
    pub(super) fn is_empty(&self) -> bool {
        self.sizes.is_empty()
    }

    /// Whether a further one may come. It may be larger than what is left: even the largest must come at some time.
    pub(super) fn has_room(&self, settings: &Settings) -> bool {
        self.sizes.len() < settings.max_undelivered && self.bytes < settings.max_undelivered_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_so_many_deliveries_and_so_many_bytes() {
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
    fn a_handler_that_has_a_notification_is_at_work_before_what_waits() {
        let mut backlog = Backlog::new();
        backlog.add("a", 10);
        backlog.notified();
        backlog.handled();
        assert_eq!((backlog.sizes.len(), backlog.bytes), (1, 10));
        backlog.handled();
        assert!(backlog.is_empty() && backlog.bytes == 0);
    }

    #[test]
    fn the_handler_gets_nothing_until_all_records_are_written_down_and_then_all_in_order() {
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
