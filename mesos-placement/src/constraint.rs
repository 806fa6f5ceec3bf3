//! Constraints on where a task runs.

use crate::test::Values;
use crate::{Key, Missing, Pattern, PlacementError, Select, Test};

/// A condition that must hold where a task runs; see the [page on constraints](crate#constraints).
///
/// A constraint on an attribute is met by any of its values, a negated one by none. If the
/// attribute is missing, negated constraints are met and the others are not, unless
/// [`missing`](Self::missing) overrides this.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Constraint {
    /// A test of an attribute, or of the agent's hostname, region or zone.
    Attribute(Key, Test, Option<Missing>),
    /// All of these. An empty list is never met.
    All(Vec<Constraint>),
    /// Any of these. An empty list is never met.
    Any(Vec<Constraint>),
    /// Not this one.
    Not(Box<Constraint>),
    /// A constraint on the tasks that run with the same value.
    Group(GroupConstraint),
    /// No other task on the agent, now or later.
    Exclusive,
}

/// A constraint that counts tasks by the value that their agents have for a key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct GroupConstraint {
    /// What must hold.
    pub rule: Rule,
    /// The key by whose values the tasks are counted.
    pub by: Key,
    /// Which tasks count.
    pub select: Select,
    /// Whether only tasks of the same version count.
    pub same_version: bool,
    /// Whether tasks that are being stopped count. By default they do, except for [`Rule::Spread`]
    /// and preferences.
    pub counts_stopping: Option<bool>,
    /// Whether an agent without the value meets the constraint.
    pub missing: Option<Missing>,
}

/// A condition on the number of tasks with the same value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Rule {
    /// There are fewer tasks than this.
    Limit(usize),
    /// All tasks are at the value of the first one.
    Same,
    /// The instances are spread evenly over the values: each value has the same number, and the
    /// remainder is shared out.
    Even {
        /// How many values there may be.
        groups: usize,
        /// How many tasks there will be.
        instances: usize,
    },
    /// No value exceeds the one with the fewest tasks by more than this.
    Spread(Spread),
    /// There is such a task.
    Near(First),
    /// There is no such task. The rule works both ways: a running task refuses the new one, too.
    Away,
}

/// How unevenly tasks may be spread.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Spread {
    /// How many more tasks a value may have than the value with the fewest.
    pub max_skew: usize,
    /// While there are fewer values than this, the fewest counts as zero.
    pub min_domains: usize,
    /// Which values are considered.
    pub domains: Domains,
    /// Whether tasks count that run on agents that the new task may not use.
    pub counts_all_agents: bool,
}

impl Spread {
    /// Creates a spread over the values of the agents that the task may use, with no least number
    /// of values.
    pub fn new(max_skew: usize) -> Self {
        Self { max_skew, min_domains: 0, domains: Domains::default(), counts_all_agents: false }
    }
}

/// The values over which tasks are spread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Domains {
    /// The values of the agents that offer something and that the task may use.
    #[default]
    Agents,
    /// The values of all known agents that the task may use, whether they offer something or not.
    Known,
    /// The values at which there are tasks already.
    Tasks,
}

/// Whether [`Rule::Near`] is met while there is no task to be near to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum First {
    /// It is not met.
    #[default]
    Refuse,
    /// It is met.
    Accept,
    /// It is met if the task is itself one of those that it must be near to.
    IfSelf,
}

impl Constraint {
    /// Requires that the key has this value.
    pub fn equals(key: impl Into<Key>, value: impl Into<String>) -> Self {
        Self::one_of(key, [value])
    }

    /// Requires that the key has one of these values.
    pub fn one_of<V: Into<String>>(key: impl Into<Key>, values: impl IntoIterator<Item = V>) -> Self {
        Self::test(key, Test::In(values.into_iter().map(Into::into).collect()))
    }

    /// Requires that the key has none of these values.
    pub fn none_of<V: Into<String>>(key: impl Into<Key>, values: impl IntoIterator<Item = V>) -> Self {
        Self::test(key, Test::NotIn(values.into_iter().map(Into::into).collect()))
    }

    /// Requires that the pattern matches a whole value of the key.
    ///
    /// # Errors
    ///
    /// If the pattern can't be read, or is too large.
    pub fn matches(key: impl Into<Key>, pattern: &str) -> Result<Self, PlacementError> {
        Ok(Self::test(key, Test::Matches(Pattern::new(pattern)?)))
    }

    /// Requires that the key is present.
    pub fn exists(key: impl Into<Key>) -> Self {
        Self::test(key, Test::Exists)
    }

    /// Requires that the key's values pass the test.
    pub fn test(key: impl Into<Key>, test: Test) -> Self {
        Self::Attribute(key.into(), test, None)
    }

    /// Requires that fewer than `max` tasks of the group have the same value. With a `max` of 1,
    /// each task has a different value.
    pub fn limit(by: impl Into<Key>, max: usize) -> Self {
        Self::group(Rule::Limit(max), by)
    }

    /// Requires that all tasks of the group have the same value.
    pub fn same(by: impl Into<Key>) -> Self {
        Self::group(Rule::Same, by)
    }

    /// Requires that the group's `instances` are spread evenly over `groups` values.
    pub fn even(by: impl Into<Key>, groups: usize, instances: usize) -> Self {
        Self::group(Rule::Even { groups, instances }, by)
    }

    /// Requires that no value has more than `max_skew` tasks of the group above the value with the
    /// fewest.
    pub fn spread(by: impl Into<Key>, max_skew: usize) -> Self {
        Self::group(Rule::Spread(Spread::new(max_skew)), by)
    }

    /// Requires that a selected task has the same value.
    pub fn near(by: impl Into<Key>, select: Select) -> Self {
        Self::group(Rule::Near(First::default()), by).select(select)
    }

    /// Requires that no selected task has the same value, now or later.
    pub fn away(by: impl Into<Key>, select: Select) -> Self {
        Self::group(Rule::Away, by).select(select)
    }

    /// Requires that the tasks of the same group satisfy the rule.
    pub fn group(rule: Rule, by: impl Into<Key>) -> Self {
        Self::Group(GroupConstraint {
            rule,
            by: by.into(),
            select: Select::Group(None),
            same_version: false,
            counts_stopping: None,
            missing: None,
        })
    }

    /// Sets which tasks a constraint on groups counts.
    #[must_use]
    pub fn select(mut self, select: Select) -> Self {
        if let Self::Group(group) = &mut self {
            group.select = select;
        }
        self
    }

    /// Sets whether an agent without the value meets the constraint.
    #[must_use]
    pub fn missing(mut self, missing: Missing) -> Self {
        match &mut self {
            Self::Attribute(_, _, tested) => *tested = Some(missing),
            Self::Group(group) => group.missing = Some(missing),
            Self::All(_) | Self::Any(_) | Self::Not(_) | Self::Exclusive => {}
        }
        self
    }

    /// Returns whether the constraint is exclusive, or is an `All` with an exclusive part.
    pub(crate) fn is_exclusive(&self) -> bool {
        match self {
            Self::Exclusive => true,
            Self::All(of) => of.iter().any(Self::is_exclusive),
            Self::Any(_) | Self::Not(_) | Self::Attribute(..) | Self::Group(_) => false,
        }
    }

    /// Returns whether the constraint depends on the agent alone, not on tasks.
    pub(crate) fn is_static(&self) -> bool {
        match self {
            Self::Attribute(..) => true,
            Self::All(of) | Self::Any(of) => of.iter().all(Self::is_static),
            Self::Not(of) => of.is_static(),
            Self::Group(_) | Self::Exclusive => false,
        }
    }

    /// Returns the ids of the only agents that can meet the constraint, if it names them.
    pub(crate) fn agents(&self) -> Option<&Values> {
        match self {
            Self::Attribute(Key::Agent, Test::In(ids), _) => Some(ids),
            _ => None,
        }
    }

    /// Counts the constraints, with nested ones up to the permitted depth.
    pub(crate) fn count(constraints: &[Self]) -> usize {
        Self::count_above(constraints, MAX_DEPTH + 1)
    }

    fn count_above(constraints: &[Self], depth: usize) -> usize {
        let below =
            |one: &Self| depth.checked_sub(1).map_or(0, |depth| Self::count_above(one.parts(), depth));
        constraints.iter().map(|one| 1 + below(one)).sum()
    }

    /// Returns the parts of the constraint.
    fn parts(&self) -> &[Self] {
        match self {
            Self::All(of) | Self::Any(of) => of,
            Self::Not(of) => std::slice::from_ref(&**of),
            Self::Attribute(..) | Self::Group(_) | Self::Exclusive => &[],
        }
    }

    /// Returns whether the constraint contains an empty list.
    pub(crate) fn has_empty_list(&self) -> bool {
        match self {
            Self::All(of) | Self::Any(of) => of.is_empty() || of.iter().any(Self::has_empty_list),
            Self::Not(of) => of.has_empty_list(),
            Self::Attribute(..) | Self::Group(_) | Self::Exclusive => false,
        }
    }

    /// Refuses a constraint that can never be met.
    pub(crate) fn check(&self, depth: usize) -> Result<(), PlacementError> {
        let wrong = |problem: &str| Err(PlacementError::Constraint(problem.to_owned()));
        match self {
            _ if depth > MAX_DEPTH => wrong("constraints are nested too deeply: at most 16 times"),
            Self::All(of) | Self::Any(of) => of.iter().try_for_each(|one| one.check(depth + 1)),
            Self::Not(of) => of.check(depth + 1),
            Self::Group(group) => match &group.rule {
                Rule::Limit(0) => wrong("limit: max must be at least 1"),
                Rule::Even { groups: 0, .. } => wrong("even: groups must be at least 1"),
                Rule::Even { instances: 0, .. } => wrong("even: instances must be at least 1"),
                Rule::Spread(Spread { max_skew: 0, .. }) => wrong("spread: max_skew must be at least 1"),
                _ => Ok(()),
            },
            Self::Attribute(_, Test::In(values), _) if values.is_empty() => {
                wrong("in: there must be a value")
            }
            Self::Attribute(..) | Self::Exclusive => Ok(()),
        }
    }
}

/// How deep constraints may be nested.
const MAX_DEPTH: usize = 16;
