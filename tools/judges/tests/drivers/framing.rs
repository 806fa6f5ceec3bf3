//! Where one HTTP chunk ends and the next may begin.

/// Follows a body in chunks, piece by piece.
#[derive(Debug, Default)]
pub(crate) struct Framing {
    /// How much of this chunk is still to come, the line feed after it included.
    left: usize,
    /// The line with the length of the next chunk, as far as it has arrived.
    line: Vec<u8>,
}

impl Framing {
    /// The next piece of the body.
    pub(crate) fn follow(&mut self, mut piece: &[u8]) {
        while let Some((first, rest)) = piece.split_first() {
            if self.left > 0 {
                let taken = self.left.min(piece.len());
                self.left -= taken;
                piece = &piece[taken..];
                continue;
            }
            self.line.push(*first);
            piece = rest;
            if self.line.ends_with(b"\r\n") {
                let line = String::from_utf8_lossy(&self.line);
                self.left = usize::from_str_radix(line.trim_end(), 16).unwrap_or(0) + 2;
                self.line.clear();
            }
        }
    }

    /// Whether a chunk may be put in here.
    pub(crate) fn is_between(&self) -> bool {
        self.left == 0 && self.line.is_empty()
    }
}

/// These bytes as one chunk.
pub(crate) fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}
