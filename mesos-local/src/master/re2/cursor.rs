//! Reading a pattern, character by character.

/// Where the parser is in a pattern.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    pattern: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(pattern: &'a str) -> Self {
        Self { pattern, at: 0 }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.pattern[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Goes past this text, if it is what comes next.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let is_next = self.rest().starts_with(text);
        self.at += if is_next { text.len() } else { 0 };
        is_next
    }

    pub(super) fn skip(&mut self, length: usize) {
        self.at += length;
    }

    /// Returns what was read since then.
    pub(super) fn since(&self, start: usize) -> &'a str {
        &self.pattern[start..self.at]
    }

    /// Returns all from there on.
    pub(super) fn rest_from(&self, start: usize) -> &'a str {
        &self.pattern[start..]
    }
}
