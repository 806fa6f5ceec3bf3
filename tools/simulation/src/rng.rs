//! Random numbers that follow from a seed.

use std::time::Duration;

/// A generator of random numbers.
#[derive(Clone, Debug)]
pub(crate) struct Rng(fastrand::Rng);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    /// Creates another, independent generator.
    pub(crate) fn fork(&mut self) -> Self {
        Self(self.0.fork())
    }

    pub(crate) fn seed(&mut self) -> u64 {
        self.0.u64(..)
    }

    /// Returns `true` this many times in 1000.
    pub(crate) fn chance(&mut self, of_thousand: u32) -> bool {
        of_thousand > 0 && self.0.u32(0..1000) < of_thousand
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0.usize(0..end.max(1))
    }

    pub(crate) fn between(&mut self, first: u64, last: u64) -> u64 {
        self.0.u64(first..=last.max(first))
    }

    /// Returns a time of up to `most`, in whole milliseconds; short times are as frequent as long
    /// ones.
    pub(crate) fn time(&mut self, most: Duration) -> Duration {
        let most = u64::try_from(most.as_millis()).unwrap_or(u64::MAX);
        let most = if self.0.bool() { most } else { most / 20 };
        Duration::from_millis(self.between(0, most))
    }

    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}
