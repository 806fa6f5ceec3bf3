//! The inputs and actions of the machine.

use std::time::Duration;

use bytes::Bytes;

use super::role::{Api, CallId, TokenOf};
use crate::http::{CallResponse, StreamId};
use crate::transport::StreamEvent;
use crate::{Address, Error, HandlerResult};

/// The number of a subscription attempt. What belongs to an older one is ignored.
pub(crate) type Attempt = u64;

/// Something that happened.
pub(crate) enum Input<R: Api> {
    /// The result of the detector.
    Leader(Result<Address, Error>),
    /// The detector reports a new leader.
    LeaderChanged(Address),
    /// What has happened on the event stream of this attempt.
    Stream(Attempt, StreamEvent<R::Event>),
    /// The response to a call.
    Answered(CallId, CallResponse),
    /// A call of the user. The id identifies the caller that awaits its result.
    Call(CallId, R::Call, CallMode),
    /// A call failed, and its result was dropped by the caller.
    DroppedFailure(R::Call, Error),
    /// The handler gets a notification, without an [`Action::Deliver`]; [`Handled`](Self::Handled)
    /// follows.
    Notified,
    /// The handler has returned.
    Handled(TokenOf<R>, HandlerResult),
    /// A delivery was skipped, as [`Action::PassOver`] requests.
    PassedOver,
    /// The result of storing the oldest record of [`Action::Store`].
    Stored(Result<(), Error>),
    /// A handle sends an event to the role.
    HandleEvent(R::HandleEvent),
    /// The user stops the driver.
    Stop(Stop),
    /// Time has passed, and everything that had arrived by now was processed.
    Tick,
}

/// How a call is made.
#[derive(Clone, Copy, Debug)]
pub(crate) enum CallMode {
    /// Sent now, or not at all.
    Now,
    /// Sent when there is a subscription, if there is one within this time.
    Within(Duration),
    /// Resent until it is settled.
    Repeated,
}

/// How a driver ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Ends the session at the peer too.
    Teardown,
    /// Leaves the framework to another instance, as soon as the handler at work has returned and
    /// every call has a response.
    Leave,
    /// Ends when everything that the role keeps has arrived.
    Drain,
    /// Ends at once.
    Abort,
}

/// Something to do.
pub(crate) enum Action<R: Api> {
    /// Ask the detector; the address is the one that failed.
    Detect(Option<Address>),
    /// Watch for a leader other than this one, instead of what was watched before.
    Watch(Option<Address>),
    /// Connect and send SUBSCRIBE.
    Connect { attempt: Attempt, peer: Address, body: Bytes },
    /// Close the stream and the connections for calls.
    Disconnect,
    /// Send a call, after those sent before, unless it may overtake them.
    Send { id: CallId, peer: Address, stream_id: Option<StreamId>, body: Bytes, may_overtake: bool },
    /// Store this record, after those before.
    Store(R::Record),
    /// Give this delivery to the handler, after those before.
    Deliver(R::Delivery),
    /// Skip the deliveries that have not reached the handler.
    PassOver,
    /// Send the result of a call to its caller.
    Complete { id: CallId, call: R::Call, result: Result<(), Error> },
    /// Fail a call because the subscription was lost, with `written` if part of it was written,
    /// otherwise with `unwritten`.
    Lost { id: CallId, call: R::Call, written: Error, unwritten: Error },
    /// End the driver.
    Finish { result: Result<Outcome, Error>, farewell: Option<R::Delivery> },
}

/// How a session ended successfully.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The peer has ended the session for good.
    TornDown,
    /// Another instance may continue.
    Left,
}
