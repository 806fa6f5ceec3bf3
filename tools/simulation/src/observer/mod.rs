//! What is seen on the wire and in handlers, held against what the drivers promise.

mod answers;
mod audit;
mod calls;
mod executor_watch;
mod executors;
mod fate;
mod floods;
mod frozen;
mod handlers;
mod leaving;
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
/// A subscription that stood so long has the waits begin anew …
pub(crate) const HEALTHY: Duration = Duration::from_secs(15);
/// … with this one at most …
pub(crate) const FIRST_WAIT: Duration = Duration::from_millis(500);
/// … up to this.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(15);
/// More attempts than these in a minute are a storm.
const STORM: usize = 40;
/// What is so small is the clock's.
pub(crate) const SLACK: Duration = Duration::from_millis(50);

/// A task and the uuid of an update.
pub(crate) type Update = (String, Bytes);

/// What is known of one life of the scheduler.
#[derive(Debug, Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and they come in all combinations"
)]
pub(crate) struct Life {
    /// The stream id of the newest subscription that a master has told the driver of.
    pub(crate) stream_id: Option<String>,
    /// The id that the framework was told.
    pub(crate) framework: Option<String>,
    /// What the store held at the start.
    pub(crate) stored: Option<String>,
    pub(crate) subscription: Option<Subscription>,
    pub(crate) last_subscribed: Option<Duration>,
    /// When the subscription was lost, and whether it was healthy; until the next attempt.
    lost: Option<(Duration, bool)>,
    /// Where SUBSCRIBE was redirected to, until the next attempt; and when the driver was last told of a leader.
    redirected: Option<Address>,
    renamed: Option<Duration>,
    redirects: u32,
    /// Something other than silence may have ended the subscription.
    pub(crate) excused: bool,
    /// When it was tried to subscribe.
    attempts: VecDeque<Duration>,
    /// When something last went wrong on the way.
    troubled: Duration,
    /// When it last gave up a connection, with the calls that had no answer: its own may be among them.
    gave_up: Duration,
    /// When a connection last could not be opened.
    unopened: Duration,
    /// Since when its process is stopped, and when it last went on.
    frozen: Option<Duration>,
    thawed: Duration,
    /// A connection does not get open until then.
    hangs_until: Duration,
    /// Connections that carry nothing more to the master: what the driver writes there is not seen.
    pub(crate) swallowing: BTreeSet<u32>,
    /// Connections that have carried calls other than acknowledgements.
    carriers: BTreeSet<u32>,
    /// Requests without an answer, by connection, in order.
    unanswered: BTreeMap<u32, VecDeque<Request>>,
    /// The newest connection that a call other than an acknowledgement was seen on.
    calls_on: u32,
    /// The stream id of the calls on a connection.
    spoken: BTreeMap<u32, Option<String>>,
    /// Calls that the framework made.
    pub(crate) calls: BTreeMap<u64, Call>,
    /// The roles that the framework has suppressed, as far as masters have taken it.
    pub(crate) suppressed: bool,
    /// How many calls that change that have no answer.
    pub(crate) suppressing: u32,
    /// Offers are wanted that were declined before.
    pub(crate) wants_again: bool,
    /// Updates whose handler has returned `Ok`.
    pub(crate) handled: BTreeSet<Update>,
    /// Those that a handler has, or holds.
    pub(crate) in_hand: BTreeSet<Update>,
    /// Handled, and not acknowledged on the wire since.
    pub(crate) unacknowledged: BTreeMap<Update, Duration>,
    /// A terminal state came of them, or that nobody knows them.
    pub(crate) ends_told: BTreeSet<String>,
    /// Kills to repeat that were asked for and are not settled.
    pub(crate) kills: BTreeSet<String>,
    /// Tasks that the master was last asked for then, and that no update has come of.
    pub(crate) asked: BTreeMap<String, Duration>,
    /// When an update of a task or an operation last came in this subscription.
    told: BTreeMap<String, Duration>,
    /// How often the master was asked for tasks since the subscription.
    pub(crate) reconciled: u32,
    /// And for operations.
    pub(crate) reconciled_operations: u32,
    /// A newer instance has taken over: the driver was told so.
    pub(crate) failed_over: bool,
    /// It has read that.
    pub(crate) knows_of_newer: bool,
    /// When it was told so, and when a call was last refused. At the same moment either may come first, and the refusal
    /// ends the subscription, with what is unread in it.
    replaced: Option<Duration>,
    turned_away: Option<Duration>,
    /// When an answer came for the last time. What follows from it may be on its way.
    answered: Duration,
    pub(crate) removed: bool,
    /// SUBSCRIBE was refused, which ends a driver.
    pub(crate) refused: bool,
    /// The user has ended it, or it has crashed.
    pub(crate) leaving: bool,
    pub(crate) panicked: bool,
    /// What was written just then may be read just after.
    pub(crate) panicked_at: Duration,
    pub(crate) over: bool,
    /// `run` has returned Ok.
    pub(crate) ended_well: bool,
    /// The master has confirmed TEARDOWN.
    pub(crate) torn_down: bool,
    /// Records that the driver has taken since the handler began its work.
    pub(crate) flood: u32,
    pub(crate) busy: bool,
    /// When a handler has returned last.
    pub(crate) returned: Duration,
}

impl Life {
    /// Whether its handler is at work, or what follows from its return may be on the way at this very moment.
    pub(crate) fn is_busy(&self, now: Duration) -> bool {
        self.busy || self.returned == now
    }

    /// Whether no call and no connection is waited for.
    pub(crate) fn is_idle(&self, now: Duration) -> bool {
        let answered = self.unanswered.values().flatten().all(|request| request.is_subscribe);
        now > self.hangs_until.max(self.answered) && answered && self.swallowing.is_empty()
    }
}

/// A subscription that stands.
#[derive(Debug)]
pub(crate) struct Subscription {
    pub(crate) pipe: u32,
    pub(crate) since: Duration,
    /// When bytes came for the last time.
    pub(crate) heard: Duration,
    /// When an event did. Of fewer bytes a driver need not hear: they may be HTTP's.
    told: Duration,
}

/// A request that was seen.
#[derive(Clone, Debug)]
struct Request {
    kind: &'static str,
    marker: Option<u64>,
    is_subscribe: bool,
    /// The peer has given an answer, which is on its way.
    is_answered: bool,
}

/// How a call was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Made {
    Awaited,
    /// A failure is for the handler's `call_failed`.
    Detached,
}

/// A call with a number of its own.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) made: Made,
    pub(crate) at: Duration,
    /// How often it was sent whole.
    pub(crate) sent: u32,
    /// The master's answer was 200 or 202.
    pub(crate) taken: bool,
    /// The driver could read an answer.
    pub(crate) answered: bool,
    pub(crate) done: bool,
}
