//! The session as a state machine: no socket, no clock, no task.
//!
//! | State | Leaves on | For |
//! |---|---|---|
//! | `Detecting` | the detector's answer | `Connecting`, or `Waiting` on an error |
//! | `Connecting` | the answer to SUBSCRIBE | `Subscribing`; `Connecting` on 307; `Waiting` on a failure; `Ended` on a refusal |
//! | `Subscribing` | the event SUBSCRIBED | `Subscribed`; `Waiting` when the stream ends or nothing comes |
//! | `Subscribed` | end of stream, missed heartbeats, an answer that says so | `Waiting` |
//! | `Waiting` | its time | `Detecting`, or `Connecting` when the leader is known |
//! | `Renewing` | the handler's return | `Waiting` |
//! | `TornDown` | the answer to TEARDOWN and the end of the stream | `Ended`; `Waiting` when no answer comes |
//! | `Ended` | | |
//!
//! A new leader that the detector names by itself leads from `Connecting`, `Subscribing`, `Subscribed` and `Waiting` to
//! `Connecting`, at once.

mod calling;
mod ending;
mod subscribing;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::Duration;

use super::input::{Action, Attempt, CallId, Input, Stop};
use super::pending::{Origin, Pending};
use super::undelivered::Undelivered;
use super::waiting::Waiting;
use super::{Due, Role, Settings};
use crate::backoff::Backoff;
use crate::http::StreamId;
use crate::silence::Silence;
use crate::{Address, Error, ErrorKind};

/// How many redirects are followed in a row.
const MAX_REDIRECTS: u32 = 8;

/// How long a new leader may take to learn that it leads. The driver may know it before, and until then is redirected
/// to the old one, who may be stuck for longer than this.
const SETTLING: Duration = Duration::from_secs(30);

/// How long the peer may take to answer TEARDOWN and to close the stream after it.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Marks the ids of calls that the session makes itself.
const OWN_CALL: CallId = 1 << 63;

enum State {
    Detecting,
    Connecting {
        peer: Address,
        silence: Silence,
        redirects: u32,
    },
    Subscribing {
        peer: Address,
        stream_id: Option<StreamId>,
        silence: Silence,
    },
    Subscribed(Subscribed),
    Waiting {
        until: Duration,
        leader: Option<Address>,
    },
    /// The peer has ended the session; the next one is not known to all yet.
    Renewing,
    /// TEARDOWN was sent. Its answer and the end of the stream come in either order.
    TornDown {
        peer: Address,
        until: Duration,
        answered: bool,
        stream_ended: bool,
    },
    Ended,
}

struct Subscribed {
    peer: Address,
    stream_id: Option<StreamId>,
    since: Duration,
    /// `None` when the peer promises no heartbeats.
    silence: Option<Silence>,
}

/// All decisions of a session. `now` is the time since any fixed moment and never goes back.
pub(crate) struct Machine<R: Role> {
    role: R,
    settings: Settings,
    state: State,
    attempt: Attempt,
    /// The leader by the detector's last word, which need not be whom a redirect has led to.
    named: Option<Address>,
    /// When the detector last named another one by itself.
    renamed: Option<Duration>,
    /// When a new leader was last gone to at once.
    moved: Option<Duration>,
    /// Why the next attempt goes elsewhere.
    failed: Option<Address>,
    backoff: Backoff,
    pending: Pending<R>,
    waiting: Waiting<R>,
    /// What is kept, and was made after the SUBSCRIBE that is on its way: at most as much as the role keeps.
    unsaid: Vec<(R::Call, R::Kept)>,
    own_calls: CallId,
    /// Deliveries whose handler has not returned.
    undelivered: Undelivered,
    /// How long there is no subscription, if there is none, and whether there ever was one.
    down: Option<Silence>,
    was_subscribed: bool,
    /// How many attempts in a row have led to what is no Mesos, or not to be trusted.
    astray: usize,
    /// How many records could not be decoded.
    undecodable: u64,
    stop: Option<(Stop, Duration)>,
    /// All that had come by then was taken in.
    quiet: Duration,
    last_error: Option<Error>,
    actions: VecDeque<Action<R>>,
    #[cfg(mesos_sdk_defects)]
    first_stream_id: Option<Option<StreamId>>,
}

impl<R: Role> Machine<R> {
    /// A machine that wants a leader; `seed` makes the random waits.
    pub(crate) fn new(role: R, settings: Settings, now: Duration, seed: u64) -> Self {
        Self {
            backoff: Backoff::between(settings.first_wait, settings.longest_wait, seed),
            role,
            down: Some(Silence::new(now, settings.patience.unwrap_or(Duration::MAX))),
            settings,
            state: State::Detecting,
            attempt: 0,
            named: None,
            renamed: None,
            moved: None,
            failed: None,
            pending: Pending::new(),
            waiting: Waiting::new(),
            unsaid: Vec::new(),
            own_calls: OWN_CALL,
            undelivered: Undelivered::default(),
            was_subscribed: false,
            astray: 0,
            undecodable: 0,
            stop: None,
            quiet: now,
            last_error: None,
            actions: VecDeque::from([Action::Detect(None)]),
            #[cfg(mesos_sdk_defects)]
            first_stream_id: None,
        }
    }

    /// Takes what has happened; what to do then is in [`next_action`](Self::next_action).
    pub(crate) fn step(&mut self, now: Duration, input: Input<R>) {
        self.take_one_of_many(now, input);
        self.keep_time(now);
    }

    /// The same, but for what is due by now: [`keep_time`](Self::keep_time) has to follow, once for many.
    pub(crate) fn take_one_of_many(&mut self, now: Duration, input: Input<R>) {
        let could_read = self.may_read();
        match self.state {
            State::Ended => self.after_the_end(input),
            _ => self.take(now, input),
        }
        if !could_read && self.may_read() {
            self.end_silence(now);
        }
    }

    /// What there is to do, in order.
    pub(crate) fn next_action(&mut self) -> Option<Action<R>> {
        self.actions.pop_front()
    }

    /// When to give [`Input::Tick`] if nothing else happens.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        let own = match &self.state {
            // Whoever leaves the stream unread can't miss SUBSCRIBED in it.
            State::Subscribing { silence, .. } => silence.end().filter(|_| self.may_read()),
            State::Connecting { silence, .. } => silence.end().filter(|_| !defect!(SubscribeNeverTimesOut)),
            State::Waiting { until, .. } | State::TornDown { until, .. } => Some(*until),
            State::Subscribed(subscribed) => {
                let reading = self.may_read();
                let silence = subscribed
                    .silence
                    .filter(|_| reading && !defect!(HeartbeatsNeverMissed))
                    .and_then(|silence| silence.end());
                // What is not done any more is not waited for either: that would be a loop.
                let does_its_part = self.has_room() && !self.is_leaving();
                let role = self.role.deadline(reading).filter(|_| does_its_part);
                silence.into_iter().chain(role).min()
            }
            State::Detecting | State::Renewing | State::Ended => None,
        };
        let stop = self.stop.map(|(_, until)| until);
        [own, stop, self.patience_ends(), self.waiting.deadline()].into_iter().flatten().min()
    }

    /// Whether there is room for a further event. While there is none, the stream is to be left unread, and
    /// silence is not the peer's fault. After a stop the handler gets no more events, so there is always room for them.
    /// For SUBSCRIBED there is room even if the handler is behind: the calls that it makes meanwhile need it.
    pub(crate) fn may_read(&self) -> bool {
        let has_room = match self.state {
            State::Subscribing { .. } => self.undelivered.has_room_for_subscription(&self.settings),
            _ => self.undelivered.has_room(&self.settings),
        };
        defect!(ReadOn) || (has_room || self.is_leaving()) && self.has_room()
    }

    /// Whether a further call may be without an answer.
    fn has_room(&self) -> bool {
        self.pending.len() < self.settings.max_unanswered
    }

    fn take(&mut self, now: Duration, input: Input<R>) {
        match input {
            Input::Leader(found) => self.on_leader(now, found),
            Input::LeaderChanged(leader) => self.on_leader_changed(now, leader),
            Input::Subscribed(attempt, answer) if attempt == self.attempt => self.on_answer(now, answer),
            Input::Event(attempt, event, bytes) if attempt == self.attempt => {
                self.on_event(now, event, bytes)
            }
            Input::Undecodable(attempt, record) if attempt == self.attempt => {
                self.on_undecodable(now, record)
            }
            Input::Ended(attempt, error) if attempt == self.attempt => self.on_end(now, error),
            Input::Heard(attempt) if attempt == self.attempt => self.end_silence(now),
            Input::Subscribed(..)
            | Input::Event(..)
            | Input::Undecodable(..)
            | Input::Heard(_)
            | Input::Ended(..) => {}
            Input::Tick => self.quiet = now,
            Input::Answered(id, answer) => self.on_call_answer(now, id, answer),
            Input::Call(id, call) => self.on_call(id, call),
            Input::PatientCall(id, call, time) => self.on_patient_call(now, id, call, time),
            Input::RepeatedCall(id, call) => self.on_repeated_call(id, call),
            Input::Unheard(..) if defect!(DropFailureOfDetached) => {}
            Input::Unheard(call, error) => self.on_unheard(call, error),
            Input::Handled(receipt, result) => self.on_handled(now, receipt, &result),
            Input::PassedOver => self.undelivered.handled(),
            Input::Noted(note) => {
                let what_follows = self.role.noted(note);
                self.follow(now, what_follows);
            }
            Input::Stop(stop) => self.on_stop(now, stop),
        }
    }

    /// Does what is due by now, and what has become possible.
    pub(crate) fn keep_time(&mut self, now: Duration) {
        let Some(now) = self.judges(now).filter(|_| !matches!(self.state, State::Ended)) else { return };
        match &self.state {
            State::Waiting { until, leader } if now >= *until => match leader.clone() {
                Some(leader) => self.connect(now, leader, 0),
                None => self.detect(),
            },
            State::TornDown { until, answered, .. } if now >= *until => match answered {
                true => self.finish(Ok(())),
                false => self.teardown_unanswered(now),
            },
            _ => self.watch_silence(now),
        }
        self.send_what_waits(now);
        self.do_what_is_due(now);
        self.keep_promises(now);
    }

    /// The time to judge deadlines by. What has come by a deadline counts before that does, so one that has passed since
    /// the last look waits for [`Input::Tick`].
    fn judges(&self, now: Duration) -> Option<Duration> {
        match self.deadline() {
            _ if defect!(ClockBeforeSocket) => Some(now),
            Some(deadline) if deadline <= self.quiet => Some(self.quiet),
            Some(deadline) if deadline < now => None,
            _ => Some(now),
        }
    }

    fn watch_silence(&mut self, now: Duration) {
        let may_read = self.may_read();
        let (peer, what, silence) = match &mut self.state {
            State::Connecting { peer, silence, .. } if !defect!(SubscribeNeverTimesOut) => {
                (peer, "does not answer SUBSCRIBE", silence)
            }
            State::Subscribing { peer, silence, .. } if may_read => (peer, "sends no SUBSCRIBED", silence),
            State::Subscribed(Subscribed { peer, silence: Some(silence), .. })
                if may_read && !defect!(HeartbeatsNeverMissed) =>
            {
                (peer, "sends no heartbeats", silence)
            }
            _ => return,
        };
        if silence.is_over(now) {
            let error = silent::<R>(peer, what, silence.most());
            self.lose(now, error, None);
        }
    }

    fn do_what_is_due(&mut self, now: Duration) {
        if !matches!(self.state, State::Subscribed(_)) || self.is_leaving() || !self.has_room() {
            return;
        }
        for due in self.role.due(now, self.may_read()) {
            match due {
                Due::Call(call) => self.send_own(call),
                Due::Deliver(delivery) => self.deliver(delivery),
                Due::Repeat(id, call) => self.send(call, Origin::Repeated(id)),
                Due::Settled(id, call) => self.actions.push_back(Action::Reply { id, call, result: Ok(()) }),
            }
        }
    }

    fn deliver(&mut self, delivery: R::Delivery) {
        self.deliver_bytes(delivery, 0);
    }

    fn deliver_bytes(&mut self, delivery: R::Delivery, bytes: usize) {
        if self.is_leaving() {
            return;
        }
        self.undelivered.add(bytes);
        self.actions.push_back(Action::Deliver(delivery));
    }

    fn peer(&self) -> Option<Address> {
        match &self.state {
            State::Connecting { peer, .. }
            | State::Subscribing { peer, .. }
            | State::TornDown { peer, .. } => Some(peer.clone()),
            State::Subscribed(subscribed) => Some(subscribed.peer.clone()),
            State::Detecting | State::Waiting { .. } | State::Renewing | State::Ended => None,
        }
    }
}

/// The handler gets nothing more: so it is said here.
pub(crate) fn nobody_hears(error: &Error) {
    tracing::error!(error = error.to_line(), "a call failed after the stop, and nobody awaits its result");
}

fn stopped() -> Error {
    Error::new(ErrorKind::Stopped, "the call was not sent or not answered: the driver has ended")
}

fn silent<R: Role>(peer: &Address, what: &str, time: Duration) -> Error {
    let text = format!("{} {peer} {what} within {} s", R::PEER, time.as_secs_f64());
    Error::new(ErrorKind::Timeout, text)
}
