//! The limits of a session.

use std::time::Duration;

use crate::duration;
use crate::security::Trust;
use crate::wire::{DEFAULT_MAX_RECORD, Encoding};

/// Each limit by name; the drivers' `with_*` methods set those that users may change.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) encoding: Encoding,
    /// The path of the API.
    pub(crate) path: http::Uri,
    /// The largest record that is taken, in bytes.
    pub(crate) max_record: usize,
    /// How many events may wait for the handler; then the stream is left unread until there is room.
    pub(crate) max_undelivered: usize,
    /// How many bytes of memory the events that wait for it may take; the one that exceeds them is taken.
    pub(crate) max_undelivered_bytes: usize,
    /// How many calls may be without an answer.
    pub(crate) max_unanswered: usize,
    /// How many calls may wait for a subscription.
    pub(crate) max_waiting: usize,
    /// How many heartbeats may be missing before the subscription counts as lost.
    pub(crate) missed_heartbeats: u32,
    /// How long SUBSCRIBE may be without an answer, and the answer without the event SUBSCRIBED.
    pub(crate) subscribe_timeout: Duration,
    /// How long any other call may be without an answer.
    pub(crate) call_timeout: Duration,
    /// The first wait after a failure is random and at most this; each further one at most twice the last …
    pub(crate) first_wait: Duration,
    /// … up to this.
    pub(crate) longest_wait: Duration,
    /// How long a subscription must have stood for the waits to begin anew.
    pub(crate) healthy_after: Duration,
    /// How long to try for the first subscription; `None`: for ever.
    pub(crate) patience: Option<Duration>,
    /// How long to try for another one when it was lost; `None`: for ever.
    pub(crate) patience_again: Option<Duration>,
    /// How long TEARDOWN may take, or the last updates of an executor, or the handler at work and the last answers.
    pub(crate) stop_timeout: Duration,
    /// Which peers may be connected to.
    pub(crate) trust: Trust,
}

/// The shortest interval of heartbeats that is believed: five of them have to outlast the delays of a network.
const SHORTEST_HEARTBEAT: Duration = Duration::from_secs(1);
/// What is taken instead of an interval that is none: that of Mesos' masters.
const USUAL_HEARTBEAT: Duration = Duration::from_secs(15);

/// Returns how often a peer sends heartbeats that announces so many seconds.
pub(crate) fn heartbeat_interval(seconds: f64) -> Duration {
    match seconds > 0.0 {
        true => duration::from_secs(seconds).max(SHORTEST_HEARTBEAT),
        false => USUAL_HEARTBEAT,
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            encoding: Encoding::default(),
            path: http::Uri::from_static("/api/v1/scheduler"),
            max_record: DEFAULT_MAX_RECORD,
            max_undelivered: 1024,
            max_undelivered_bytes: 64 << 20,
            max_unanswered: 65_536,
            max_waiting: 65_536,
            missed_heartbeats: 5,
            subscribe_timeout: Duration::from_secs(30),
            call_timeout: Duration::from_secs(30),
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(15),
            healthy_after: Duration::from_secs(15),
            patience: None,
            patience_again: None,
            stop_timeout: Duration::from_secs(15),
            trust: Trust::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hb5_no_announced_interval_makes_a_healthy_stream_a_silent_one() {
        for (seconds, interval) in [
            (15.0, USUAL_HEARTBEAT),
            (1800.0, Duration::from_secs(1800)),
            (1e-12, SHORTEST_HEARTBEAT),
            (0.0, USUAL_HEARTBEAT),
            (-1.0, USUAL_HEARTBEAT),
            (f64::NAN, USUAL_HEARTBEAT),
            (f64::NEG_INFINITY, USUAL_HEARTBEAT),
            (3.7e18, Duration::from_secs(3_700_000_000_000_000_000)),
            (f64::INFINITY, Duration::MAX),
        ] {
            assert_eq!(heartbeat_interval(seconds), interval, "{seconds}");
        }
    }
}
