//! Whether an agent still recovers what an earlier run of it has left.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::StatusCode;

use crate::server::HttpResponse;

/// Whether the agent sorts out what an earlier run of it has left. Clones are of the same.
#[derive(Clone, Debug)]
pub(super) struct Recovery(Arc<AtomicBool>);

impl Default for Recovery {
    fn default() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }
}

impl Recovery {
    pub(super) fn set(&self, under_way: bool) {
        self.0.store(under_way, Ordering::Release);
    }

    /// Returns the response to every call of an operator, and to requests of the state page, during
    /// recovery.
    /// state.
    pub(super) fn refusal(&self) -> Option<HttpResponse> {
        let text = "Agent has not finished recovery";
        self.0.load(Ordering::Acquire).then(|| HttpResponse::text(StatusCode::SERVICE_UNAVAILABLE, text))
    }
}
