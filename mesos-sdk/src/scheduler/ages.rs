//! How long things have been as they are.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

/// The number of things that are remembered. Further ones are not counted.
pub(super) const MAX_REMEMBERED: usize = 100_000;

/// Since when things have been as they are, by their ids.
#[derive(Debug, Default)]
pub(super) struct Ages {
    since: HashMap<String, Duration>,
    order: BTreeSet<(Duration, String)>,
}

impl Ages {
    /// Adds a thing, unless it is there already.
    pub(super) fn insert(&mut self, id: &str, now: Duration) {
        if self.since.len() < MAX_REMEMBERED && !self.since.contains_key(id) {
            self.since.insert(id.to_owned(), now);
            self.order.insert((now, id.to_owned()));
        }
    }

    /// Removes a thing. Returns whether it was there.
    pub(super) fn remove(&mut self, id: &str) -> bool {
        let Some((id, since)) = self.since.remove_entry(id) else { return false };
        self.order.remove(&(since, id))
    }

    /// Removes everything. Returns how many things there were.
    pub(super) fn clear(&mut self) -> usize {
        self.order.clear();
        std::mem::take(&mut self.since).len()
    }

    pub(super) fn len(&self) -> usize {
        self.since.len()
    }

    /// Returns the oldest thing, and since when it has been as it is.
    pub(super) fn first(&self) -> Option<(Duration, &str)> {
        self.order.first().map(|(since, id)| (*since, id.as_str()))
    }

    /// Returns since when the oldest thing has been as it is.
    #[cfg(feature = "metrics")]
    pub(super) fn oldest(&self) -> Option<Duration> {
        self.first().map(|(since, _)| since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn oldest_is_the_first_that_is_left() {
        let mut ages = Ages::default();
        ages.insert("a", SECOND);
        ages.insert("b", SECOND * 2);
        ages.insert("a", SECOND * 3);
        assert_eq!((ages.len(), ages.first()), (2, Some((SECOND, "a"))));
        assert!(ages.remove("a") && !ages.remove("a"));
        assert_eq!((ages.len(), ages.first()), (1, Some((SECOND * 2, "b"))));
        assert_eq!((ages.clear(), ages.len(), ages.first()), (1, 0, None));
    }

    #[test]
    fn number_is_limited() {
        let mut ages = Ages::default();
        (0..=MAX_REMEMBERED).for_each(|id| ages.insert(&id.to_string(), SECOND));
        assert_eq!((ages.len(), ages.order.len()), (MAX_REMEMBERED, MAX_REMEMBERED));
    }
}
