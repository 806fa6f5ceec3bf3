//! The limits of a session.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tracing::Span;

#[cfg(feature = "metrics")]
use super::measures::Labels;
use crate::backoff::{FIRST_WAIT, HEALTHY_AFTER, LONGEST_WAIT};
use crate::http::Endpoint;
use crate::security::Trust;
use crate::silence::MISSED_HEARTBEATS;
use crate::transport::{CALL_TIMEOUT, SUBSCRIBE_TIMEOUT};

/// Learns that everything must end before the handler does, which may be busy.
pub(crate) trait Ending: fmt::Debug + Send + Sync {
    /// Called when the handler is about to learn it.
    fn begins(&self);
}

/// All limits. The drivers' setters change those that users may change.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) endpoint: Endpoint,
    /// How many events may wait for the handler before the stream is left unread.
    pub(crate) max_undelivered: usize,
    /// How many bytes the waiting events may take before the stream is left unread. The last event
    /// may exceed it.
    pub(crate) max_undelivered_bytes: usize,
    /// How many calls may be without a response.
    pub(crate) max_unanswered: usize,
    /// How many calls may wait for a subscription.
    pub(crate) max_waiting: usize,
    /// How many heartbeats may be missing before the subscription is considered lost.
    pub(crate) missed_heartbeats: u32,
    /// How long SUBSCRIBE may be without a response, and the response without the event SUBSCRIBED.
    pub(crate) subscribe_timeout: Duration,
    /// How long any other call may be without a response.
    pub(crate) call_timeout: Duration,
    /// The first wait after a failure is random and at most this; each further one is at most twice
    /// the last …
    pub(crate) first_wait: Duration,
    /// … up to this.
    pub(crate) longest_wait: Duration,
    /// How long a subscription must have stood for the waits to start from the beginning.
    pub(crate) healthy_after: Duration,
    /// How long to try for the first subscription. `None` means indefinitely.
    pub(crate) patience: Option<Duration>,
    /// How long to try for another subscription after one was lost. `None` means indefinitely.
    pub(crate) patience_again: Option<Duration>,
    /// How long the end may take: TEARDOWN, the last updates of an executor, or the handler at work
    /// and the last responses. The last handler, which an executor gets when its agent is gone, may
    /// take as long again.
    pub(crate) stop_timeout: Duration,
    /// The span of the session, whose field `framework_id` is set when the id is known.
    pub(crate) span: Span,
    /// The labels of the session's metrics.
    #[cfg(feature = "metrics")]
    pub(crate) labels: Labels,
    /// Which peers the driver may connect to.
    pub(crate) trust: Trust,
    pub(crate) ending: Option<Arc<dyn Ending>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            endpoint: Endpoint::new("/api/v1/scheduler"),
            max_undelivered: 1024,
            max_undelivered_bytes: 64 << 20,
            max_unanswered: 65_536,
            max_waiting: 65_536,
            missed_heartbeats: MISSED_HEARTBEATS,
            subscribe_timeout: SUBSCRIBE_TIMEOUT,
            call_timeout: CALL_TIMEOUT,
            first_wait: FIRST_WAIT,
            longest_wait: LONGEST_WAIT,
            healthy_after: HEALTHY_AFTER,
            patience: None,
            patience_again: None,
            stop_timeout: Duration::from_secs(15),
            span: Span::none(),
            #[cfg(feature = "metrics")]
            labels: Labels::default(),
            trust: Trust::default(),
            ending: None,
        }
    }
}
