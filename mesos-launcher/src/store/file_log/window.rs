//! A file that is read from its beginning to its end, with a part of it in memory.

use std::io::{self, BufReader, Read};

/// The bytes that follow what was read before the window was last cleared.
pub(super) struct Window<R> {
    file: BufReader<R>,
    bytes: Vec<u8>,
}

impl<R: Read> Window<R> {
    pub(super) fn new(file: R) -> Self {
        Self { file: BufReader::new(file), bytes: Vec::new() }
    }

    /// Reads on until there are this many bytes, or the file ends; returns them.
    pub(super) fn fill(&mut self, wanted: usize) -> io::Result<&[u8]> {
        let missing = wanted.saturating_sub(self.bytes.len());
        self.file.by_ref().take(missing as u64).read_to_end(&mut self.bytes)?;
        Ok(&self.bytes)
    }

    /// Returns what was read.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Moves on behind what was read.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
    }
}
