//! Random ids without asking the system for chance: the same seed gives the same run.

use bytes::Bytes;
use uuid::Builder;

/// Keeps the ids apart from those that others make of the same seed.
const SALT: u64 = 0x6167_656e_7473_6964;

/// A source of UUIDs (splitmix64 over a counter).
#[derive(Clone, Debug)]
pub(super) struct Ids {
    state: u64,
}

impl Ids {
    pub(super) fn new(seed: u64) -> Self {
        Self { state: seed ^ SALT }
    }

    /// For status updates: 16 raw bytes.
    pub(super) fn bytes(&mut self) -> Bytes {
        Bytes::copy_from_slice(self.uuid().as_bytes())
    }

    /// For containers.
    pub(super) fn text(&mut self) -> String {
        self.uuid().to_string()
    }

    fn uuid(&mut self) -> uuid::Uuid {
        let random = u128::from(self.next()) << 64 | u128::from(self.next());
        Builder::from_random_bytes(random.to_be_bytes()).into_uuid()
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
