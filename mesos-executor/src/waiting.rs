//! Waiting for what may never come.

use std::future::pending;

use tokio::time::{Instant, sleep_until};

/// Returns at this point in time; without one, never.
pub(crate) async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => pending().await,
    }
}
