//! Where a JSON value ends.

use super::SplitError;

/// A value whose bytes arrive, as far as it was looked at.
#[derive(Debug, Default)]
pub(super) struct Value {
    /// How many of its bytes were looked at.
    at: usize,
    /// How many brackets are open.
    depth: usize,
    part: Part,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    #[default]
    Beginning,
    /// Between the texts of an object or a list.
    Inside,
    Text,
    /// After a backslash.
    Escape,
    /// A number, `true`, `false` or `null` by itself.
    Bare,
}

impl Value {
    pub(super) fn is_at_beginning(&self) -> bool {
        self.part == Part::Beginning
    }

    /// Records that what was looked at is gone.
    pub(super) fn is_passed(&mut self) {
        self.at = 0;
    }

    /// Looks further into the value that `bytes` begin with. Returns its end once that is there,
    /// and is ready for the next value then.
    pub(super) fn end(&mut self, bytes: &[u8]) -> Result<Option<usize>, SplitError> {
        while let Some(first) = bytes.get(self.at).copied() {
            let found = match self.part {
                Part::Beginning => {
                    self.part = Part::of(first)?;
                    self.depth = usize::from(self.part == Part::Inside);
                    self.at += usize::from(self.part != Part::Bare);
                    continue;
                }
                Part::Escape => Some(0),
                Part::Text => find(&bytes[self.at..], |byte| matches!(byte, b'"' | b'\\')),
                Part::Inside => {
                    find(&bytes[self.at..], |byte| matches!(byte, b'"' | b'{' | b'[' | b'}' | b']'))
                }
                Part::Bare => find(&bytes[self.at..], |byte| {
                    matches!(byte, b',' | b'}' | b']') || byte.is_ascii_whitespace()
                }),
            };
            let Some(found) = found else {
                self.at = bytes.len();
                break;
            };
            self.at += found;
            if self.part == Part::Bare {
                return Ok(Some(std::mem::take(self).at));
            }
            self.part = self.after(bytes[self.at]);
            self.at += 1;
            if self.depth == 0 && self.part == Part::Inside {
                return Ok(Some(std::mem::take(self).at));
            }
        }
        Ok(None)
    }

    /// Returns what follows such a byte.
    fn after(&mut self, byte: u8) -> Part {
        match (self.part, byte) {
            (Part::Text, b'\\') => return Part::Escape,
            (Part::Escape, _) | (Part::Inside, b'"') => return Part::Text,
            (Part::Inside, b'{' | b'[') => self.depth += 1,
            (Part::Inside, b'}' | b']') => self.depth -= 1,
            _ => {}
        }
        Part::Inside
    }
}

impl Part {
    /// Returns the part that a value begins with.
    fn of(first: u8) -> Result<Self, SplitError> {
        match first {
            b'"' => Ok(Self::Text),
            b'{' | b'[' => Ok(Self::Inside),
            b'}' | b']' | b',' | b':' => Err(SplitError::Malformed),
            _ => Ok(Self::Bare),
        }
    }
}

fn find(bytes: &[u8], wanted: impl Fn(&u8) -> bool) -> Option<usize> {
    bytes.iter().position(wanted)
}
