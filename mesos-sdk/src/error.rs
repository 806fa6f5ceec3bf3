//! Errors, and how to handle them.

use std::fmt;
use std::sync::Arc;

/// The result of a handler: `Ok`, or any error.
pub type HandlerResult = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// An error of the library: what went wrong, where, and what to do about it.
///
/// Programs match on the [`kind`](Self::kind); people read the text. `{}` writes this level only,
/// and [`source`](std::error::Error::source) returns the cause. `{:#}` writes this level and every
/// cause below it on one line. `{:?}` does the same, because a `main` that returns the error prints
/// it in this way.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
    /// Set if it does not follow from the kind.
    sent: Option<Sent>,
}

/// Whether a failed call reached the peer, which decides whether you may send it again. See
/// [`Error::was_sent`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(
    clippy::exhaustive_enums,
    reason = "these cover every case, so a match should have to handle all three"
)]
pub enum Sent {
    /// The call did not reach the peer, and never will.
    No,
    /// The call may have reached the peer and may have been carried out. Check before you decide.
    Maybe,
    /// The call reached the peer, and the error describes its outcome there.
    Yes,
}

/// The kind of an error, which determines what the caller can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The text of the master, an address or a setting is malformed. Correct it.
    Invalid,
    /// The connection failed or did not last. The driver tries again by itself.
    Unreachable,
    /// The server at the address is not Mesos. Correct the address.
    NotMesos,
    /// A message from the peer can't be decoded, or takes too much memory. It was skipped; the text
    /// describes what is wrong with it.
    Undecodable,
    /// No response came within the time allowed.
    Timeout,
    /// The call was **not sent**, because the driver is not subscribed at this moment. Send it
    /// again after the next `subscribed`, if it still applies.
    NotSubscribed,
    /// The connection was lost after the call was sent, which **may or may not** have arrived.
    /// Reconcile.
    Disconnected,
    /// Too many calls wait for a response. Await the responses of some of them.
    Overloaded,
    /// The peer can't take calls right now (404, 429, 500, 503). Send the call again later.
    Unavailable,
    /// The peer refused the call for good (400 and the like). Correct the call.
    Rejected,
    /// An agent, a file or a container that the call names does not exist (404).
    NotFound,
    /// The call conflicts with the state of the peer (409), for example because resources are no
    /// longer free. Check the state before you decide.
    Conflict,
    /// The peer requires other credentials (401).
    Unauthorized,
    /// The peer can't be trusted: its certificate does not prove its identity, or the credentials
    /// would go to a host that the user did not name.
    Untrusted,
    /// The credentials do not allow this (403).
    Forbidden,
    /// The framework was torn down, or its failover timeout has passed. Its id can't be used again.
    FrameworkRemoved,
    /// Another instance has subscribed with this framework's id. Leave the framework to that
    /// instance.
    FailedOver,
    /// The store of the framework's id does not work, or contains something else. Inspect it.
    Store,
    /// A handler returned an error.
    Handler,
    /// The driver has ended and sends nothing any more.
    Stopped,
}

impl Error {
    /// Creates an error of this kind, for example in a custom detector or connector.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, message: message.into(), source: None, sent: None }))
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let source: Box<dyn std::error::Error + Send + Sync> = source.into();
        self.0.source = Some(source.into());
        self
    }

    /// Appends to the text.
    pub(crate) fn and(mut self, more: &str) -> Self {
        self.0.message.push_str(more);
        self
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns whether the same attempt may succeed later without any change.
    pub fn is_retryable(&self) -> bool {
        use ErrorKind::{Disconnected, NotSubscribed, Overloaded, Timeout, Unavailable, Unreachable};
        matches!(self.kind(), Disconnected | NotSubscribed | Overloaded | Timeout | Unavailable | Unreachable)
    }

    /// Returns whether the failed call was sent. Returns [`No`](Sent::No) for an error that is not
    /// about a call, such as a malformed text.
    pub fn was_sent(&self) -> Sent {
        self.0.sent.unwrap_or_else(|| self.kind().usually_sent())
    }

    /// Overrides what [`was_sent`](Self::was_sent) derives from the kind.
    pub(crate) fn sent(mut self, sent: Sent) -> Self {
        self.0.sent = Some(sent);
        self
    }

    fn fmt_chain(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut last = self.0.message.clone();
        formatter.write_str(&last)?;
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            let text = error.to_string();
            if !last.ends_with(&text) {
                write!(formatter, ": {text}")?;
                last = text;
            }
            cause = error.source();
        }
        Ok(())
    }
}

impl ErrorKind {
    /// Returns whether a call with such an error was sent, unless the place where it failed knows
    /// better.
    fn usually_sent(self) -> Sent {
        match self {
            Self::Disconnected | Self::Timeout | Self::Stopped => Sent::Maybe,
            Self::Unavailable
            | Self::Rejected
            | Self::NotFound
            | Self::Conflict
            | Self::Unauthorized
            | Self::Forbidden
            | Self::Undecodable
            | Self::NotMesos => Sent::Yes,
            Self::Invalid
            | Self::Unreachable
            | Self::NotSubscribed
            | Self::Overloaded
            | Self::Untrusted
            | Self::FrameworkRemoved
            | Self::FailedOver
            | Self::Store
            | Self::Handler => Sent::No,
        }
    }
}

/// Returns whether a handler's error comes from a call that failed temporarily, so that the driver
/// goes on.
pub(crate) fn is_passing(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref::<Error>().is_some_and(Error::is_retryable)
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match formatter.alternate() {
            true => self.fmt_chain(formatter),
            false => formatter.write_str(&self.0.message),
        }
    }
}

/// Writes the error for people, as `main` prints it. `{:#?}` shows the parts.
impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !formatter.alternate() {
            return self.fmt_chain(formatter);
        }
        let mut debug = formatter.debug_struct("Error");
        debug.field("kind", &self.0.kind).field("message", &self.0.message);
        debug.field("source", &self.0.source).field("was_sent", &self.was_sent()).finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error() -> Error {
        let io = std::io::Error::other("no route to host");
        let lower = Error::new(ErrorKind::Unreachable, "m:5050 can't be reached").with_source(io);
        Error::new(ErrorKind::Timeout, "no subscription within 5 s").with_source(lower)
    }

    #[test]
    fn errors_are_shown_as_people_read_them() {
        let chain = "no subscription within 5 s: m:5050 can't be reached: no route to host";
        assert_eq!(error().to_string(), "no subscription within 5 s");
        assert_eq!([format!("{:#}", error()), format!("{:?}", error())], [chain; 2]);
        let original = error();
        let copy = original.clone();
        assert_eq!([format!("{copy:#}"), format!("{original:#}")], [chain; 2]);
        let parts = format!("{:#?}", error());
        assert!(parts.contains("kind: Timeout") && parts.contains("no route"), "{parts}");
    }

    #[test]
    fn repeated_cause_is_printed_once() {
        let repeated = Error::new(ErrorKind::Invalid, "it is wrong: why").with_source("why");
        assert_eq!(format!("{repeated:#}"), "it is wrong: why");
    }

    #[test]
    fn was_sent_follows_from_the_kind() {
        let of = |kind| Error::new(kind, "").was_sent();
        assert_eq!(of(ErrorKind::NotSubscribed), Sent::No);
        assert_eq!(
            [ErrorKind::Disconnected, ErrorKind::Timeout, ErrorKind::Stopped].map(of),
            [Sent::Maybe; 3]
        );
        assert_eq!([ErrorKind::Rejected, ErrorKind::Unavailable].map(of), [Sent::Yes; 2]);
        assert_eq!(error().sent(Sent::No).was_sent(), Sent::No);
    }
}
