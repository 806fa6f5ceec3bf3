//! The resource algebra of Mesos.
//!
//! [`Resources`] adds, subtracts, compares, finds, allocates, reserves and applies the operations
//! of an offer; [`Scalar`] and [`Ranges`] are its values. [`ResourceQuantities`] and
//! [`ResourceLimits`] are amounts by name only, [`Attributes`] describe an agent. [`validate`]
//! checks whether a resource is valid; [`upgrade`] and [`downgrade`] convert between the two
//! formats of reservations.
//!
//! The results are those of `mesos::v1::Resources` in Mesos 1.11, with one difference: text with a
//! scalar that rounds to zero is refused, as agents do, where the v1 parser would drop it.

#![allow(clippy::arithmetic_side_effects, reason = "amounts and sets of them, which saturate")]

pub mod roles;
pub mod value;

mod algebra;
mod allocation;
mod attributes;
mod disk;
mod entry;
mod filter;
mod find;
mod format;
mod invalid;
mod labels;
#[cfg(test)]
mod laws;
mod limits;
mod operation;
mod operators;
mod parse;
mod print;
mod quantities;
mod ranges;
mod reservation;
mod reserve;
mod scalar;
mod set;
mod shrink;
mod validate;

pub use algebra::Resources;
pub use attributes::{Attributes, AttributesError};
pub use entry::is_empty;
pub use format::{RefinedReservationError, downgrade, upgrade};
pub use invalid::ResourceError;
pub use labels::equal as equal_labels;
pub use limits::ResourceLimits;
pub use operation::OperationError;
pub use operators::{IntoIter, Iter};
pub use parse::ResourcesError;
pub(crate) use print::One;
pub use quantities::{QuantitiesError, ResourceQuantities};
pub use ranges::Ranges;
pub use reserve::NotReservedError;
pub use scalar::Scalar;
pub use validate::validate;
