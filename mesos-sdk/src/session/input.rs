//! What goes into the machine, and what comes out.

use std::time::Duration;

use bytes::Bytes;

use super::role::{Api, CallId, TokenOf};
use crate::http::{CallResponse, StreamId, SubscribeResponse};
use crate::{Address, Error, HandlerResult, Undecodable};

/// Numbers the subscriptions that were tried; what belongs to an older one is ignored.
pub(crate) type Attempt = u64;

/// Something that happened.
pub(crate) enum Input<R: Api> {
    /// The detector's answer.
    Leader(Result<Address, Error>),
    /// The detector names another leader than before.
    LeaderChanged(Address),
    /// The response to SUBSCRIBE.
    Subscribed(Attempt, SubscribeResponse),
    /// An event came that takes so many bytes of memory.
    Event(Attempt, R::Event, usize),
    /// A record came that is no event.
    Undecodable(Attempt, Undecodable),
    /// A part of a record came: a sign of life, and no more.
    Heard(Attempt),
    /// The stream has ended, or can't be read on.
    Ended(Attempt, Option<Error>),
    /// The response to a call.
    Answered(CallId, CallResponse),
    /// The user makes a call; the id finds whoever awaits its result.
    Call(CallId, R::Call, CallMode),
    /// A call failed, and nobody awaits its result.
    DroppedFailure(R::Call, Error),
    /// The handler has a notification, which no [`Action::Deliver`] has given it;
    /// [`Handled`](Self::Handled) follows.
    Notified,
    /// The handler has returned.
    Handled(TokenOf<R>, HandlerResult),
    /// A delivery was passed over, as [`Action::PassOver`] wants it.
    PassedOver,
    /// What has become of the oldest record that [`Action::Store`] was given.
    Stored(Result<(), Error>),
    /// A handle sends the role something.
    HandleEvent(R::HandleEvent),
    /// The user wants an end.
    Stop(Stop),
    /// Time has passed, and all that has come by now was taken in.
    Tick,
}

/// How a call is made.
#[derive(Clone, Copy, Debug)]
pub(crate) enum CallMode {
    /// Sent now, or not at all.
    Now,
    /// Sent when there is a subscription, if there is one within this time.
    Within(Duration),
    /// Sent again and again until it is settled.
    Repeated,
}

/// How a driver ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// End the session at the peer too.
    Teardown,
    /// Leave when the handler at work has returned and every call has a response: another instance, or a later one, goes on.
    Leave,
    /// Leave when all that is kept has arrived.
    Drain,
    /// Leave at once.
    Abort,
}

/// Something to do.
pub(crate) enum Action<R: Api> {
    /// Ask the detector; the address is the one that failed.
    Detect(Option<Address>),
    /// Say when the leader is another one, instead of what was watched before.
    Watch(Option<Address>),
    /// Connect and send SUBSCRIBE.
    Connect { attempt: Attempt, peer: Address, body: Bytes },
    /// Drop the stream and every call connection of the subscription.
    Disconnect,
    /// Send a call, after those sent before, unless it may overtake them.
    Send { id: CallId, peer: Address, stream_id: Option<StreamId>, body: Bytes, may_overtake: bool },
    /// Write this down, after what was to be written before.
    Store(R::Record),
    /// Give this to the handler, after those given before.
    Deliver(R::Delivery),
    /// Pass over what was given to the handler and has not reached it.
    PassOver,
    /// Tell the caller the result.
    Reply { id: CallId, call: R::Call, result: Result<(), Error> },
    /// Tell the caller that the subscription was lost: by one error if some of the call was written, else by the other.
    Lost { id: CallId, call: R::Call, written: Error, unwritten: Error },
    /// The driver has ended.
    Finish { result: Result<Outcome, Error>, farewell: Option<R::Delivery> },
}

/// A good end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The peer has ended the session for good.
    TornDown,
    /// Another instance may go on.
    Left,
}
