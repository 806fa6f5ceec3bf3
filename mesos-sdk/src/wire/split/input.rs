//! What has arrived of a message.

/// The bytes that have arrived and were not passed yet.
#[derive(Debug, Default)]
pub(super) struct Input {
    bytes: Vec<u8>,
    at: usize,
}

impl Input {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.at);
        self.at = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// Returns them.
    pub(super) fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    /// Passes at most so many bytes; returns how many.
    pub(super) fn pass(&mut self, bytes: usize) -> usize {
        let passed = bytes.min(self.bytes.len() - self.at);
        self.at += passed;
        passed
    }
}
