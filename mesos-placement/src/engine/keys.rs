//! The values that places have for a key, as small numbers.

use foldhash::{HashMap, HashMapExt as _};

use crate::{Agent, Key};

/// No value.
pub(crate) const NONE: u32 = u32::MAX;

/// The values that all places have for a key.
#[derive(Debug)]
pub(crate) struct KeyColumn {
    pub(crate) key: Key,
    numbers: HashMap<String, u32>,
    names: Vec<String>,
    of: Vec<u32>,
}

impl KeyColumn {
    pub(crate) fn new<'a>(key: Key, places: impl Iterator<Item = &'a Agent>) -> Self {
        let mut column = Self { key, numbers: HashMap::new(), names: Vec::new(), of: Vec::new() };
        for (place, agent) in places.enumerate() {
            column.set(place, agent);
        }
        column
    }

    /// Reads the value of a place; of several, the first one.
    pub(crate) fn set(&mut self, place: usize, agent: &Agent) {
        let value = self.key.values(agent).into_iter().next();
        let number = value.map_or(NONE, |value| self.number(value));
        if place >= self.of.len() {
            self.of.resize(place + 1, NONE);
        }
        self.of[place] = number;
    }

    fn number(&mut self, value: String) -> u32 {
        if let Some(number) = self.numbers.get(&value) {
            return *number;
        }
        // There are fewer values than places, which memory limits.
        let number = u32::try_from(self.names.len()).unwrap_or(NONE);
        self.names.push(value.clone());
        self.numbers.insert(value, number);
        number
    }

    pub(crate) fn of(&self, place: usize) -> u32 {
        self.of[place]
    }

    /// Returns how many values there are.
    pub(crate) fn values(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn name(&self, value: u32) -> Option<&str> {
        self.names.get(value as usize).map(String::as_str)
    }
}
