//! Chance that comes from a seed alone: the same seed gives the same run.

use uuid::Builder;

/// Splitmix64 over a counter.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn uuid(&mut self) -> uuid::Uuid {
        let (high, low) = (self.next(), self.next());
        let bytes = (u128::from(high) << 64 | u128::from(low)).to_be_bytes();
        Builder::from_random_bytes(bytes).into_uuid()
    }

    /// Puts the items into any order, each as likely as any other.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            // Below the length of a slice, which fits.
            let chosen = usize::try_from(self.next() % (last as u64 + 1)).unwrap_or(last);
            items.swap(last, chosen);
        }
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn seed_decides_the_order() {
        let shuffled = |random: &mut Random| {
            let mut items = [1, 2, 3];
            random.shuffle(&mut items);
            items
        };
        assert_eq!(shuffled(&mut Random::new(7)), shuffled(&mut Random::new(7)));
        let mut random = Random::new(7);
        let orders: BTreeSet<_> = (0..100).map(|_| shuffled(&mut random)).collect();
        assert_eq!(orders.len(), 6);
    }
}
