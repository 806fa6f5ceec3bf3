//! Tests for a store, in one line.
//!
//! ```
//! use mesos_launcher::store::{Memory, conformance};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), conformance::Violation> {
//! let store = Memory::default();
//! conformance::check(|| store.clone()).await // the same records each time, as after a restart
//! # }
//! ```

mod crashes;
mod rules;
mod volumes;
mod workload;

pub use crashes::check_files;

use std::fmt;

use super::{Store, StoreError};

/// What a store does otherwise than [`Store`] promises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation(String);

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Violation {}

/// Tests a store: `make` returns one each time, all of the same records, like the process of a
/// scheduler that is started again. The first one must be empty.
///
/// Tests that records survive, that a write is made as a whole even if its future is dropped, that
/// an earlier epoch can't write, and that the limits are kept, also with records as a launcher
/// makes them for the volumes of services. What a crash of the machine leaves is not tested; for
/// stores in files, see [`check_files`].
///
/// # Errors
///
/// The first promise that the store breaks.
pub async fn check<S: Store>(make: impl Fn() -> S) -> Result<(), Violation> {
    rules::is_empty(&make()).await?;
    rules::records_survive(&make).await?;
    rules::writes_are_ordered(&make).await?;
    rules::earlier_epochs_are_fenced(&make).await?;
    rules::limits_are_kept(&make).await?;
    rules::interrupted_writes_are_whole(&make).await?;
    volumes::volumes_survive(&make).await?;
    workload::many_writes_survive(&make).await
}

/// Fails with a text unless a condition holds.
fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<(), Violation> {
    if holds { Ok(()) } else { Err(Violation(what())) }
}

/// What the store must not refuse.
fn expect<T>(what: &str, result: Result<T, StoreError>) -> Result<T, Violation> {
    result.map_err(|error| Violation(format!("{what} failed: {error} ({:?})", error.kind())))
}
