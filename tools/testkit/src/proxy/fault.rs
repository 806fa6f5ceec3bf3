//! What a proxy does to its connections.

use std::fmt;
use std::time::Duration;

/// A fault of all connections of a proxy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LinkFault {
    /// Everything passes.
    #[default]
    None,
    /// All connections are cut after this many more bytes, possibly in the middle of a message.
    CutAfter(usize),
    /// Every piece passes after this time.
    Delay(Duration),
    /// So many bytes pass in a second on each connection.
    Throttle(usize),
    /// Responses pass byte by byte.
    Dribble,
    /// Nothing passes, and nobody notices; connections that lost something are cut at the end.
    HalfOpen,
    /// The same for responses alone: requests arrive.
    SwallowResponses,
    /// Connections are cut at their next response: requests arrive.
    DropResponses,
    /// New connections are closed at once.
    Refuse,
}

impl LinkFault {
    /// Returns whether a request is swallowed, or a response.
    pub(super) fn swallows(self, direction: Direction) -> bool {
        self == Self::HalfOpen || (self == Self::SwallowResponses && direction == Direction::Response)
    }
}

impl fmt::Display for LinkFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => formatter.write_str("links untroubled"),
            Self::CutAfter(bytes) => write!(formatter, "links cut after {bytes} bytes"),
            Self::Delay(delay) => write!(formatter, "links delayed by {} ms", delay.as_millis()),
            Self::Throttle(bytes) => write!(formatter, "links throttled to {bytes} bytes/s"),
            Self::Dribble => formatter.write_str("links dribbling"),
            Self::HalfOpen => formatter.write_str("links half-open"),
            Self::SwallowResponses => formatter.write_str("links swallowing responses"),
            Self::DropResponses => formatter.write_str("links without responses"),
            Self::Refuse => formatter.write_str("links refused"),
        }
    }
}

/// A fault of the next event stream that has something to pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamFault {
    /// It is cut within the record.
    Cut,
    /// It falls silent, and stays open.
    Silence,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Request,
    Response,
}
