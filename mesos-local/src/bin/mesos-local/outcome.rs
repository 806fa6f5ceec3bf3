//! What commands return.

use std::error::Error;

/// Nothing, or an error that people read.
pub(crate) type Outcome = Result<(), Box<dyn Error>>;
