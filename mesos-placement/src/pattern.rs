//! Regular expressions, with a limit on what they take.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use regex::{Regex, RegexBuilder};

use crate::PlacementError;

/// What a compiled pattern takes at most, in bytes.
const MAX_SIZE: usize = 1 << 20;
/// How long a pattern may be, in bytes.
const MAX_LENGTH: usize = 4096;

/// A regular expression, as the `regex` crate has them: it takes linear time, and has no references
/// to groups.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "String", try_from = "String"))]
pub struct Pattern {
    text: Arc<str>,
    whole: Regex,
    part: Regex,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// If it can't be read, or is too large.
    pub fn new(text: &str) -> Result<Self, PlacementError> {
        if text.len() > MAX_LENGTH {
            let length = text.len();
            return Err(PlacementError::Constraint(format!(
                "a pattern has {length} bytes; at most {MAX_LENGTH} are taken"
            )));
        }
        // By itself first, so that no parenthesis of it closes one of ours.
        let part = compile(text)?;
        Ok(Self { text: text.into(), whole: compile(&format!("^(?:{text})$"))?, part })
    }

    pub(crate) fn whole(&self) -> &Regex {
        &self.whole
    }

    pub(crate) fn part(&self) -> &Regex {
        &self.part
    }
}

fn compile(text: &str) -> Result<Regex, PlacementError> {
    RegexBuilder::new(text)
        .size_limit(MAX_SIZE)
        .dfa_size_limit(MAX_SIZE)
        .build()
        .map_err(|error| PlacementError::Constraint(format!("pattern {text:?}: {error}")))
}

impl TryFrom<String> for Pattern {
    type Error = PlacementError;

    fn try_from(text: String) -> Result<Self, PlacementError> {
        Self::new(&text)
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.to_string()
    }
}

/// Writes the text that it was read from.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

impl Hash for Pattern {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl PartialOrd for Pattern {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Pattern {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}
