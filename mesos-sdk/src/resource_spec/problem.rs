//! Why a spec can't be read from resources.

use crate::proto::v1::value::Type;
use crate::resources::{ResourceError, Scalar};

/// A resource that a spec can't be read from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("resource {resource:?} of {spec} {problem}")]
#[non_exhaustive]
pub struct ResourceSpecError {
    /// The type that was to be read.
    pub spec: &'static str,
    /// The name of the resource.
    pub resource: String,
    /// What is wrong with it.
    pub problem: ResourceSpecErrorKind,
}

/// What is wrong with a resource.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResourceSpecErrorKind {
    /// No resource has the name, and the field has no default.
    #[error("is missing; if it need not be there, make the field an Option or give it a default")]
    Missing,

    /// The resource has another type than the field.
    #[error("is of type {}, not {}", found.as_str_name(), expected.as_str_name())]
    WrongType {
        /// The type of the field.
        expected: Type,
        /// The type of the resource.
        found: Type,
    },

    /// Mesos would refuse or ignore such a resource.
    #[error("is invalid: {0}")]
    Invalid(ResourceError),

    /// The total is not a value of the field.
    #[error("is {amount}, and the field holds {expected}")]
    Amount {
        /// The total, in the unit of the resource.
        amount: Scalar,
        /// What the field can hold.
        expected: &'static str,
    },
}
