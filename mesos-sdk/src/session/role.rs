//! What is different between a scheduler and an executor, all of it pure.

use std::fmt;
use std::time::Duration;

use crate::wire::Message;
use crate::{Error, ErrorKind, HandlerResult, Undecodable};

/// Numbers the calls that were sent.
pub(crate) type CallId = u64;

/// The types of one of the two APIs.
pub(crate) trait Api: Sized + Send + 'static {
    type Call: ApiCall;
    type Event: Message + Send + 'static;
    /// What a handler gets.
    type Delivery: Deliverable<Call = Self::Call>;
    /// Something that a handle sends to the role and that is not a call.
    type HandleEvent: Send + 'static;
    /// Names a call that the role keeps, and sends again with each SUBSCRIBE until it has arrived.
    type ResendKey: fmt::Debug + Send + 'static;
    /// What has to be written down, because it outlives the process.
    type Record: fmt::Debug + Send + 'static;

    /// `master` or `agent`.
    const PEER: &'static str;
    /// Whether the response to SUBSCRIBE must carry a stream id.
    const HAS_STREAM_ID: bool;
}

/// The side that a driver takes.
pub(crate) trait Role: Api + OutgoingCalls + RepeatedCalls + Periodic {
    /// SUBSCRIBE, with all that is known by now.
    fn subscribe(&self) -> Self::Call;
    /// What an event means.
    fn receive(&mut self, event: Self::Event) -> Received<Self>;
    /// What follows from a handler's return.
    fn handled(&mut self, token: TokenOf<Self>, result: &HandlerResult) -> FollowUp<Self>;
    /// What follows from what a handle has sent.
    fn on_handle_event(&mut self, event: Self::HandleEvent) -> FollowUp<Self>;
    /// The subscription is lost: what the handler gets.
    fn disconnected(&mut self) -> Self::Delivery;
    /// The call that ends the session for good; `None` while there is nothing to end.
    fn teardown(&self) -> Option<Self::Call>;
    /// The id that SUBSCRIBE names, once it is known.
    fn framework_id(&self) -> Option<&str>;
    /// The last that the handler gets when the driver gives up.
    fn farewell(&self) -> Option<Self::Delivery>;
    /// Whether all that is kept has arrived.
    fn is_drained(&self) -> bool;
}

/// The calls of the user.
pub(crate) trait OutgoingCalls: Api {
    /// Completes a call that is about to be sent, or refuses it. Without a subscription only a call that is kept goes on.
    fn prepare(&mut self, call: &mut Self::Call) -> Result<Option<Self::ResendKey>, Error>;

    /// The peer has accepted a call.
    fn accepted(&mut self, call: &Self::Call) {
        let _ = call;
    }

    /// The peer has refused a kept call for good.
    fn resend_refused(&mut self, key: Self::ResendKey) {
        let _ = key;
    }
}

/// Calls that are sent again and again until the role says that they are settled.
pub(crate) trait RepeatedCalls: Api {
    /// Takes over such a call.
    fn repeat(&mut self, id: CallId, call: &Self::Call) -> Result<(), Error> {
        let _ = (id, call);
        Err(Error::new(ErrorKind::Invalid, "this call can't be repeated"))
    }

    /// The peer has refused one for good.
    fn repeat_refused(&mut self, id: CallId) {
        let _ = id;
    }

    /// Gives up all of them.
    fn take_repeated(&mut self) -> Vec<(CallId, Self::Call)> {
        Vec::new()
    }
}

/// What a role does by itself. `reading` says whether the stream is being read, or left unread because the handler is
/// behind.
pub(crate) trait Periodic: Api {
    /// What is due now. Asked after everything that happens while subscribed.
    fn due(&mut self, now: Duration, reading: bool) -> Vec<Due<Self>>;
    /// When to ask [`due`](Self::due) again if nothing else happens.
    fn deadline(&self, reading: bool) -> Option<Duration>;
}

/// A call of either API.
pub(crate) trait ApiCall: Message + Clone + Send + 'static {
    /// Returns its type, as in `ACCEPT`.
    fn name(&self) -> &'static str;

    /// Whether the role keeps the call if it can't be sent now.
    fn is_kept(&self) -> bool {
        false
    }

    /// Whether the call may arrive before those that were made before it.
    fn may_overtake(&self) -> bool {
        false
    }
}

/// What a handler gets.
pub(crate) trait Deliverable: Send + 'static {
    type Call;
    type Token: Token;

    /// Names this delivery once the handler has it.
    fn token(&self) -> Self::Token;
    /// A call has failed, and nobody awaits its result.
    fn call_failed(call: Self::Call, error: Error) -> Self;
    /// An event could not be decoded.
    fn undecodable(event: Undecodable) -> Self;

    /// Whether it tells the handler that all has to end.
    fn is_end(&self) -> bool {
        false
    }
}

/// Names a delivery that a handler has, or has returned from.
pub(crate) trait Token: fmt::Debug + fmt::Display + Send + Sync + 'static {
    /// Names a notification.
    fn notification() -> Self;

    /// Whether the session goes on even if the handler fails.
    fn may_fail(&self) -> bool {
        false
    }
}

/// Names a delivery of this API.
pub(crate) type TokenOf<R> = <<R as Api>::Delivery as Deliverable>::Token;

/// What a role does by itself when it is time.
pub(crate) enum Due<R: Api> {
    /// Send this call; its response is for nobody.
    Call(R::Call),
    /// Ask the handler.
    Deliver(R::Delivery),
    /// Send a repeated call once more.
    Repeat(CallId, R::Call),
    /// A repeated call has done its work.
    Settled(CallId, R::Call),
}

/// What an event means to the session.
pub(crate) enum Received<R: Api> {
    /// The subscription stands; `heartbeat` is the interval that the peer promises. The handler gets nothing until the
    /// record is written down.
    Subscribed { heartbeat: Option<Duration>, record: Option<R::Record>, delivery: R::Delivery },
    /// A sign of life, and no more.
    Heartbeat,
    /// For the handler.
    Deliver(R::Delivery),
    /// Nothing for the handler, but a call to the peer.
    Answer(R::Call),
    /// The peer ends the subscription; `last` when subscribing again makes no sense.
    Ended { error: Error, last: bool },
    /// The peer has ended the session for good, and another one begins once the record is written down.
    Renewed { error: Error, record: R::Record },
}

/// What follows from a handler's return, or from what a handle has sent.
pub(crate) enum FollowUp<R: Api> {
    /// Nothing.
    Nothing,
    /// This call, such as an acknowledgement.
    Call(R::Call),
    /// End once all that is kept has arrived.
    Drain,
    /// The driver ends with this error.
    Fail(Error),
}
