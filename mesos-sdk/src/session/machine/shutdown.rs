//! The requested end of the session.

use std::time::Duration;

use crate::session::input::{Outcome, Stop};
use crate::{Error, ErrorKind};

/// The requested end of the session, if any.
#[derive(Debug, Default)]
pub(super) struct Shutdown {
    /// The request, and its deadline.
    asked: Option<(Stop, Duration)>,
}

/// How far the session is on its way to the end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Progress {
    /// Whether everything that is kept has arrived, and every call has a response.
    pub(super) is_drained: bool,
    /// Whether every call has a response, and no handler is at work on something that it may want
    /// to acknowledge.
    pub(super) is_settled: bool,
    /// Whether the peer has confirmed the end of the session.
    pub(super) is_torn_down: bool,
}

/// How the session ends now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Done,
    /// No peer has confirmed the end in time.
    Unconfirmed,
}

impl Shutdown {
    /// Requests an end. Returns whether that changes anything: the first request counts, except
    /// that [`Stop::Abort`] overrides it.
    pub(super) fn ask(&mut self, stop: Stop, until: Duration) -> bool {
        let changes = self.asked.is_none() || stop == Stop::Abort;
        if changes {
            self.asked = Some((stop, until));
        }
        changes
    }

    /// Returns the request.
    pub(super) fn stop(&self) -> Option<Stop> {
        self.asked.map(|(stop, _)| stop)
    }

    /// Returns its deadline.
    pub(super) fn deadline(&self) -> Option<Duration> {
        self.asked.map(|(_, until)| until)
    }

    /// Returns whether the user has ended or left the framework, so that events are no longer
    /// delivered.
    pub(super) fn is_leaving(&self) -> bool {
        matches!(self.stop(), Some(Stop::Teardown | Stop::Leave | Stop::Abort))
    }

    /// Returns whether, and how, the session ends now.
    pub(super) fn verdict(&self, now: Duration, progress: Progress) -> Option<Verdict> {
        let (stop, until) = self.asked?;
        let is_late = now >= until;
        match stop {
            Stop::Drain if is_late || progress.is_drained => Some(Verdict::Done),
            Stop::Leave if is_late || progress.is_settled => Some(Verdict::Done),
            // The peer decides how long it leaves the stream open.
            Stop::Teardown if is_late && progress.is_torn_down => Some(Verdict::Done),
            Stop::Teardown if is_late => Some(Verdict::Unconfirmed),
            Stop::Drain | Stop::Leave | Stop::Teardown | Stop::Abort => None,
        }
    }

    /// Returns whether `end` is what the user requested.
    pub(super) fn wants(&self, end: &Error) -> bool {
        match self.stop() {
            Some(Stop::Teardown) => end.kind() == ErrorKind::FrameworkRemoved,
            // The other instance may take over before this one has left.
            Some(Stop::Leave) => end.kind() == ErrorKind::FailedOver,
            _ => false,
        }
    }

    /// Returns the outcome of a session that ends successfully.
    pub(super) fn outcome(&self, is_torn_down: bool) -> Outcome {
        match self.stop() {
            Some(Stop::Teardown) => Outcome::TornDown,
            _ if is_torn_down => Outcome::TornDown,
            _ => Outcome::Left,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNTIL: Duration = Duration::from_secs(15);
    const NOTHING: Progress = Progress { is_drained: false, is_settled: false, is_torn_down: false };

    fn asked(stop: Stop) -> Shutdown {
        let mut shutdown = Shutdown::default();
        assert!(shutdown.ask(stop, UNTIL));
        shutdown
    }

    #[test]
    fn first_request_decides_except_for_abort() {
        let mut shutdown = asked(Stop::Drain);
        assert!(!shutdown.ask(Stop::Teardown, UNTIL * 2) && shutdown.stop() == Some(Stop::Drain));
        assert!(!shutdown.is_leaving());
        assert!(shutdown.ask(Stop::Abort, UNTIL) && shutdown.is_leaving());
    }

    #[test]
    fn each_end_waits_only_for_its_own() {
        let done = [
            (Stop::Drain, Progress { is_drained: true, ..NOTHING }),
            (Stop::Leave, Progress { is_settled: true, ..NOTHING }),
        ];
        for (stop, progress) in done {
            let shutdown = asked(stop);
            assert_eq!(shutdown.verdict(Duration::ZERO, NOTHING), None);
            assert_eq!(shutdown.verdict(Duration::ZERO, progress), Some(Verdict::Done));
            assert_eq!(shutdown.verdict(UNTIL, NOTHING), Some(Verdict::Done));
        }
        let teardown = asked(Stop::Teardown);
        let torn_down = Progress { is_torn_down: true, ..NOTHING };
        assert_eq!(teardown.verdict(Duration::ZERO, torn_down), None, "the stream may still end");
        assert_eq!(teardown.verdict(UNTIL, torn_down), Some(Verdict::Done));
        assert_eq!(teardown.verdict(UNTIL, NOTHING), Some(Verdict::Unconfirmed));
        assert_eq!(Shutdown::default().verdict(UNTIL, NOTHING), None);
    }

    #[test]
    fn requested_end_is_recognized() {
        let end = |kind| Error::new(kind, "the end");
        assert!(asked(Stop::Teardown).wants(&end(ErrorKind::FrameworkRemoved)));
        assert!(!asked(Stop::Teardown).wants(&end(ErrorKind::FailedOver)));
        assert!(asked(Stop::Leave).wants(&end(ErrorKind::FailedOver)));
        assert!(!Shutdown::default().wants(&end(ErrorKind::FrameworkRemoved)));
        assert_eq!(asked(Stop::Teardown).outcome(false), Outcome::TornDown);
        assert_eq!(asked(Stop::Leave).outcome(true), Outcome::TornDown);
        assert_eq!(asked(Stop::Leave).outcome(false), Outcome::Left);
    }
}
