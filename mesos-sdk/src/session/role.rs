//! What differs between a scheduler and an executor; all of it is pure.

use std::fmt;
use std::time::Duration;

use tracing::Span;

#[cfg(feature = "metrics")]
use super::measures::Labels;
use crate::proto::v1::{AgentId, TaskId};
use crate::transport::PeerEvent;
use crate::wire::Message;
use crate::{Error, ErrorKind, HandlerResult, Undecodable};

/// The number of a call that was sent.
pub(crate) type CallId = u64;

/// The types of one of the two APIs.
pub(crate) trait Api: Sized + Send + 'static {
    type Call: ApiCall;
    type Event: PeerEvent + Send + 'static;
    /// What a handler gets.
    type Delivery: Deliverable<Call = Self::Call>;
    /// What a handle sends to the role besides calls.
    type HandleEvent: Send + 'static;
    /// Identifies a call that the role keeps and resends with each SUBSCRIBE until it has arrived.
    type ResendKey: fmt::Debug + Send + 'static;
    /// What must be stored because it outlives the process.
    type Record: fmt::Debug + Send + 'static;
    /// Notices what does not go well for long.
    type Outlook: Outlook<Delivery = Self::Delivery, Call = Self::Call>;
    /// Measures what only this API has.
    #[cfg(feature = "metrics")]
    type Meter: RoleMeter<Delivery = Self::Delivery, Call = Self::Call>;

    /// `master` or `agent`.
    const PEER: &'static str;
    /// Whether the response to SUBSCRIBE must carry a stream id.
    const HAS_STREAM_ID: bool;
}

/// Notices what does not go well for long, and logs it.
pub(crate) trait Outlook: Default + Send {
    type Delivery;
    type Call;

    /// Records that the handler gets this.
    fn delivers(&mut self, now: Duration, delivery: &Self::Delivery) {
        let _ = (now, delivery);
    }

    /// Records that this call is sent, unless it is one that may overtake others.
    fn sends(&mut self, now: Duration, call: &Self::Call) {
        let _ = (now, call);
    }

    /// Logs what does not go well.
    fn look(&mut self, now: Duration) {
        let _ = now;
    }
}

/// Measures what only one of the two APIs has.
#[cfg(feature = "metrics")]
pub(crate) trait RoleMeter: Send {
    type Delivery;
    type Call;

    fn new(labels: Labels) -> Self;

    /// Records that the handler gets this.
    fn delivers(&mut self, now: Duration, delivery: &Self::Delivery);

    /// Records that this call is sent.
    fn sends(&mut self, now: Duration, call: &Self::Call);

    /// Sets the gauges, given what the reconciliation under way has no state of.
    fn publish(&mut self, now: Duration, unreconciled: usize);

    /// Sets the gauges to what they are after the end.
    fn end(&mut self);
}

/// The client side of one of the two APIs.
pub(crate) trait Role: Api + OutgoingCalls + RepeatedCalls + Periodic {
    /// Returns the SUBSCRIBE call, with everything that is known by now.
    fn subscribe(&self) -> Self::Call;
    /// Returns what an event means.
    fn receive(&mut self, event: Self::Event) -> Received<Self>;
    /// Returns what follows from the result of a handler.
    fn handled(&mut self, token: TokenOf<Self>, result: &HandlerResult) -> FollowUp<Self>;
    /// Returns what follows from an event of a handle.
    fn on_handle_event(&mut self, event: Self::HandleEvent) -> FollowUp<Self>;
    /// Records that the subscription is lost, and returns what the handler gets.
    fn disconnected(&mut self) -> Self::Delivery;
    /// Returns the call that ends the session for good, or `None` if there is nothing to end.
    fn teardown(&self) -> Option<Self::Call>;
    /// Returns the framework id with which the role subscribes, once it is known.
    fn framework_id(&self) -> Option<&str>;
    /// Returns the last delivery to the handler when the driver gives up.
    fn farewell(&self) -> Option<Self::Delivery>;
    /// Returns whether everything that is kept has arrived.
    fn is_drained(&self) -> bool;
}

/// The calls of the user.
pub(crate) trait OutgoingCalls: Api {
    /// Completes a call that is about to be sent, or refuses it. Returns the key of a call that is
    /// kept, which may be made without a subscription.
    fn prepare(&mut self, call: &mut Self::Call) -> Result<Option<Self::ResendKey>, Error>;

    /// Records that the peer has accepted a call.
    fn accepted(&mut self, call: &Self::Call) {
        let _ = call;
    }

    /// Records that the peer has refused a kept call for good.
    fn resend_refused(&mut self, key: Self::ResendKey) {
        let _ = key;
    }
}

/// Calls that are resent until the role settles them.
pub(crate) trait RepeatedCalls: Api {
    /// Takes over a call to repeat it.
    fn repeat(&mut self, id: CallId, call: &Self::Call) -> Result<(), Error> {
        let _ = (id, call);
        Err(Error::new(ErrorKind::Invalid, "this call can't be repeated"))
    }

    /// Records that the peer has refused a repeated call for good.
    fn repeat_refused(&mut self, id: CallId) {
        let _ = id;
    }

    /// Gives up all repeated calls, and returns them.
    fn take_repeated(&mut self) -> Vec<(CallId, Self::Call)> {
        Vec::new()
    }
}

/// What a role does at certain times. `reading` is false while the stream is left unread because
/// the handler is behind.
pub(crate) trait Periodic: Api {
    /// Returns what is due now. Called after everything that happens while subscribed.
    fn due(&mut self, now: Duration, reading: bool) -> Vec<Due<Self>>;
    /// Returns when to call [`due`](Self::due) again if nothing else happens.
    fn deadline(&self, reading: bool) -> Option<Duration>;

    /// Returns how many tasks and operations the reconciliation under way has no state of.
    #[cfg(feature = "metrics")]
    fn unreconciled(&self) -> usize {
        0
    }
}

/// A call of either API.
pub(crate) trait ApiCall: Message + Clone + Send + 'static {
    /// Returns its type, as in `ACCEPT`.
    fn name(&self) -> &'static str;

    /// Returns whether the role keeps the call if it cannot be sent now.
    fn is_kept(&self) -> bool {
        false
    }

    /// Returns whether the call may arrive before those that were made before it.
    fn may_overtake(&self) -> bool {
        false
    }
}

/// What a handler gets.
pub(crate) trait Deliverable: Send + 'static {
    type Call;
    type Token: Token;

    /// Returns a token that identifies this delivery once the handler has it.
    fn token(&self) -> Self::Token;

    /// Returns which handler gets it, and what it concerns.
    fn subject(&self) -> Subject<'_>;
    /// Creates the delivery of a failed call whose result nobody awaits.
    fn call_failed(call: Self::Call, error: Error) -> Self;
    /// Creates the delivery of an event that could not be decoded.
    fn undecodable(event: Undecodable) -> Self;

    /// Returns whether it informs the handler that everything must end.
    fn is_end(&self) -> bool {
        false
    }
}

/// What a delivery concerns, for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Subject<'a> {
    /// The name of the method that gets it.
    pub(crate) handler: &'static str,
    pub(crate) task: Option<&'a TaskId>,
    pub(crate) agent: Option<&'a AgentId>,
}

impl Subject<'_> {
    /// Creates the subject of a delivery that concerns no task and no agent.
    pub(crate) fn of(handler: &'static str) -> Self {
        Self { handler, task: None, agent: None }
    }

    /// Returns the span in which the handler runs.
    pub(crate) fn span(&self) -> Span {
        let (task, agent) = (self.task.map(TaskId::as_str), self.agent.map(AgentId::as_str));
        tracing::info_span!("handler", handler = self.handler, task, agent)
    }
}

/// Identifies a delivery that a handler has, or has returned from.
pub(crate) trait Token: fmt::Debug + fmt::Display + Send + Sync + 'static {
    /// Returns the token of a notification.
    fn notification() -> Self;

    /// Returns whether the session continues even if the handler fails.
    fn may_fail(&self) -> bool {
        false
    }
}

/// The type that identifies a delivery of this API.
pub(crate) type TokenOf<R> = <<R as Api>::Delivery as Deliverable>::Token;

/// What a role does because it is due.
pub(crate) enum Due<R: Api> {
    /// Send this call; nobody awaits its response.
    Call(R::Call),
    /// Give this to the handler.
    Deliver(R::Delivery),
    /// Resend a repeated call.
    Repeat(CallId, R::Call),
    /// Report success to the caller of a repeated call.
    Settled(CallId, R::Call),
}

/// What an event means to the session.
pub(crate) enum Received<R: Api> {
    /// The driver is subscribed; `heartbeat` is the interval that the peer promises. The handler
    /// gets nothing until the record is stored.
    Subscribed { heartbeat: Option<Duration>, record: Option<R::Record>, delivery: R::Delivery },
    /// Only a sign of life.
    Heartbeat,
    /// For the handler.
    Deliver(R::Delivery),
    /// Only a call to the peer.
    Answer(R::Call),
    /// The peer ends the subscription; `last` means that subscribing again is pointless.
    Ended { error: Error, last: bool },
    /// The peer has ended the session for good. A new one begins once the record is stored.
    Renewed { error: Error, record: R::Record },
}

/// What follows from the result of a handler, or from an event of a handle.
pub(crate) enum FollowUp<R: Api> {
    /// Nothing.
    Nothing,
    /// Send this call, such as an acknowledgement.
    Call(R::Call),
    /// End once everything that is kept has arrived.
    Drain,
    /// End the driver with this error.
    Fail(Error),
}
