//! Calls that have waited too long for their response.

use std::collections::VecDeque;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::Instant;

use super::{Calls, Link};
use crate::http::After;
use crate::{Error, ErrorKind, Sent};

/// A call without a response for this long holds up those behind it.
const HELD_UP_AFTER: Duration = Duration::from_secs(1);

impl Calls {
    /// Returns whether a response has been awaited for long, with no response to any other call in
    /// the meantime.
    pub(super) fn is_held_up(&self, now: Instant) -> bool {
        self.waiting_since().is_some_and(|since| now.saturating_duration_since(since) >= HELD_UP_AFTER)
    }

    /// Returns since when a response has been awaited and none has arrived.
    fn waiting_since(&self) -> Option<Instant> {
        let oldest = self.pipeline.oldest()?;
        Some(self.last_response.map_or(oldest.since, |last| last.max(oldest.since)))
    }

    /// Returns when the oldest call will have waited too long, with no response to any other call
    /// in the meantime.
    pub(in crate::session) fn deadline(&self) -> Option<Instant> {
        let since = self.waiting_since()?;
        since.checked_add(self.settings.call_timeout)
    }

    /// Gives up the calls that have waited too long by `now`, given that everything that arrived by
    /// then was read.
    pub(in crate::session) fn give_up_late(&mut self, now: Instant) {
        if self.deadline().is_none_or(|deadline| now < deadline) {
            return;
        }
        if self.renewing.take().is_some() {
            let what =
                format!("the {} refused the call, and obtaining newer credentials took over", self.peer);
            let refused = self.pipeline.take_refused();
            return self.all_failed(refused, &self.late(&what, "").sent(Sent::Yes));
        }
        if self.is_decided() {
            return self.answered(now, After::Nothing);
        }
        let (asked, useful) = (self.pipeline.has_asked(), self.pipeline.is_useful());
        let mut lost = VecDeque::from(self.pipeline.closed());
        let first = lost.pop_front().or_else(|| self.pipeline.give_up_next());
        self.disconnect();
        self.all_failed(first, &if asked { self.unanswered() } else { self.unsent() });
        self.all_failed(lost, &self.behind());
        let timeout = self.settings.call_timeout;
        let late = self.pipeline.give_up_waiting(|call| {
            let is_late = now.saturating_duration_since(call.since) >= timeout;
            let gives_up = is_late && !(asked && useful && !call.has_waited);
            if is_late && !gives_up {
                (call.since, call.has_waited) = (now, true);
            }
            gives_up
        });
        self.all_failed(late, &self.unsent());
    }

    fn unanswered(&self) -> Error {
        let what = format!("the {} did not respond to the call within", self.peer);
        self.late(&what, ": it may or may not have arrived")
    }

    fn unsent(&self) -> Error {
        self.late(&format!("the call could not be sent to the {} within", self.peer), "").sent(Sent::No)
    }

    fn late(&self, what: &str, consequence: &str) -> Error {
        let seconds = self.settings.call_timeout.as_secs_f64();
        Error::new(ErrorKind::Timeout, format!("{what} {seconds} s{consequence}"))
    }

    /// Stops waiting for the rest of a response whose status decides, when no part of it arrives.
    pub(super) fn poll_rest(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if let (true, Some(begun)) = (self.is_decided(), &mut self.begun) {
            ready!(begun.poll_end(context));
            self.answered(Instant::now(), After::Nothing);
            return Poll::Ready(());
        }
        Poll::Pending
    }

    /// Returns whether the status of the response that is being received decides, however much of
    /// the body arrives: that of a success, or of a response without an end.
    fn is_decided(&self) -> bool {
        let Link::Open(connection) = &self.link else { return false };
        self.begun.as_ref().is_some_and(|begun| begun.is_success() || connection.response_has_no_end())
    }
}
