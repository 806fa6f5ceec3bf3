//! Decides what follows a failed attempt at a call.

use std::time::Duration;

use crate::backoff::Backoff;
use crate::{Address, Error, ErrorKind};

/// How many redirects in a row are followed at once.
const MAX_REDIRECTS: u32 = 5;

/// Why an attempt has failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Nothing was done: the call was not sent, or no peer accepted it.
    NotDone(Error),
    /// Nothing was done, because another master leads: this one, if it is known.
    NotLeading(Option<Address>, Error),
    /// The call may have been carried out.
    Unknown(Error),
    /// The peer refused the call, and would refuse it again.
    Refused(Error),
}

/// The next step.
#[derive(Debug)]
pub(crate) enum Next {
    /// Send the call to this address at once.
    At(Address),
    /// Wait this long, then look for the leader again.
    Later(Duration),
    /// Return this error.
    GiveUp(Error),
}

/// The attempts at one call.
#[derive(Debug)]
pub(crate) struct Attempts {
    /// Whether the call may be repeated without harm.
    repeatable: bool,
    left: u32,
    redirects: u32,
    /// How many masters there are to ask, and how many in a row were not masters, or must not be
    /// contacted.
    candidates: usize,
    astray: usize,
    backoff: Backoff,
}

impl Attempts {
    pub(crate) fn new(repeatable: bool, retries: u32, candidates: usize, seed: u64) -> Self {
        let backoff = Backoff::new(seed);
        Self { repeatable, left: retries, redirects: 0, candidates, astray: 0, backoff }
    }

    /// Decides what follows a failure.
    pub(crate) fn after(&mut self, failure: Failure) -> Next {
        match failure {
            // A peer that is not a master has done nothing.
            Failure::Refused(error) | Failure::NotDone(error) | Failure::Unknown(error)
                if matches!(error.kind(), ErrorKind::NotMesos | ErrorKind::Untrusted) =>
            {
                self.next_master(error)
            }
            Failure::Refused(error) => Next::GiveUp(error),
            Failure::Unknown(error) if !self.repeatable => Next::GiveUp(error),
            Failure::NotLeading(Some(leader), _) if self.redirects < MAX_REDIRECTS => {
                self.redirects += 1;
                Next::At(leader)
            }
            Failure::NotDone(error) | Failure::Unknown(error) | Failure::NotLeading(_, error) => {
                self.later(error)
            }
        }
    }

    /// Tries the next master. Waiting does not correct a wrong address, so the call fails once
    /// every master had its turn.
    fn next_master(&mut self, error: Error) -> Next {
        let astray = self.astray.saturating_add(1);
        if astray >= self.candidates {
            return Next::GiveUp(error);
        }
        let next = self.later(error);
        self.astray = astray;
        next
    }

    fn later(&mut self, error: Error) -> Next {
        self.astray = 0;
        if error.kind() == ErrorKind::Invalid || self.left == 0 {
            return Next::GiveUp(error);
        }
        self.left -= 1;
        self.redirects = 0;
        Next::Later(self.backoff.next_wait())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempts(repeatable: bool, retries: u32) -> Attempts {
        Attempts::new(repeatable, retries, 1, 1)
    }

    fn error() -> Error {
        Error::new(ErrorKind::Disconnected, "closed")
    }

    #[test]
    fn queries_are_retried_up_to_the_limit() {
        let mut attempts = attempts(true, 2);
        assert!(matches!(attempts.after(Failure::Unknown(error())), Next::Later(_)));
        assert!(matches!(attempts.after(Failure::NotDone(error())), Next::Later(_)));
        assert!(matches!(attempts.after(Failure::Unknown(error())), Next::GiveUp(_)));
    }

    #[test]
    fn changes_are_retried_only_if_not_done() {
        assert!(matches!(attempts(false, 2).after(Failure::NotDone(error())), Next::Later(_)));
        assert!(matches!(attempts(false, 2).after(Failure::NotLeading(None, error())), Next::Later(_)));
        assert!(matches!(attempts(false, 2).after(Failure::Unknown(error())), Next::GiveUp(_)));
    }

    #[statement::proves(redir)]
    #[test]
    fn redirect_circle_ends() {
        let mut attempts = attempts(false, 1);
        let mut redirects = 0;
        let leader = Address::new("m", 1);
        while !matches!(attempts.after(Failure::NotLeading(Some(leader.clone()), error())), Next::GiveUp(_)) {
            redirects += 1;
        }
        assert_eq!(redirects, 2 * MAX_REDIRECTS + 1);
    }

    #[test]
    fn every_listed_master_has_its_turn() {
        for kind in [ErrorKind::NotMesos, ErrorKind::Untrusted] {
            let stray = || Error::new(kind, "no master");
            let mut attempts = Attempts::new(false, 9, 2, 1);
            assert!(matches!(attempts.after(Failure::Unknown(stray())), Next::Later(_)));
            assert!(matches!(attempts.after(Failure::NotDone(error())), Next::Later(_)));
            assert!(matches!(attempts.after(Failure::Refused(stray())), Next::Later(_)));
            assert!(matches!(attempts.after(Failure::NotDone(stray())), Next::GiveUp(_)));
        }
    }

    #[test]
    fn a_no_is_final() {
        assert!(matches!(attempts(true, 9).after(Failure::Refused(error())), Next::GiveUp(_)));
        let stranger = Error::new(ErrorKind::NotMesos, "no Mesos");
        assert!(matches!(attempts(true, 9).after(Failure::Unknown(stranger)), Next::GiveUp(_)));
    }
}
