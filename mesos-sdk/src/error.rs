//! What can go wrong, and what to do about it.

use std::fmt;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// What a handler returns: `Ok`, or any error.
pub type HandlerResult = Result<(), Source>;

/// An error of the library: what went wrong, where, and what to do.
///
/// [`kind`](Self::kind) is for programs, the text is for people. The text describes this level only; the cause is in
/// [`source`](std::error::Error::source).
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    source: Option<Source>,
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
        Self(Box::new(Inner { kind, message: message.into(), source: None }))
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Source>) -> Self {
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

    /// This level and every cause below it, on one line.
    pub fn to_line(&self) -> String {
        let mut line = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            let text = error.to_string();
            if !line.ends_with(&text) {
                line = format!("{line}: {text}");
            }
            cause = error.source();
        }
        line
    }
}

/// Whether a handler's error is that of a call which failed for now: the driver goes on.
pub(crate) fn is_passing(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref::<Error>().is_some_and(Error::is_retryable)
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Error");
        debug.field("kind", &self.0.kind).field("message", &self.0.message);
        debug.field("source", &self.0.source).finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
