//! How much waits for the handler.

use std::collections::VecDeque;

use super::Settings;

/// How many deliveries above the limit there may be when SUBSCRIBED comes, which takes next to no memory. Half as many
/// losses and new subscriptions, two deliveries each, a handler may sleep through.
const SUBSCRIPTIONS: usize = 32;

/// The sizes of the deliveries whose handler has not returned, in their order.
#[derive(Default)]
pub(super) struct Undelivered {
    sizes: VecDeque<usize>,
    bytes: usize,
}

impl Undelivered {
    /// A delivery that takes so many bytes, about.
    pub(super) fn add(&mut self, bytes: usize) {
        self.sizes.push_back(bytes);
        self.bytes += bytes;
    }

    /// The handler of the oldest one has returned, or it was passed over.
    pub(super) fn handled(&mut self) {
        self.bytes -= self.sizes.pop_front().unwrap_or_default();
    }

    /// Whether SUBSCRIBED may come.
    pub(super) fn has_room_for_subscription(&self, settings: &Settings) -> bool {
        self.sizes.len() < settings.max_undelivered.saturating_add(SUBSCRIPTIONS)
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
