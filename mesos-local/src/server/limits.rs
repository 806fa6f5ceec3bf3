//! The limits of one server. The crate's documentation lists them.

use std::time::Duration;

/// The largest head of a request in bytes, as in Mesos. A larger one ends the connection.
pub(crate) const MAX_HEAD: usize = 80 << 10;
/// How many headers a request may have. More end the connection.
pub(crate) const MAX_HEADERS: usize = 2048;
/// The largest body of a request in bytes. The response to a larger one is 413.
pub(crate) const MAX_BODY: usize = 64 << 20;
/// How many times its size a compressed body may become, beyond [`UNPACKED_FLOOR`]. The response to
/// a larger one is 413. A call with 20,000 similar tasks becomes some 30 times its size; gzip
/// reaches 1,000.
pub(crate) const UNPACKED_FACTOR: usize = 100;
/// How many bytes every compressed body may become.
pub(crate) const UNPACKED_FLOOR: usize = 4 << 20;
/// How many bytes of memory the call in a body may take. The response to a larger one is 413. In
/// any case, a call takes no more than some 30 times its size.
pub(crate) const MAX_DECODED: usize = 512 << 20;
/// How many bytes of memory all pending calls of one server may take. Above that, further ones
/// wait.
pub(crate) const MAX_DECODED_AT_ONCE: usize = 1 << 30;
/// How many bytes of incomplete bodies one server holds. Above that, it closes the connection that
/// it has waited on longest.
pub(crate) const MAX_HELD_BYTES: usize = 256 << 20;
/// How many connections one server has at a time. To accept one more, it closes the one that it has
/// waited on longest; while it waits on none, further connections wait.
pub(crate) const MAX_CONNECTIONS: usize = 4096;
/// How many events wait for a slow client before its stream is cut, unless the cluster's builder
/// sets another limit.
pub(crate) const MAX_QUEUED_EVENTS: usize = 1 << 18;
/// How many bytes of events wait for it, unless the cluster's builder sets another limit. The event
/// that exceeds the limit is still accepted.
pub(crate) const MAX_QUEUED_BYTES: usize = 64 << 20;
/// The least that these two can be set to: somewhat more than a master sends at the beginning of a
/// subscription.
pub(crate) const MIN_QUEUED_EVENTS: usize = 16;
pub(crate) const MIN_QUEUED_BYTES: usize = 64 << 10;
/// How long a client may take for a request's head, for its body, or idle between two requests.
pub(crate) const READ_TIMEOUT: Duration = Duration::from_secs(600);
