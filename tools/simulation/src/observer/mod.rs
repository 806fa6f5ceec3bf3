//! Compares what is seen on the wire and in handlers with what the drivers guarantee.

mod audit;
mod calls;
mod delivery;
mod executor_watch;
mod executors;
mod floods;
mod frozen;
mod handlers;
mod leaving;
mod received;
mod requests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use mesos_sdk::Address;

pub(crate) use executor_watch::ExecutorWatch;
pub(crate) use handlers::{update_of, update_of_operation};
pub(crate) use requests::{ids, marker, short};

/// How long silence may last: five of the heartbeats that a master promises every 15 s.
pub(crate) const SILENCE: Duration = Duration::from_secs(75);
/// How long a subscription must have stood for the backoff to start from the beginning …
pub(crate) const HEALTHY: Duration = Duration::from_secs(15);
/// … with at most this wait …
pub(crate) const FIRST_WAIT: Duration = Duration::from_millis(500);
/// … and up to this one.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(15);
/// More attempts to subscribe than this within a minute are too many.
const STORM: usize = 40;
/// The tolerance of comparisons of times.
pub(crate) const SLACK: Duration = Duration::from_millis(50);

/// A task and the uuid of an update.
pub(crate) type Update = (String, Bytes);

/// What is known of one life of the scheduler.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "the flags are independent of each other")]
pub(crate) struct Life {
    /// The stream id of the newest subscription that has reached the driver.
    pub(crate) stream_id: Option<String>,
    /// The framework id that has reached the driver.
    pub(crate) framework: Option<String>,
    /// The framework id that the store returned at the start.
    pub(crate) stored: Option<String>,
    pub(crate) subscription: Option<Subscription>,
    pub(crate) last_subscribed: Option<Duration>,
    /// When the subscription was lost, and whether it was healthy; until the next attempt.
    lost: Option<(Duration, bool)>,
    /// Where SUBSCRIBE was redirected to, until the next attempt; and when the detector last
    /// reported a leader.
    redirected: Option<Address>,
    leader_changed: Option<Duration>,
    redirects: u32,
    /// Whether something other than silence may have ended the subscription.
    pub(crate) excused: bool,
    /// When the driver tried to subscribe.
    attempts: VecDeque<Duration>,
    /// When a fault last happened on its connections.
    troubled: Duration,
    /// When it last gave up a connection and the calls without a response, perhaps including its
    /// own.
    gave_up: Duration,
    /// When a connection last could not be opened.
    unopened: Duration,
    /// Since when its process is stopped, and when it last resumed.
    frozen: Option<Duration>,
    thawed: Duration,
    /// When the connection that hangs is given up.
    hangs_until: Duration,
    /// Connections that carry nothing more to the master, so that what the driver writes there is
    /// not seen.
    pub(crate) swallowing: BTreeSet<u32>,
    /// Connections that have carried calls other than acknowledgements.
    carriers: BTreeSet<u32>,
    /// Requests without a response, by connection, in order.
    pending: BTreeMap<u32, VecDeque<Request>>,
    /// The newest connection that carried a call other than an acknowledgement.
    calls_on: u32,
    /// The stream id of the calls on each connection.
    stream_ids: BTreeMap<u32, Option<String>>,
    /// The numbered calls that the framework has made.
    pub(crate) calls: BTreeMap<u64, Call>,
    /// Whether the framework has suppressed offers, as far as masters have accepted it.
    pub(crate) suppressed: bool,
    /// The number of calls under way that change that.
    pub(crate) suppressing: u32,
    /// Whether to revive offers to get back declined ones.
    pub(crate) wants_again: bool,
    /// Updates whose handler has returned `Ok`.
    pub(crate) handled: BTreeSet<Update>,
    /// Updates that a handler has or holds.
    pub(crate) in_hand: BTreeSet<Update>,
    /// Updates that were handled but not yet acknowledged on the wire, and since when.
    pub(crate) unacknowledged: BTreeMap<Update, Duration>,
    /// Tasks of which a terminal state, or that they are unknown, has reached the driver.
    pub(crate) ends_seen: BTreeSet<String>,
    /// Tasks that are being killed repeatedly.
    pub(crate) kills: BTreeSet<String>,
    /// Tasks and operations that the driver has reconciled and that no status has arrived for, and
    /// since when.
    pub(crate) asked: BTreeMap<String, Duration>,
    /// When a status of a task or operation last arrived in this subscription.
    last_status: BTreeMap<String, Duration>,
    /// The number of `RECONCILE` calls in this subscription.
    pub(crate) reconciled: u32,
    /// The number of `RECONCILE_OPERATIONS` calls in this subscription.
    pub(crate) reconciled_operations: u32,
    /// Whether the error that a newer instance took over was sent to the driver.
    pub(crate) failed_over: bool,
    /// Whether the driver must have read that error.
    pub(crate) knows_of_newer: bool,
    /// When that error was sent, and when a call was last rejected. At the same moment either may
    /// be read first, and the rejection ends the subscription with everything that is unread in it.
    replaced: Option<Duration>,
    call_rejected: Option<Duration>,
    /// When a response last arrived. What follows from it may be in flight.
    responded: Duration,
    pub(crate) removed: bool,
    /// Whether SUBSCRIBE or TEARDOWN was rejected, which ends a driver.
    pub(crate) refused: bool,
    /// Whether the user has ended it, or it has crashed.
    pub(crate) leaving: bool,
    pub(crate) panicked: bool,
    /// What was written at that moment may be read just after.
    pub(crate) panicked_at: Duration,
    pub(crate) over: bool,
    /// Whether `run` has returned `Ok`.
    pub(crate) ended_well: bool,
    /// Whether the master has confirmed TEARDOWN.
    pub(crate) torn_down: bool,
    /// The number of events that have arrived since the handler began its work.
    pub(crate) flood: u32,
    pub(crate) busy: bool,
    /// When a handler last returned.
    pub(crate) returned: Duration,
}

impl Life {
    /// Returns whether its handler is at work, or returned at this very moment.
    pub(crate) fn is_busy(&self, now: Duration) -> bool {
        self.busy || self.returned == now
    }

    /// Returns whether no call and no connection is under way.
    pub(crate) fn is_idle(&self, now: Duration) -> bool {
        let responded = self.pending.values().flatten().all(|request| request.is_subscribe);
        now > self.hangs_until.max(self.responded) && responded && self.swallowing.is_empty()
    }
}

/// A subscription that stands.
#[derive(Debug)]
pub(crate) struct Subscription {
    pub(crate) connection: u32,
    pub(crate) since: Duration,
    /// When bytes last arrived.
    pub(crate) last_bytes: Duration,
    /// When an event last arrived. Fewer bytes do not count for the driver: they may belong to
    /// HTTP.
    last_event: Duration,
}

/// A request that was seen.
#[derive(Clone, Debug)]
struct Request {
    kind: &'static str,
    marker: Option<u64>,
    is_subscribe: bool,
    /// Whether the peer has sent a response.
    has_response: bool,
}

/// How a call was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallMode {
    Awaited,
    /// Its failure goes to the handler's `call_failed`.
    Detached,
}

/// A numbered call.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) made: CallMode,
    pub(crate) at: Duration,
    /// How often it was sent completely.
    pub(crate) sent: u32,
    /// Whether the master responded with 200 or 202.
    pub(crate) accepted: bool,
    /// Whether a response has reached the driver.
    pub(crate) responded: bool,
    pub(crate) done: bool,
}
