//! Which tasks a constraint counts.

use std::collections::{BTreeMap, BTreeSet};

/// Which tasks a constraint counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Select {
    /// Those of this group, or without a name of the task's own; in the task's own namespace.
    Group(Option<String>),
    /// Those whose labels meet all of these, in these namespaces, or without any in the task's own.
    Labels(Vec<LabelTest>, Option<BTreeSet<String>>),
    /// None.
    None,
}

/// A test of a label.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum LabelTest {
    /// The label is there, with one of these values.
    In(String, BTreeSet<String>),
    /// The label has none of these values, or is not there.
    NotIn(String, BTreeSet<String>),
    /// The label is there.
    Exists(String),
    /// The label is not there.
    Absent(String),
}

impl Select {
    /// Selects the tasks of this group.
    pub fn group(name: impl Into<String>) -> Self {
        Self::Group(Some(name.into()))
    }

    /// Selects the tasks that have this label, in the task's own namespace.
    pub fn label(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self::Labels(vec![LabelTest::In(name.into(), BTreeSet::from([value.into()]))], None)
    }

    /// Names the group and the namespaces that are left out here: those of the task that has the
    /// constraint.
    pub(crate) fn resolved(&self, group: &str, namespace: &str) -> Selected {
        match self {
            Self::Group(other) => {
                let group = other.as_deref().unwrap_or(group).to_owned();
                Selected::Group { group, namespace: namespace.to_owned() }
            }
            Self::Labels(tests, namespaces) => {
                let namespaces = namespaces.clone().unwrap_or_else(|| BTreeSet::from([namespace.to_owned()]));
                Selected::Labels(tests.clone(), namespaces)
            }
            Self::None => Selected::None,
        }
    }
}

/// Which tasks are counted, whoever asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Selected {
    Group { group: String, namespace: String },
    Labels(Vec<LabelTest>, BTreeSet<String>),
    None,
}

impl LabelTest {
    pub(crate) fn is_met(&self, labels: &BTreeMap<String, String>) -> bool {
        match self {
            Self::In(name, values) => labels.get(name).is_some_and(|value| values.contains(value)),
            Self::NotIn(name, values) => labels.get(name).is_none_or(|value| !values.contains(value)),
            Self::Exists(name) => labels.contains_key(name),
            Self::Absent(name) => !labels.contains_key(name),
        }
    }
}
