//! What can go wrong, and what to do about it.

use std::fmt;
use std::sync::Arc;

/// What a handler returns: `Ok`, or any error.
pub type HandlerResult = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// An error of the library: what went wrong, where, and what to do.
///
/// [`kind`](Self::kind) is for programs, the text is for people. `{}` writes this level only, the cause is in
/// [`source`](std::error::Error::source); `{:#}` writes this level and every cause below it on one line, and so does `{:?}`:
/// it is what a `main` that returns the error prints.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
    /// If it does not follow from the kind.
    sent: Option<Sent>,
}

/// Whether a call that failed reached the peer: what decides whether it may be sent again. See [`Error::was_sent`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sent {
    /// It did not reach the peer, and never will.
    No,
    /// It may have reached the peer, and may have been carried out: look, then decide.
    Maybe,
    /// It reached the peer: the error says what became of it there.
    Yes,
}

/// What kind of error it is; each says what the caller can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The text given for the master, an address or a setting is malformed: correct it.
    Invalid,
    /// No connection, or none that lasted: the driver tries again by itself.
    Unreachable,
    /// Something answers at the address that is no Mesos: correct the address.
    NotMesos,
    /// What the peer sent can't be decoded, or takes too much memory: it was passed over. The text says what is wrong
    /// with it.
    Undecodable,
    /// No answer within the time allowed.
    Timeout,
    /// The call was **not sent**, because the driver is not subscribed at this moment: send it again after the next
    /// `subscribed`, if it still applies.
    NotSubscribed,
    /// The connection was lost after the call had been sent: it **may or may not** have arrived. Reconcile.
    Disconnected,
    /// Too many calls wait for an answer: await the answers of some of them.
    Overloaded,
    /// The peer can't take calls right now (404, 429, 500, 503): send it again later.
    Unavailable,
    /// The peer refused the call for good (400 and the like): correct the call.
    Rejected,
    /// What the call names does not exist (404): an agent, a file, a container.
    NotFound,
    /// The call does not fit the state that the peer is in (409), such as resources that are no longer free: look at
    /// the state, then decide.
    Conflict,
    /// The peer wants other credentials (401).
    Unauthorized,
    /// The peer is not to be trusted: its certificate does not prove who it is, or it is a host that the user did not name
    /// and that would get the credentials.
    Untrusted,
    /// The credentials do not allow this (403).
    Forbidden,
    /// The framework was torn down, or its failover timeout has passed: its id can't be used again.
    FrameworkRemoved,
    /// Another instance has subscribed with this framework's id: leave it to that one.
    FailedOver,
    /// The store of the framework's id does not do its work, or holds something else: look after it.
    Store,
    /// A handler returned an error.
    Handler,
    /// The driver has ended: nothing is sent any more.
    Stopped,
}

impl Error {
    /// An error of this kind; custom detectors and connectors make theirs with it.
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

    /// Adds to the text.
    pub(crate) fn and(mut self, more: &str) -> Self {
        self.0.message.push_str(more);
        self
    }

    /// What kind of error it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the same attempt may succeed later, without any change.
    pub fn is_retryable(&self) -> bool {
        use ErrorKind::{Disconnected, NotSubscribed, Overloaded, Timeout, Unavailable, Unreachable};
        matches!(self.kind(), Disconnected | NotSubscribed | Overloaded | Timeout | Unavailable | Unreachable)
    }

    /// Returns whether the call that failed was sent. Of an error that is not about a call, such as a text that can't be
    /// read, it is [`No`](Sent::No).
    pub fn was_sent(&self) -> Sent {
        self.0.sent.unwrap_or_else(|| self.kind().usually_sent())
    }

    /// Sets what [`was_sent`](Self::was_sent) returns where the kind says something else.
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
    /// Whether a call with such an error was sent, unless the place where it failed knows better.
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

/// Whether a handler's error is that of a call which failed for now: the driver goes on.
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

/// For people, as `main` prints it. `{:#?}` shows the parts.
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
    fn a_cause_that_the_text_ends_with_is_not_repeated() {
        let repeated = Error::new(ErrorKind::Invalid, "it is wrong: why").with_source("why");
        assert_eq!(format!("{repeated:#}"), "it is wrong: why");
    }

    #[test]
    fn whether_a_call_was_sent_follows_from_the_kind_unless_the_place_knows_better() {
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
