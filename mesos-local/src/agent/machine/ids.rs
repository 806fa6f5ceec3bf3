//! Random ids without asking the system for chance: the same seed gives the same run.

use bytes::Bytes;

use crate::random::Random;

/// Keeps the ids apart from those that others make of the same seed.
const SALT: u64 = 0x6167_656e_7473_6964;

/// A source of UUIDs.
#[derive(Clone, Debug)]
pub(super) struct Ids(Random);

impl Ids {
    pub(super) fn new(seed: u64) -> Self {
        Self(Random::new(seed ^ SALT))
    }

    /// Returns the uuid of a status update: 16 raw bytes.
    pub(super) fn bytes(&mut self) -> Bytes {
        Bytes::copy_from_slice(self.0.uuid().as_bytes())
    }

    /// Returns the id of a container.
    pub(super) fn text(&mut self) -> String {
        self.0.uuid().to_string()
    }
}
