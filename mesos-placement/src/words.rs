//! Keys and constraints in words.

use std::fmt;

use crate::test::Values;
use crate::{Constraint, GroupConstraint, Key, LabelTest, Rule, Select, Spread, Test};

/// Writes the text that it is parsed from: `@hostname`, or the name of an attribute.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Agent => "@agent",
            Self::Hostname => "@hostname",
            Self::Region => "@region",
            Self::Zone => "@zone",
            Self::Attribute(name) => name,
        })
    }
}

/// Writes what a value must be, as in `one of a, b`.
impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::In(values) if values.len() == 1 => write!(f, "is {}", list(values)),
            Self::In(values) => write!(f, "is one of {}", list(values)),
            Self::NotIn(values) if values.len() == 1 => write!(f, "is not {}", list(values)),
            Self::NotIn(values) => write!(f, "is none of {}", list(values)),
            Self::Matches(pattern) => write!(f, "matches {pattern}"),
            Self::NotMatches(pattern) => write!(f, "does not match {pattern}"),
            Self::Finds(pattern) => write!(f, "contains a match of {pattern}"),
            Self::Less(other) => write!(f, "is less than {other}"),
            Self::AtMost(other) => write!(f, "is at most {other}"),
            Self::Greater(other) => write!(f, "is greater than {other}"),
            Self::AtLeast(other) => write!(f, "is at least {other}"),
            Self::ContainsAll(values) => write!(f, "contains all of {}", list(values)),
            Self::ContainsAny(values) => write!(f, "contains any of {}", list(values)),
            Self::Exists => f.write_str("exists"),
            Self::Absent => f.write_str("does not exist"),
        }
    }
}

/// Writes what must hold, as in `rack is one of a, b`.
impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attribute(key, test, _) => write!(f, "{key} {test}"),
            Self::All(of) => several(f, "all of", of),
            Self::Any(of) => several(f, "any of", of),
            Self::Not(of) => write!(f, "not ({of})"),
            Self::Group(group) => group.fmt(f),
            Self::Exclusive => f.write_str("alone on the agent"),
        }
    }
}

fn several(f: &mut fmt::Formatter<'_>, which: &str, of: &[Constraint]) -> fmt::Result {
    let texts: Vec<_> = of.iter().map(Constraint::to_string).collect();
    write!(f, "{which} ({})", texts.join("; "))
}

/// Writes what must hold, as in `at most 2 tasks of the group with the same rack`.
impl fmt::Display for GroupConstraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (by, of) = (&self.by, &self.select);
        match &self.rule {
            Rule::Limit(1) => write!(f, "at most 1 task of {of} with the same {by}"),
            Rule::Limit(max) => write!(f, "at most {max} tasks of {of} with the same {by}"),
            Rule::Same => write!(f, "the same {by} for all tasks of {of}"),
            Rule::Even { groups, instances } => {
                write!(f, "{instances} tasks of {of} evenly at {groups} values of {by}")
            }
            Rule::Spread(Spread { max_skew, .. }) => {
                write!(f, "at most {max_skew} more tasks of {of} at one {by} than at another")
            }
            Rule::Near(_) => write!(f, "at a {by} with a task of {of}"),
            Rule::Away => write!(f, "at a {by} without a task of {of}"),
        }
    }
}

/// Writes which tasks are selected, as in `group web`.
impl fmt::Display for Select {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group(None) => f.write_str("the group"),
            Self::Group(Some(name)) => write!(f, "group {name}"),
            Self::Labels(tests, _) => {
                let tests: Vec<_> = tests.iter().map(LabelTest::to_string).collect();
                write!(f, "those whose label {}", tests.join(" and "))
            }
            Self::None => f.write_str("none"),
        }
    }
}

/// Writes what must hold for a label, as in `tier is one of a, b`.
impl fmt::Display for LabelTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::In(name, values) => write!(f, "{name} is one of {}", list(values)),
            Self::NotIn(name, values) => write!(f, "{name} is none of {}", list(values)),
            Self::Exists(name) => write!(f, "{name} exists"),
            Self::Absent(name) => write!(f, "{name} does not exist"),
        }
    }
}

fn list(values: &Values) -> String {
    values.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}
