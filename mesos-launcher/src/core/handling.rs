//! Whether the master has handled an ACCEPT, as far as the result of the call proves it.

use mesos_sdk::{Error, ErrorKind, Sent};

/// Whether the master has handled an ACCEPT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Handling {
    /// The master has handled it.
    Handled,
    /// It did not reach the master, or the master refused it.
    NotHandled,
    /// The master may have handled it, or it may still reach the master.
    InDoubt,
}

impl Handling {
    /// Returns what the result of the call proves.
    pub(crate) fn of(result: &Result<(), Error>) -> Self {
        match result {
            Ok(()) => Self::Handled,
            Err(error) if error.was_sent() == Sent::No || is_refused(error.kind()) => Self::NotHandled,
            // A master that fails at a call, or a proxy before it, may have handled it all the
            // same.
            Err(_) => Self::InDoubt,
        }
    }
}

/// Returns whether the master looked at the call and refused it, by the kind of the error.
fn is_refused(kind: ErrorKind) -> bool {
    use ErrorKind::{Forbidden, NotSubscribed, Rejected, Unauthorized};
    matches!(kind, Rejected | Unauthorized | Forbidden | NotSubscribed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unsent_and_refused_calls_launch_nothing() {
        use ErrorKind::{Conflict, NotMesos, NotSubscribed, Rejected, Timeout, Unavailable, Unreachable};
        let of = |kind| Handling::of(&Err(Error::new(kind, "")));
        assert_eq!(Handling::of(&Ok(())), Handling::Handled);
        assert_eq!([Unreachable, NotSubscribed, Rejected].map(of), [Handling::NotHandled; 3]);
        assert_eq!([Unavailable, Timeout, NotMesos, Conflict].map(of), [Handling::InDoubt; 4]);
    }
}
