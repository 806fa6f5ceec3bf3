//! What one server takes, by name; the crate's documentation lists them.

use std::time::Duration;

/// The largest head of a request in bytes, as real Mesos has it; with a larger one the connection ends.
pub(crate) const MAX_HEAD: usize = 80 << 10;
/// How many headers a request may have; with more the connection ends.
pub(crate) const MAX_HEADERS: usize = 2048;
/// The largest body of a request in bytes; a larger one is answered 413.
pub(crate) const MAX_BODY: usize = 64 << 20;
/// How many bytes of memory the call in a body may take; a larger one is answered 413. No call takes more than some 30 times
/// its size in any case.
pub(crate) const MAX_DECODED: usize = 512 << 20;
/// How many bytes of memory all calls of one server may take that are being done. Above that, further ones wait.
pub(crate) const MAX_DECODED_AT_ONCE: usize = 1 << 30;
/// How many bytes of bodies that are not whole yet one server holds. Above that, the connection is ended which the server
/// has waited on longest.
pub(crate) const MAX_HELD_BYTES: usize = 256 << 20;
/// How many connections one server has at a time. For one more, that is ended which the server has waited on longest;
/// while it waits on none, further ones wait.
pub(crate) const MAX_CONNECTIONS: usize = 4096;
/// How many events wait for a slow client before its stream is cut, unless the cluster is told otherwise.
pub(crate) const MAX_QUEUED_EVENTS: usize = 1 << 18;
/// How many bytes of events wait for it, unless the cluster is told otherwise; the one that exceeds them is taken.
pub(crate) const MAX_QUEUED_BYTES: usize = 64 << 20;
/// The least that those two can be set to: what a master sends at the beginning of a subscription, and some more.
pub(crate) const MIN_QUEUED_EVENTS: usize = 16;
pub(crate) const MIN_QUEUED_BYTES: usize = 64 << 10;
/// How long a client may take for a request's head or idle between two requests, and for a body.
pub(crate) const READ_TIMEOUT: Duration = Duration::from_secs(600);
