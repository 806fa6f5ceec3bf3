//! Resources and what can be done with them: an algebra with Mesos' own answers.
//!
//! [`Resources`] adds, subtracts, compares, finds, allocates and reserves; [`Scalar`] and [`Ranges`] are the
//! values in it.

pub mod roles;

mod algebra;
mod allocation;
mod disk;
mod entry;
mod filter;
mod find;
mod format;
mod invalid;
mod labels;
mod operators;
mod parse;
mod print;
mod ranges;
mod reservation;
mod reserve;
mod scalar;
mod set;
mod validate;
pub mod value;

pub use algebra::Resources;
pub use entry::is_empty;
pub use format::{RefinedReservation, downgrade, upgrade};
pub use invalid::InvalidResource;
pub use labels::equal as equal_labels;
pub use operators::{IntoIter, Iter};
pub use parse::InvalidResources;
pub use ranges::Ranges;
pub use reserve::NotReserved;
pub use scalar::Scalar;
pub use validate::validate;
