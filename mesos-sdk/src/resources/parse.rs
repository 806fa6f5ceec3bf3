//! Resources from text: `cpus:8;mem(role):100;ports:[1-2,4-5];disks:{a,b}`, or a JSON array.

#[cfg(feature = "json")]
mod json;

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::proto::v1::value::Type;
use crate::proto::v1::{Resource, Value};

use super::entry::Entry;
use super::value::{self, ValueError, tokens};
use super::{ResourceError, Resources, Scalar, entry, reservation};

/// A text that does not give resources. Reading it again gives the same error: change the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResourcesError {
    /// Not `name:value`.
    #[error("{0:?} is not a resource: write name:value, as in cpus:8")]
    Pair(String),
    /// A role without its closing parenthesis.
    #[error("{0:?} has a parenthesis that does not match: write name(role):value, as in mem(eng):100")]
    Parentheses(String),
    /// The value cannot be read.
    #[error("resource {name:?} cannot be read")]
    Value {
        /// The resource.
        name: String,
        /// What is wrong with the value.
        source: ValueError,
    },
    /// The value is text.
    #[error("resource {0:?} has text for a value: write a number, [1-10] or {{a,b}}")]
    Text(String),
    /// The scalar is not zero but rounds to it.
    #[error("resource {0:?} rounds to zero: Mesos keeps three decimals")]
    TooSmall(String),
    /// The scalar, or the sum of those that have its name and reservation, is beyond what Mesos can
    /// calculate with.
    #[error("resource {0:?} is too large: Mesos keeps less than 9.2e15")]
    TooLarge(String),
    /// The resource is not valid.
    #[error("resource {name:?} is not valid")]
    Resource {
        /// The resource.
        name: String,
        /// What is wrong with it.
        source: ResourceError,
    },
    /// Two resources of one name have different types.
    #[error("resource {0:?} has values of different types")]
    Types(String),
    /// Persistent volumes, revocable resources and dynamic reservations come from operations, not
    /// from text.
    #[error("resource {name:?} is {what}, which cannot be written as text")]
    Programmatic {
        /// The resource.
        name: String,
        /// What it is.
        what: &'static str,
    },
    /// The JSON form cannot be read.
    #[error("no JSON array of resources: {0}")]
    Json(String),
}

/// Reads resources; those for which the text has no role are unreserved.
impl FromStr for Resources {
    type Err = ResourcesError;
    fn from_str(text: &str) -> Result<Self, ResourcesError> {
        Self::parse(text, "*")
    }
}

impl Resources {
    /// Reads resources; those for which the text has no role are reserved to `default_role`,
    /// statically, unless it is `*`.
    ///
    /// The text is `name(role):value` separated by `;`, or (with the feature `json`) a JSON array
    /// of `Resource` messages. Empty resources are dropped. As Mesos' agents do, this refuses a
    /// scalar that is not zero but rounds to zero, and one beyond the limit of
    /// [`Scalar`](super::Scalar).
    pub fn parse(text: &str, default_role: &str) -> Result<Self, ResourcesError> {
        let mut total = Self::new();
        for resource in read(text, default_role)? {
            let name = resource.name.clone();
            let too_small =
                entry::is_empty(&resource) && resource.scalar.is_some_and(|scalar| scalar.value != 0.0);
            match Entry::new(resource) {
                Ok(_) if too_small => return Err(ResourcesError::TooSmall(name)),
                Ok(entry) => total.add_entry(entry),
                Err(source) => return Err(ResourcesError::Resource { name, source }),
            }
        }
        total.iter().try_for_each(refuse_too_large)?;
        total.iter().try_for_each(refuse_programmatic)?;
        one_type_per_name(&total)?;
        Ok(total)
    }
}

/// Reads a JSON array, or else the simple form.
fn read(text: &str, default_role: &str) -> Result<Vec<Resource>, ResourcesError> {
    if !text.trim_start().starts_with('[') {
        return read_simple(text, default_role);
    }
    #[cfg(feature = "json")]
    let not_json = match json::read(text, default_role) {
        Ok(resources) => return resources,
        Err(not_json) => not_json,
    };
    #[cfg(not(feature = "json"))]
    let not_json = "the feature `json` is not enabled".to_owned();
    read_simple(text, default_role).map_err(|_| ResourcesError::Json(not_json))
}

fn read_simple(text: &str, default_role: &str) -> Result<Vec<Resource>, ResourcesError> {
    tokens(text, &[';']).map(|token| read_pair(token, default_role)).collect()
}

fn read_pair(token: &str, default_role: &str) -> Result<Resource, ResourcesError> {
    let pair: Vec<_> = tokens(token, &[':']).collect();
    let [key, value] = pair[..] else { return Err(ResourcesError::Pair(token.to_owned())) };
    let Some((name, rest)) = key.split_once('(') else {
        return new_resource(trim(key), value, default_role);
    };
    match rest.split_once(')') {
        Some((role, _)) if !name.contains(')') => new_resource(trim(name), value, trim(role)),
        _ => Err(ResourcesError::Parentheses(token.to_owned())),
    }
}

#[expect(deprecated, reason = "the old form of a static reservation is the shortest")]
fn new_resource(name: &str, text: &str, role: &str) -> Result<Resource, ResourcesError> {
    let value =
        value::parse(text).map_err(|source| ResourcesError::Value { name: name.to_owned(), source })?;
    let Value { r#type, scalar, ranges, set, text } = value;
    if text.is_some() {
        return Err(ResourcesError::Text(name.to_owned()));
    }
    let (name, role) = (name.to_owned(), Some(role.to_owned()));
    Ok(Resource { name, r#type, scalar, ranges, set, role, ..Resource::default() })
}

/// Removes the white space around the text, as Mesos defines it.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\n', '\r'])
}

fn refuse_too_large(resource: &Resource) -> Result<(), ResourcesError> {
    let is_at_the_limit = |scalar| Scalar::from(scalar) == Scalar::from_thousandths(i64::MAX);
    if resource.scalar.is_some_and(is_at_the_limit) {
        return Err(ResourcesError::TooLarge(resource.name.clone()));
    }
    Ok(())
}

fn refuse_programmatic(resource: &Resource) -> Result<(), ResourcesError> {
    let what = if super::algebra::is_volume(resource) {
        "a persistent volume"
    } else if resource.revocable.is_some() {
        "revocable"
    } else if reservation::is_dynamic(resource) {
        "reserved dynamically"
    } else {
        return Ok(());
    };
    Err(ResourcesError::Programmatic { name: resource.name.clone(), what })
}

fn one_type_per_name(resources: &Resources) -> Result<(), ResourcesError> {
    let mut types: BTreeMap<&str, Type> = BTreeMap::new();
    for resource in resources {
        let kind = resource.r#type();
        if *types.entry(&resource.name).or_insert(kind) != kind {
            return Err(ResourcesError::Types(resource.name.clone()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_text_with_roles() {
        let resources = Resources::parse(" cpus :2.5; ports(eng):[0-9] ;disks( ops ):{a,b};gpus:0", "all");
        assert_eq!(
            resources.unwrap().to_string(),
            "cpus(reservations: [(STATIC,all)]):2.5; ports(reservations: [(STATIC,eng)]):[0-9]; \
             disks(reservations: [(STATIC,ops)]):{a, b}"
        );
        assert_eq!("cpus:1;;cpus:2".parse::<Resources>().unwrap().to_string(), "cpus:3");
        assert_eq!("".parse(), Ok(Resources::new()));
    }

    #[test]
    fn invalid_resource_is_refused() {
        use ResourcesError as Invalid;
        let error = |text: &str| text.parse::<Resources>().unwrap_err();
        for text in ["cpus", "cpus:1:2", "cpus:1; "] {
            assert!(matches!(error(text), Invalid::Pair(_)), "{text}");
        }
        for text in ["cpus(eng:1", "cpus)eng(:1"] {
            assert!(matches!(error(text), Invalid::Parentheses(_)), "{text}");
        }
        for text in ["cpus(-eng):1", "cpus():1", "(eng):1", "disks:{a,a}", "ports:[5-3]"] {
            assert!(matches!(error(text), Invalid::Resource { .. }), "{text}");
        }
        assert!(matches!(error("cpus:-1"), Invalid::Value { .. }));
        assert_eq!(error("cpus:a"), Invalid::Text("cpus".to_owned()));
        assert_eq!(error("cpus:0.0004"), Invalid::TooSmall("cpus".to_owned()));
        for text in ["cpus:9223372036854775", "cpus:1e300", "cpus:9e15;cpus:9e15"] {
            assert_eq!(error(text), Invalid::TooLarge("cpus".to_owned()), "{text}");
        }
        assert!("cpus:9e15;cpus(eng):9e15".parse::<Resources>().is_ok());
        assert_eq!(error("a(x):1;a(y):[1-2]"), Invalid::Types("a".to_owned()));
    }

    #[cfg(not(feature = "json"))]
    #[test]
    fn json_needs_its_feature() {
        let error = "[{\"name\":\"cpus\"}]".parse::<Resources>().unwrap_err();
        assert!(error.to_string().contains("feature `json`"));
    }
}
