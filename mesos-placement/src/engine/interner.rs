//! Values that are created once for each key, and then have a number.

use std::hash::Hash;

use foldhash::HashMap;

/// Values that are created once for each key, and then have a number.
#[derive(Debug)]
pub(crate) struct Interner<K, T> {
    pub(crate) all: Vec<T>,
    numbers: HashMap<K, usize>,
}

impl<K, T> Default for Interner<K, T> {
    fn default() -> Self {
        Self { all: Vec::new(), numbers: HashMap::default() }
    }
}

impl<K: Hash + Eq + Clone, T> Interner<K, T> {
    /// Returns the number of the value with this key, if it exists.
    pub(crate) fn known(&self, key: &K) -> Option<usize> {
        self.numbers.get(key).copied()
    }

    /// Returns the number of the value with this key, and creates the value if it is missing.
    pub(crate) fn number(&mut self, key: K, make: impl FnOnce(K) -> T) -> usize {
        if let Some(number) = self.known(&key) {
            return number;
        }
        self.all.push(make(key.clone()));
        let number = self.all.len() - 1;
        self.numbers.insert(key, number);
        number
    }

    pub(crate) fn get(&self, number: usize) -> &T {
        &self.all[number]
    }
}
