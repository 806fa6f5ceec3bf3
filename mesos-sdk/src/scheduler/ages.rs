//! How long things have been as they are.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

/// Since when things have been as they are, by their ids.
#[derive(Debug)]
pub(super) struct Ages {
    /// How many are remembered. Further ones are not counted.
    limit: usize,
    numbers: HashMap<Arc<str>, u64>,
    /// In the order in which they were added.
    order: BTreeMap<u64, (Duration, Arc<str>)>,
    next: u64,
}

impl Ages {
    /// Creates a list of at most `limit` things.
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, numbers: HashMap::new(), order: BTreeMap::new(), next: 0 }
    }

    /// Adds a thing, unless it is there already. `now` never goes back.
    pub(super) fn insert(&mut self, id: &str, now: Duration) {
        if self.numbers.len() < self.limit && !self.numbers.contains_key(id) {
            let id: Arc<str> = id.into();
            self.numbers.insert(Arc::clone(&id), self.next);
            self.order.insert(self.next, (now, id));
            self.next = self.next.wrapping_add(1);
        }
    }

    /// Removes a thing. Returns whether it was there.
    pub(super) fn remove(&mut self, id: &str) -> bool {
        // Mostly there is nothing, and then the id need not be hashed.
        !self.numbers.is_empty()
            && self.numbers.remove(id).is_some_and(|number| self.order.remove(&number).is_some())
    }

    /// Removes everything. Returns how many things there were.
    pub(super) fn clear(&mut self) -> usize {
        self.order.clear();
        std::mem::take(&mut self.numbers).len()
    }

    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Returns the oldest thing, and since when it has been as it is.
    pub(super) fn first(&self) -> Option<(Duration, &str)> {
        self.order.first_key_value().map(|(_, (since, id))| (*since, &**id))
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
        let mut ages = Ages::new(3);
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
        let mut ages = Ages::new(3);
        (0..=3).for_each(|id| ages.insert(&id.to_string(), SECOND));
        assert_eq!((ages.len(), ages.order.len()), (3, 3));
    }
}
