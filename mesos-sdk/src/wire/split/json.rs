//! The elements of lists in a JSON message.

use super::input::Input;
use super::value::Value;
use super::{Content, Field, SplitError};

/// Splits a JSON message.
#[derive(Debug)]
pub(crate) struct Json<T: 'static> {
    pub(super) input: Input,
    /// How much of it is a name or an element that was read.
    read: usize,
    /// The wanted objects and lists around what comes next.
    open: Vec<Content<T>>,
    expected: Expected<T>,
    /// The value that comes next, as far as it was looked at.
    value: Value,
    /// Whether the message has a wanted field.
    pub(super) has_entered: bool,
    limit: usize,
}

/// What comes next, after white space.
#[derive(Clone, Copy, Debug)]
enum Expected<T: 'static> {
    /// The first item of what was opened, or its end.
    ItemOrEnd,
    /// A name in an object, a value in a list.
    Item,
    Colon(Option<Content<T>>),
    /// The value of a field. `None` means that nothing in it is wanted.
    Value(Option<Content<T>>),
    CommaOrEnd,
    Nothing,
}

impl<T: Copy> Json<T> {
    pub(super) fn new(fields: &'static [Field<T>], limit: usize) -> Self {
        Self {
            input: Input::default(),
            read: 0,
            open: Vec::new(),
            expected: Expected::Value(Some(Content::Message(fields))),
            value: Value::default(),
            has_entered: false,
            limit,
        }
    }

    pub(super) fn next(&mut self) -> Result<Option<(T, &[u8])>, SplitError> {
        while let Some(first) = self.first() {
            self.expected = match (self.expected, first) {
                (Expected::Value(Some(content @ Content::Message(_))), b'{')
                | (Expected::Value(Some(content @ Content::Elements(_))), b'[') => self.enter(content),
                // `null` stands for a field that is not set.
                (Expected::Value(Some(_)), b'n') => Expected::Value(None),
                (Expected::Value(None), _) => match self.pass_over()? {
                    true => Expected::CommaOrEnd,
                    false => return Ok(None),
                },
                (Expected::Colon(content), b':') => self.step(Expected::Value(content)),
                (Expected::CommaOrEnd, b',') => self.step(Expected::Item),
                (Expected::ItemOrEnd | Expected::CommaOrEnd, b'}' | b']') => self.leave(first)?,
                (Expected::ItemOrEnd | Expected::Item, _) => {
                    let around = self.open.last().copied();
                    if !self.read_whole()? {
                        return Ok(None);
                    }
                    match around {
                        Some(Content::Message(fields)) if first == b'"' => {
                            Expected::Colon(self.named(fields))
                        }
                        Some(Content::Elements(element)) => {
                            self.expected = Expected::CommaOrEnd;
                            return Ok(Some((element, &self.input.rest()[..self.read])));
                        }
                        _ => return Err(SplitError::Malformed),
                    }
                }
                _ => return Err(SplitError::Malformed),
            };
        }
        Ok(None)
    }

    pub(super) fn is_complete(&mut self) -> bool {
        self.first().is_none() && matches!(self.expected, Expected::Nothing)
    }

    /// Passes what was read and white space, and returns the byte after them.
    fn first(&mut self) -> Option<u8> {
        self.input.pass(std::mem::take(&mut self.read));
        // A value that has begun may contain white space.
        if self.value.is_at_beginning() {
            let space = self.input.rest().iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            self.input.pass(space);
        }
        self.input.rest().first().copied()
    }

    fn enter(&mut self, content: Content<T>) -> Expected<T> {
        self.has_entered |= !self.open.is_empty();
        self.open.push(content);
        self.step(Expected::ItemOrEnd)
    }

    fn leave(&mut self, bracket: u8) -> Result<Expected<T>, SplitError> {
        match (self.open.pop(), bracket) {
            (Some(Content::Message(_)), b'}') | (Some(Content::Elements(_)), b']') => {}
            _ => return Err(SplitError::Malformed),
        }
        let then = if self.open.is_empty() { Expected::Nothing } else { Expected::CommaOrEnd };
        Ok(self.step(then))
    }

    fn step(&mut self, then: Expected<T>) -> Expected<T> {
        self.input.pass(1);
        then
    }

    /// Reads the next value. Returns whether all of it has arrived.
    fn read_whole(&mut self) -> Result<bool, SplitError> {
        let end = self.value.end(self.input.rest())?;
        if end.unwrap_or(self.input.rest().len()) > self.limit {
            return Err(SplitError::TooLarge(self.limit));
        }
        self.read = end.unwrap_or_default();
        Ok(end.is_some())
    }

    /// Passes over the next value, as far as it has arrived. Returns whether that was all of it.
    fn pass_over(&mut self) -> Result<bool, SplitError> {
        let end = self.value.end(self.input.rest())?;
        self.input.pass(end.unwrap_or(usize::MAX));
        self.value.is_passed();
        Ok(end.is_some())
    }

    /// Returns what the field contains whose name, in quotes, was read.
    fn named(&self, fields: &'static [Field<T>]) -> Option<Content<T>> {
        let name: String = serde_json::from_slice(&self.input.rest()[..self.read]).ok()?;
        fields.iter().find(|field| field.name == name).map(|field| field.content)
    }
}
