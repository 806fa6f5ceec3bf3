//! What the result of an ACCEPT proves.

use mesos_sdk::{Error, ErrorKind, Sent};

/// What became of an ACCEPT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The master has handled it.
    Handled,
    /// It did not reach the master, or the master refused it.
    NotSent,
    /// The master may have handled it, or it may still reach the master.
    InDoubt,
}

impl Fate {
    /// Returns what the result of the call proves.
    pub(crate) fn of(result: &Result<(), Error>) -> Self {
        match result {
            Ok(()) => Self::Handled,
            Err(error) if error.was_sent() == Sent::No || is_refused(error.kind()) => Self::NotSent,
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
        let of = |kind| Fate::of(&Err(Error::new(kind, "")));
        assert_eq!(Fate::of(&Ok(())), Fate::Handled);
        assert_eq!([Unreachable, NotSubscribed, Rejected].map(of), [Fate::NotSent; 3]);
        assert_eq!([Unavailable, Timeout, NotMesos, Conflict].map(of), [Fate::InDoubt; 4]);
    }
}
