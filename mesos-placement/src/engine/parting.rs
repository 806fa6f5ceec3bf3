//! Places in parts: those with the same values for some keys.

use std::collections::HashMap;

use super::keys::KeyColumn;

/// By what places are parted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum PartedBy {
    /// By the values of these keys; without any, all places are one part.
    Keys(Vec<usize>),
    /// Each place is a part of its own.
    Place,
}

/// The part that each place is in.
#[derive(Debug)]
pub(crate) struct Parting {
    by: PartedBy,
    numbers: HashMap<Vec<u32>, usize>,
    of: Vec<usize>,
}

impl Parting {
    pub(crate) fn new(by: PartedBy, keys: &[KeyColumn], places: usize) -> Self {
        let mut parting = Self { by, numbers: HashMap::new(), of: Vec::new() };
        (0..places).for_each(|place| parting.set(place, keys));
        parting
    }

    /// Looks at the values of a place again.
    pub(crate) fn set(&mut self, place: usize, keys: &[KeyColumn]) {
        let number = match &self.by {
            PartedBy::Place => place,
            PartedBy::Keys(by) => {
                let values = by.iter().map(|key| keys[*key].of(place)).collect();
                let next = self.numbers.len();
                *self.numbers.entry(values).or_insert(next)
            }
        };
        if place >= self.of.len() {
            self.of.resize(place + 1, 0);
        }
        self.of[place] = number;
    }

    pub(crate) fn of(&self, place: usize) -> usize {
        self.of[place]
    }

    /// How many parts there are.
    pub(crate) fn count(&self) -> usize {
        match self.by {
            PartedBy::Place => self.of.len(),
            PartedBy::Keys(_) => self.numbers.len(),
        }
    }

    /// Whether there may be more than one.
    pub(crate) fn parts(&self) -> bool {
        self.by != PartedBy::Keys(Vec::new())
    }
}
