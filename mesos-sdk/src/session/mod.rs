//! The session: what scheduler and executor share.
//!
//! [`Machine`] decides everything, purely: inputs and the time go in, [`Action`]s come out. [`engine`] is the thin
//! shell that owns the sockets, the timer and the queues and carries the actions out. A [`Role`] is the little in
//! which a scheduler and an executor differ.

mod early;
mod engine;
mod engine_calls;
mod engine_input;
mod engine_lanes;
mod engine_stream;
mod handler_loop;
mod handling;
mod input;
mod line;
mod machine;
mod pending;
mod sending;
mod settings;
#[cfg(test)]
mod tests;
mod turns;
mod undelivered;
mod waiting;

pub(crate) use handler_loop::{Dispatch, run};
pub(crate) use input::CallId;
pub(crate) use input::{Outcome, Stop};
pub(crate) use line::{Commands, Line, Manner, line};
pub(crate) use machine::{Machine, nobody_hears};
pub use sending::CallFuture;
pub(crate) use settings::{Ending, Settings};

use std::fmt;
use std::time::Duration;

use crate::wire::Message;
use crate::{Error, ErrorKind, HandlerResult, Undecodable};

/// The side that a driver takes: what is different between a scheduler and an executor, all of it pure.
pub(crate) trait Role: Sized + Send + 'static {
    type Call: Message + Clone + Send + 'static;
    type Event: Message + Send + 'static;
    /// What a handler gets.
    type Delivery: Send + 'static;
    /// What says, after a handler has returned, which delivery it was.
    type Receipt: fmt::Debug + Send + 'static;
    /// Something that a handle tells the role and that is no call.
    type Note: Send + 'static;
    /// Names a call that the role keeps and sends again by itself until it has arrived.
    type Kept: fmt::Debug + Send + 'static;

    /// `master` or `agent`.
    const PEER: &'static str;
    /// Whether the answer to SUBSCRIBE must carry a stream id.
    const HAS_STREAM_ID: bool;

    /// SUBSCRIBE, with all that is known by now.
    fn subscribe(&self) -> Self::Call;
    /// What an event means.
    fn receive(&mut self, event: Self::Event) -> Received<Self>;
    /// What follows from a handler's return.
    fn handled(&mut self, receipt: Self::Receipt, result: &HandlerResult) -> Handled<Self>;
    /// What follows from what a handle tells.
    fn noted(&mut self, note: Self::Note) -> Handled<Self>;
    /// Completes a call that is about to be sent, or refuses it. Without a subscription only a kept call goes on.
    fn outgoing(&mut self, call: &mut Self::Call) -> Result<Option<Self::Kept>, Error>;
    /// Whether the role keeps the call if it can't be sent now.
    fn is_kept(call: &Self::Call) -> bool {
        let _ = call;
        false
    }
    /// Whether a call may arrive before those that were made before it.
    fn may_overtake(call: &Self::Call) -> bool {
        let _ = call;
        false
    }
    /// The peer has taken a call of the user's.
    fn taken(&mut self, call: &Self::Call);
    /// The peer refused a kept call for good.
    fn refused(&mut self, kept: Self::Kept);
    /// What to tell the handler when the subscription is lost.
    fn disconnected(&mut self) -> Self::Delivery;
    /// What to tell the handler about a call that failed and whose result nobody awaits.
    fn call_failed(&self, call: Self::Call, error: Error) -> Self::Delivery;
    /// What to tell the handler about an event that could not be decoded.
    fn undecodable(&self, event: Undecodable) -> Self::Delivery;
    /// The last that the handler is told when the driver gives up.
    fn farewell(&self) -> Option<Self::Delivery>;
    /// The call that ends the session for good; `None` while there is nothing to end.
    fn teardown(&self) -> Option<Self::Call>;
    /// Whether all that is kept has arrived.
    fn is_drained(&self) -> bool;
    /// Which delivery this is.
    fn receipt(delivery: &Self::Delivery) -> Self::Receipt;
    /// Whether the session goes on even if its handler fails.
    fn may_fail(receipt: &Self::Receipt) -> bool {
        let _ = receipt;
        false
    }
    /// Whether it tells the handler that all has to end.
    fn is_end(delivery: &Self::Delivery) -> bool {
        let _ = delivery;
        false
    }

    /// What the role has to do by itself now. Asked after everything that happens while subscribed; `reading` says
    /// whether the stream is being read, or left unread because the handler is behind.
    fn due(&mut self, now: Duration, reading: bool) -> Vec<Due<Self>> {
        let _ = (now, reading);
        Vec::new()
    }

    /// Takes over a call that is repeated until the role says that it is settled.
    fn repeat(&mut self, id: CallId, call: &Self::Call) -> Result<(), Error> {
        let _ = (id, call);
        Err(Error::new(ErrorKind::Invalid, "this call can't be repeated"))
    }

    /// The peer refused a repeated call for good.
    fn refused_repeated(&mut self, id: CallId) {
        let _ = id;
    }

    /// Gives up all repeated calls.
    fn take_repeated(&mut self) -> Vec<(CallId, Self::Call)> {
        Vec::new()
    }

    /// When to ask [`due`](Self::due) again if nothing else happens.
    fn deadline(&self, reading: bool) -> Option<Duration> {
        let _ = reading;
        None
    }
}

/// What a role does by itself when it is time.
pub(crate) enum Due<R: Role> {
    /// Send this call; its answer is for nobody.
    Call(R::Call),
    /// Ask the handler.
    Deliver(R::Delivery),
    /// Send a repeated call once more.
    Repeat(CallId, R::Call),
    /// A repeated call has done its work.
    Settled(CallId, R::Call),
}

/// An event of either API, after a look at its type.
pub(crate) enum Incoming<S, D> {
    Subscribed(S),
    Heartbeat,
    Error(String),
    /// For the handler.
    Deliver(D),
    /// A type that this version does not know, or one without its content.
    Unknown,
}

/// What an event means to the session.
pub(crate) enum Received<R: Role> {
    /// The subscription stands; `heartbeat` is the interval that the peer promises.
    Subscribed { heartbeat: Option<Duration>, delivery: R::Delivery },
    /// A sign of life, and no more.
    Heartbeat,
    /// For the handler.
    Deliver(R::Delivery),
    /// Nothing for the handler, but something to say to the peer.
    Answer(R::Call),
    /// The peer ends the subscription; `last` when subscribing again makes no sense.
    Ended { error: Error, last: bool },
    /// The peer has ended the session for good, and another one is to be begun once this has been handled.
    Renewed { error: Error, delivery: R::Delivery },
}

/// What follows from a handler's return, or from a note.
pub(crate) enum Handled<R: Role> {
    /// Nothing.
    Done,
    /// This call, such as an acknowledgement.
    Call(R::Call),
    /// End once all that is kept has arrived.
    Drain,
    /// Begin the other session that [`Received::Renewed`] has announced.
    Renew,
    /// The driver ends with this error.
    Fail(Error),
}
