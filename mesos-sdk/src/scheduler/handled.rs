//! Which updates have been handled, in as little memory as very many of them need.

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{BuildHasherDefault, Hash, Hasher};

/// So many handled updates are remembered at least, and at most twice as many. An agent has one unacknowledged update
/// for each task, so an older one than these can come again only where more tasks than that end at the same time and
/// their acknowledgements get lost.
const REMEMBERED: usize = 100_000;

/// Names an update: its uuid, mixed with a hash of whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key([u64; 2]);

impl Key {
    /// Of the update `uuid` of the task or operation `id`.
    pub(super) fn new(id: &str, uuid: &[u8]) -> Self {
        let mut hasher = DefaultHasher::new();
        id.hash(&mut hasher);
        let mut halves = [0; 2];
        if let ([first, second], []) = uuid.as_chunks() {
            halves = [*first, *second].map(u64::from_ne_bytes);
        } else {
            // An executor's mistake, but no reason to take two updates for one.
            uuid.hash(&mut hasher);
        }
        let whose = hasher.finish();
        Self([halves[0] ^ whose, halves[1] ^ whose.rotate_left(32)])
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let [first, second] = self.0;
        hasher.write_u64(first ^ second.rotate_left(16));
    }
}

/// A set of keys, which have been hashed already.
pub(super) type Keys = HashSet<Key, BuildHasherDefault<Hashed>>;

/// What a key gives as its hash.
#[derive(Default)]
pub(super) struct Hashed(u64);

impl Hasher for Hashed {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = self.0.rotate_left(8) ^ hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The updates that were handled last. Half of them are forgotten at once: to forget each by itself would cost more
/// than all else that is done with it.
#[derive(Debug, Default)]
pub(super) struct Handled {
    latest: Keys,
    before: Keys,
}

impl Handled {
    pub(super) fn contains(&self, key: &Key) -> bool {
        self.latest.contains(key) || self.before.contains(key)
    }

    pub(super) fn insert(&mut self, key: Key) {
        if self.latest.len() == REMEMBERED {
            std::mem::swap(&mut self.latest, &mut self.before);
            self.latest.clear();
        }
        self.latest.insert(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_updates_are_remembered_and_no_more_than_twice_as_many() {
        let mut handled = Handled::default();
        let key = |number: usize| Key::new(&number.to_string(), &[1; 16]);
        for number in 0..3 * REMEMBERED {
            handled.insert(key(number));
            assert!(handled.contains(&key(number.saturating_sub(REMEMBERED - 1))));
            assert!(handled.latest.len() + handled.before.len() <= 2 * REMEMBERED);
        }
        assert!(!handled.contains(&key(0)));
    }

    #[test]
    fn updates_are_told_apart_by_their_uuid_and_by_whose_they_are() {
        let ids = ["", "a", "b", "ab"];
        let uuids: [&[u8]; 6] = [&[], &[1], &[1; 15], &[1; 16], &[2; 16], &[1; 17]];
        let keys = ids.iter().flat_map(|id| uuids.iter().map(|uuid| Key::new(id, uuid)));
        assert_eq!(keys.collect::<Keys>().len(), ids.len() * uuids.len());
    }
}
