//! The text of a response, which may never end.

use std::time::Duration;

/// How much of a response's text is read at most.
const MAX_TEXT: usize = 64 << 10;

/// How long to wait for the next part of the text of a response, which may never end. Its head has
/// conveyed most by then.
pub(crate) const TEXT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long to wait for all of it, which may arrive in small parts.
pub(super) const WHOLE_TEXT_TIMEOUT: Duration = Duration::from_secs(10);

/// The text of a response.
#[derive(Default)]
pub(crate) struct Text(Vec<u8>);

impl Text {
    /// Appends what fits.
    pub(crate) fn push(&mut self, data: &[u8]) {
        let room = MAX_TEXT - self.0.len();
        self.0.extend_from_slice(&data[..data.len().min(room)]);
    }

    pub(super) fn has_room(&self) -> bool {
        self.0.len() < MAX_TEXT
    }

    pub(crate) fn into_string(self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_up_to_its_limit() {
        let mut text = Text::default();
        text.push(&vec![b'x'; MAX_TEXT - 1]);
        assert!(text.has_room());
        text.push(b"yz");
        assert!(!text.has_room());
        let text = text.into_string();
        assert_eq!(text.len(), MAX_TEXT);
        assert!(text.ends_with("xy"));
    }
}
