//! Whether the master takes calls: leading, standing by, or in between.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use http::StatusCode;

use crate::server::HttpResponse;

/// How the master responds before it looks at a request. Tests change it.
#[derive(Debug, Default)]
pub(super) struct Availability {
    role: Mutex<Role>,
    lost_responses: AtomicUsize,
}

/// What the master is at the moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Role {
    #[default]
    Leading,
    /// Another master leads, at `host:port`.
    Standby(String),
    /// Nobody leads.
    NoLeader,
    /// It leads, and does not know its state yet.
    Recovering,
}

impl Availability {
    pub(super) fn set(&self, role: Role) {
        *self.role.lock().unwrap_or_else(PoisonError::into_inner) = role;
    }

    fn role(&self) -> Role {
        self.role.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the response to a request for `path` if this master does not lead.
    pub(super) fn refusal(&self, path: &str) -> Option<HttpResponse> {
        let unavailable = |text: &str| Some(HttpResponse::text(StatusCode::SERVICE_UNAVAILABLE, text));
        match self.role() {
            Role::Leading => None,
            Role::Standby(leader) => Some(HttpResponse::redirect(&format!("//{leader}{path}"))),
            Role::NoLeader => unavailable("No leader elected"),
            Role::Recovering => unavailable("Master has not finished recovery"),
        }
    }

    /// Returns the response of `/redirect`: the base address of the leader, `own` unless this is a
    /// standby.
    pub(super) fn redirect(&self, own: &str) -> HttpResponse {
        match self.role() {
            Role::Leading | Role::Recovering => HttpResponse::redirect(&format!("//{own}")),
            Role::Standby(leader) => HttpResponse::redirect(&format!("//{leader}")),
            Role::NoLeader => HttpResponse::text(StatusCode::SERVICE_UNAVAILABLE, "No leader elected"),
        }
    }

    /// Carries out the next `count` calls, but loses their responses.
    pub(super) fn drop_responses(&self, count: usize) {
        self.lost_responses.fetch_add(count, Ordering::Relaxed);
    }

    /// Returns whether to lose the response that is about to be sent.
    pub(super) fn loses_this_response(&self) -> bool {
        let less = |left: usize| left.checked_sub(1);
        self.lost_responses.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }
}
