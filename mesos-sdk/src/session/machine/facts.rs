//! What the machine knows, for those who watch it.

use super::Machine;
#[cfg(feature = "metrics")]
use super::{State, call_table};
#[cfg(feature = "metrics")]
use crate::Error;
use crate::session::Role;
use crate::session::role::CallId;

impl<R: Role> Machine<R> {
    /// Returns how many tasks and operations the reconciliation under way has no state of.
    #[cfg(feature = "metrics")]
    pub(in crate::session) fn unreconciled(&self) -> usize {
        self.role.unreconciled()
    }

    /// Returns why the last attempt or subscription has ended, while the session continues.
    #[cfg(feature = "metrics")]
    pub(in crate::session) fn last_loss(&self) -> Option<&Error> {
        self.last_error.as_ref().filter(|_| !matches!(self.state, State::Ended))
    }

    /// Returns a call that was sent and has no response.
    pub(in crate::session) fn unanswered_call(&self, id: CallId) -> Option<&R::Call> {
        self.calls.get(id)
    }

    /// Returns whether the session made the call with this id itself, so that nobody gets its
    /// result.
    #[cfg(feature = "metrics")]
    pub(in crate::session) fn is_own_call(id: CallId) -> bool {
        call_table::is_own(id)
    }
}
