//! Things that are made once for each key, and known by numbers from then on.

use std::hash::Hash;

use foldhash::HashMap;

#[derive(Debug)]
pub(crate) struct Table<K, T> {
    pub(crate) all: Vec<T>,
    numbers: HashMap<K, usize>,
}

impl<K, T> Default for Table<K, T> {
    fn default() -> Self {
        Self { all: Vec::new(), numbers: HashMap::default() }
    }
}

impl<K: Hash + Eq + Clone, T> Table<K, T> {
    pub(crate) fn known(&self, key: &K) -> Option<usize> {
        self.numbers.get(key).copied()
    }

    /// Returns the number of the entry with this key, which is created if there is none.
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
