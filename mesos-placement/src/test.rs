//! Tests of values.

use std::collections::BTreeSet;

use crate::Pattern;

/// A set of texts, as tests take them.
pub(crate) type Values = BTreeSet<String>;

/// Whether an agent without the attribute meets a constraint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Missing {
    /// It is met.
    Accept,
    /// It is not met.
    Refuse,
}

/// A test of the values of a key. As text, scalars have at most three decimals and no trailing
/// zeros.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Test {
    /// The value is one of these.
    In(Values),
    /// The value is none of these.
    NotIn(Values),
    /// The pattern matches the whole value.
    Matches(Pattern),
    /// The pattern does not match the whole value.
    NotMatches(Pattern),
    /// The pattern is found in the value.
    Finds(Pattern),
    /// The value is less. Two numbers are compared as numbers, others as text.
    Less(String),
    /// The value is less or equal.
    AtMost(String),
    /// The value is greater.
    Greater(String),
    /// The value is greater or equal.
    AtLeast(String),
    /// The value, a set or a text with commas, contains all of these.
    ContainsAll(Values),
    /// The value, a set or a text with commas, contains any of these.
    ContainsAny(Values),
    /// There is a value.
    Exists,
    /// There is no value.
    Absent,
}

impl Test {
    /// Returns whether the values of an agent pass.
    pub(crate) fn passes(&self, values: &[String], missing: Option<Missing>) -> bool {
        match self {
            Self::Exists => !values.is_empty(),
            Self::Absent => values.is_empty(),
            _ if values.is_empty() => match missing {
                Some(missing) => missing == Missing::Accept,
                None => self.is_negative(),
            },
            _ if self.is_negative() => values.iter().all(|value| self.takes(value)),
            _ => values.iter().any(|value| self.takes(value)),
        }
    }

    fn is_negative(&self) -> bool {
        matches!(self, Self::NotIn(_) | Self::NotMatches(_))
    }

    fn takes(&self, value: &str) -> bool {
        match self {
            Self::In(values) => values.contains(value),
            Self::NotIn(values) => !values.contains(value),
            Self::Matches(pattern) => pattern.whole().is_match(value),
            Self::NotMatches(pattern) => !pattern.whole().is_match(value),
            Self::Finds(pattern) => pattern.part().is_match(value),
            Self::Less(other) => order(value, other).is_lt(),
            Self::AtMost(other) => order(value, other).is_le(),
            Self::Greater(other) => order(value, other).is_gt(),
            Self::AtLeast(other) => order(value, other).is_ge(),
            Self::ContainsAll(wanted) => {
                let items: Vec<_> = items(value).collect();
                wanted.iter().all(|one| items.contains(&one.as_str()))
            }
            Self::ContainsAny(wanted) => items(value).any(|item| wanted.contains(item)),
            Self::Exists | Self::Absent => true,
        }
    }
}

/// Compares two numbers as numbers, in thousandths, and others as text.
fn order(value: &str, other: &str) -> std::cmp::Ordering {
    match (number(value), number(other)) {
        (Some(one), Some(two)) => one.total_cmp(&two),
        _ => value.cmp(other),
    }
}

fn number(text: &str) -> Option<f64> {
    let number: f64 = text.trim().parse().ok()?;
    // Beyond 2^53 there are no thousandths to round to.
    let thousandths = (number * 1000.0).round_ties_even() / 1000.0;
    number.is_finite().then_some(if thousandths.is_finite() { thousandths + 0.0 } else { number })
}

/// Returns the items of a set, `{a,b}`, or of a text with commas.
fn items(value: &str) -> impl Iterator<Item = &str> {
    let inner = value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    inner.unwrap_or(value).split(',').map(str::trim)
}
