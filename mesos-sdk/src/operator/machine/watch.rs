//! The subscription to the cluster's events: when to connect, what a response means, and when the
//! subscription is lost.

use std::time::Duration;

use crate::backoff::{Backoff, HEALTHY_AFTER};
use crate::http::SubscribeResponse;
use crate::operator::event::{ClusterEvent, Received};
use crate::proto::v1::master::Event;
use crate::proto::v1::master::response::GetState;
use crate::security::Trust;
use crate::silence::{MISSED_HEARTBEATS, Silence, heartbeat_interval};
use crate::transport::{SUBSCRIBE_TIMEOUT, StreamEvent};
use crate::{Address, Error, ErrorKind, Undecodable};

/// How many redirects in a row are followed at once.
const MAX_REDIRECTS: u32 = 5;

/// An input of the state machine.
#[derive(Debug)]
pub(crate) enum Input {
    /// The detector's response.
    Leader(Result<Address, Error>),
    /// The detector names a new leader.
    LeaderChanged(Address),
    /// What has happened on the event stream.
    Stream(StreamEvent<Box<Event>>),
    Tick,
}

/// An item for the subscriber, if any, and then an instruction.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) item: Option<Result<ClusterEvent, Error>>,
    pub(crate) then: Do,
}

/// An instruction for the shell.
#[derive(Debug)]
pub(crate) enum Do {
    /// Continue until the deadline.
    GoOn,
    /// Close the connection, and do nothing until the deadline.
    Rest,
    /// Ask the detector. The address is its last response, which did not lead to a lasting
    /// subscription.
    Detect(Option<Address>),
    /// Close the old connection, connect to this address and send SUBSCRIBE.
    Connect(Address),
    /// The subscription has ended.
    Finish,
}

/// | State | until | then |
/// |---|---|---|
/// | `Detecting` | the detector has responded | `Connecting`, or `Waiting` after an error |
/// | `Connecting` | the response to SUBSCRIBE | `Subscribing`, elsewhere after a redirect, `Waiting`, `Ended` |
/// | `Subscribing` | the snapshot is there | `Subscribed`, or `Waiting` when it is late |
/// | `Subscribed` | the stream ends, heartbeats stop, or another master leads | `Waiting`, or `Connecting` there |
/// | `Waiting` | the time is over | `Detecting` |
#[derive(Debug)]
enum State {
    Detecting,
    Connecting {
        peer: Address,
        silence: Silence,
        redirects: u32,
    },
    Subscribing {
        peer: Address,
        silence: Silence,
    },
    /// Without `silence` the master has not announced heartbeats.
    Subscribed {
        peer: Address,
        since: Duration,
        silence: Option<Silence>,
    },
    Waiting {
        until: Duration,
    },
    Ended,
}

/// The subscription of one subscriber. Its time counts from the beginning of the subscription.
#[derive(Debug)]
pub(crate) struct Watch {
    trust: Trust,
    backoff: Backoff,
    state: State,
    /// The detector's last response.
    named: Option<Address>,
    was_subscribed: bool,
    /// How many peers in a row were not masters, or must not be contacted.
    astray: usize,
    /// How many records could not be decoded.
    undecodable: u64,
}

impl Watch {
    /// Begins by asking the detector.
    pub(crate) fn new(trust: Trust, seed: u64) -> Self {
        let backoff = Backoff::new(seed);
        Self {
            trust,
            backoff,
            state: State::Detecting,
            named: None,
            was_subscribed: false,
            astray: 0,
            undecodable: 0,
        }
    }

    /// Returns when [`Input::Tick`] is due.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        match &self.state {
            State::Connecting { silence, .. } | State::Subscribing { silence, .. } => silence.end(),
            State::Subscribed { silence, .. } => silence.and_then(|silence| silence.end()),
            State::Waiting { until, .. } => Some(*until),
            State::Detecting | State::Ended => None,
        }
    }

    /// Records that the subscriber wants the next event. Silence only counts while it does, because
    /// what arrives in the meantime waits unread.
    pub(crate) fn listen(&mut self, now: Duration) {
        self.end_silence(now);
    }

    /// Restarts the silence, because something has arrived, even if it is only a part of the
    /// snapshot.
    fn end_silence(&mut self, now: Duration) {
        if let State::Subscribing { silence, .. } | State::Subscribed { silence: Some(silence), .. } =
            &mut self.state
        {
            silence.restart(now);
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        matches!(self.state, State::Ended)
    }

    pub(crate) fn step(&mut self, now: Duration, input: Input) -> Step {
        match input {
            Input::Leader(Ok(peer)) => {
                self.named = Some(peer.clone());
                self.connect(now, peer, 0)
            }
            Input::Leader(Err(error)) if error.kind() == ErrorKind::Invalid => self.end(error),
            Input::Leader(Err(error)) => {
                self.named = None;
                self.wait(now, error)
            }
            Input::LeaderChanged(leader) => self.follow(now, leader),
            Input::Stream(event) => self.on_stream(now, event),
            Input::Tick => self.tick(now),
        }
    }

    fn on_stream(&mut self, now: Duration, event: StreamEvent<Box<Event>>) -> Step {
        match event {
            StreamEvent::Response(response) => self.on_response(now, response),
            StreamEvent::Event(event, _) => self.receive(now, (*event).into()),
            StreamEvent::Undecodable(record) => self.pass_over(now, record),
            StreamEvent::Part => {
                self.end_silence(now);
                quietly(Do::GoOn)
            }
            StreamEvent::Ended(error) => {
                let ended = || self.error(ErrorKind::Disconnected, "ended the event stream");
                let error = error.unwrap_or_else(ended);
                self.lose(now, error)
            }
        }
    }

    fn connect(&mut self, now: Duration, peer: Address, redirects: u32) -> Step {
        if let Err(error) = self.trust.allows(&peer, self.named.as_ref()) {
            return self.stray(now, error);
        }
        let silence = Silence::new(now, SUBSCRIBE_TIMEOUT);
        self.state = State::Connecting { peer: peer.clone(), silence, redirects };
        quietly(Do::Connect(peer))
    }

    fn follow(&mut self, now: Duration, leader: Address) -> Step {
        if self.peer() == Some(&leader) {
            return quietly(Do::GoOn);
        }
        let error = self.error(ErrorKind::Disconnected, "no longer leads");
        self.named = Some(leader.clone());
        let Step { item, then } = self.connect(now, leader, 0);
        Step { item: Some(item.unwrap_or(Ok(ClusterEvent::Disconnected(error)))), then }
    }

    fn on_response(&mut self, now: Duration, response: SubscribeResponse) -> Step {
        let State::Connecting { peer, redirects, .. } = &self.state else { return quietly(Do::GoOn) };
        let (peer, redirects) = (peer.clone(), redirects + 1);
        match response {
            SubscribeResponse::Accepted(_) => {
                let silence = Silence::new(now, SUBSCRIBE_TIMEOUT);
                self.state = State::Subscribing { peer, silence };
                quietly(Do::GoOn)
            }
            SubscribeResponse::Redirected(leader) if redirects <= MAX_REDIRECTS => {
                self.connect(now, leader, redirects)
            }
            SubscribeResponse::Redirected(_) => {
                let error = self.error(ErrorKind::Unavailable, "redirects in a circle");
                self.wait(now, error)
            }
            SubscribeResponse::Failed(error) | SubscribeResponse::Refused(error) if is_stray(&error) => {
                self.stray(now, error)
            }
            SubscribeResponse::Failed(error) => self.wait(now, error),
            SubscribeResponse::Refused(error) => self.end(error),
        }
    }

    /// Handles a peer that is not a master, or a host that must not be contacted. At first the user
    /// must correct that, once every master had its turn. Later it is a temporary disturbance, such
    /// as the page of a proxy.
    fn stray(&mut self, now: Duration, error: Error) -> Step {
        let astray = self.astray.saturating_add(1);
        if !self.was_subscribed && astray >= self.trust.candidates() {
            return self.end(error);
        }
        let step = self.wait(now, error);
        self.astray = astray;
        step
    }

    fn receive(&mut self, now: Duration, event: Received) -> Step {
        let subscribed = matches!(self.state, State::Subscribed { .. });
        // Other records instead of the snapshot do not extend its deadline.
        if subscribed {
            self.end_silence(now);
        }
        match event {
            Received::Subscribed(state, heartbeat) => self.subscribed(now, state, heartbeat),
            // A change means nothing without a snapshot before it.
            Received::Changed(event) if subscribed => Step { item: Some(Ok(event)), then: Do::GoOn },
            Received::Changed(_) | Received::Heartbeat | Received::Unknown => quietly(Do::GoOn),
        }
    }

    /// Skips a record. Only without a snapshot the subscription can't continue, and is tried again
    /// with growing waits.
    fn pass_over(&mut self, now: Duration, record: Undecodable) -> Step {
        let record = record.after(&mut self.undecodable);
        self.end_silence(now);
        match self.state {
            State::Subscribed { .. } => {
                Step { item: Some(Ok(ClusterEvent::Undecodable(record))), then: Do::GoOn }
            }
            _ => self.lose(now, record.error.and(" instead of a snapshot")),
        }
    }

    fn subscribed(&mut self, now: Duration, state: Box<GetState>, heartbeat: Option<f64>) -> Step {
        let Some(peer) = self.peer().cloned() else { return quietly(Do::GoOn) };
        let silence = heartbeat.map(|seconds| heartbeat_interval(seconds).saturating_mul(MISSED_HEARTBEATS));
        let silence = silence.map(|most| Silence::new(now, most));
        self.state = State::Subscribed { peer, since: now, silence };
        self.was_subscribed = true;
        Step { item: Some(Ok(ClusterEvent::Snapshot(state))), then: Do::GoOn }
    }

    fn tick(&mut self, now: Duration) -> Step {
        let (silence, kind, what) = match &mut self.state {
            State::Waiting { until } if now >= *until => {
                self.state = State::Detecting;
                return quietly(Do::Detect(self.named.clone()));
            }
            State::Subscribed { silence: Some(silence), .. } => {
                (silence, ErrorKind::Disconnected, "sent no heartbeats")
            }
            State::Connecting { silence, .. } | State::Subscribing { silence, .. } => {
                (silence, ErrorKind::Timeout, "did not respond to SUBSCRIBE")
            }
            _ => return quietly(Do::GoOn),
        };
        if !silence.is_over(now) {
            return quietly(Do::GoOn);
        }
        let error = self.error(kind, what);
        self.lose(now, error)
    }

    fn lose(&mut self, now: Duration, error: Error) -> Step {
        if let State::Subscribed { since, .. } = &self.state
            && now.saturating_sub(*since) >= HEALTHY_AFTER
        {
            self.backoff.reset();
        }
        self.wait(now, error)
    }

    fn wait(&mut self, now: Duration, error: Error) -> Step {
        self.astray = 0;
        let wait = self.backoff.next_wait();
        tracing::warn!(?error, next_attempt_in = ?wait, "not subscribed to the cluster's events");
        self.state = State::Waiting { until: now.saturating_add(wait) };
        Step { item: Some(Ok(ClusterEvent::Disconnected(error))), then: Do::Rest }
    }

    fn end(&mut self, error: Error) -> Step {
        self.state = State::Ended;
        Step { item: Some(Err(error)), then: Do::Finish }
    }

    fn peer(&self) -> Option<&Address> {
        match &self.state {
            State::Connecting { peer, .. }
            | State::Subscribing { peer, .. }
            | State::Subscribed { peer, .. } => Some(peer),
            State::Detecting | State::Waiting { .. } | State::Ended => None,
        }
    }

    fn error(&self, kind: ErrorKind, what: &str) -> Error {
        match self.peer() {
            Some(peer) => Error::new(kind, format!("master {peer} {what}")),
            None => Error::new(kind, format!("the master {what}")),
        }
    }
}

fn is_stray(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotMesos | ErrorKind::Untrusted)
}

fn quietly(then: Do) -> Step {
    Step { item: None, then }
}

#[cfg(test)]
mod tests;
