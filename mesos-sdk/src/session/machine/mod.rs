//! The session as a state machine, without sockets, clocks or tasks.
//!
//! | State | Leaves on | For |
//! |---|---|---|
//! | `Detecting` | the detector's result | `Connecting`, or `Waiting` on an error |
//! | `Connecting` | the response to SUBSCRIBE | `Subscribing`; `Connecting` on 307; `Waiting` on a failure; `Ended` on a refusal |
//! | `Subscribing` | the event SUBSCRIBED | `Subscribed`; `Waiting` when the stream ends or stays silent |
//! | `Subscribed` | end of stream, missed heartbeats, a response that ends it | `Waiting` |
//! | `Waiting` | its time | `Detecting`, or `Connecting` when the leader is known |
//! | `Renewing` | the record of the next session | `Waiting` |
//! | `TornDown` | the response to TEARDOWN and the end of the stream | `Ended`; `Waiting` without a response in time |
//! | `Ended` | | |
//!
//! When the detector reports a new leader unasked, the states `Connecting`, `Subscribing`,
//! `Subscribed` and `Waiting` change to `Connecting` at once.
//!
//! The parts of the machine have their own tests: [`State`], [`LeaderTracker`], [`CallTable`],
//! [`Backlog`], [`Patience`] and [`Shutdown`]. The machine decides what a change of one means for
//! the others.

mod backlog;
mod call_table;
mod calling;
mod ending;
mod facts;
mod leader;
mod patience;
mod shutdown;
mod state;
mod subscribing;
#[cfg(test)]
mod tests;
mod waiting;

use std::collections::VecDeque;
use std::time::Duration;

use self::backlog::Backlog;
use self::call_table::{CallTable, Origin};
use self::leader::LeaderTracker;
use self::patience::Patience;
use self::shutdown::Shutdown;
use self::state::State;
use super::input::{Action, Attempt, Input};
use super::{Due, Received, Role, Settings, Snapshot};
use crate::Error;
use crate::backoff::Backoff;
use crate::transport::StreamEvent;

/// Makes all decisions of a session. `now` is the time since any fixed moment, and never decreases.
pub(crate) struct Machine<R: Role> {
    role: R,
    settings: Settings,
    state: State,
    attempt: Attempt,
    leader: LeaderTracker,
    backoff: Backoff,
    calls: CallTable<R>,
    backlog: Backlog<R::Delivery>,
    patience: Patience,
    /// How many attempts in a row have led to a host that is not Mesos or is not trusted.
    astray: usize,
    /// When an event last arrived.
    last_event: Option<Duration>,
    /// The number of records that could not be decoded.
    undecodable: u64,
    shutdown: Shutdown,
    /// The time up to which everything that has arrived was processed.
    quiet: Duration,
    last_error: Option<Error>,
    /// Why a record could not be stored.
    store_failure: Option<Error>,
    actions: VecDeque<Action<R>>,
}

impl<R: Role> Machine<R> {
    /// Creates a machine that looks for a leader; `seed` determines the random waits.
    pub(crate) fn new(role: R, settings: Settings, now: Duration, seed: u64) -> Self {
        Self {
            backoff: Backoff::between(settings.first_wait, settings.longest_wait, seed),
            patience: Patience::new(now, settings.patience),
            role,
            settings,
            state: State::Detecting,
            attempt: 0,
            leader: LeaderTracker::default(),
            calls: CallTable::new(),
            backlog: Backlog::new(),
            astray: 0,
            last_event: None,
            undecodable: 0,
            shutdown: Shutdown::default(),
            quiet: now,
            last_error: None,
            store_failure: None,
            actions: VecDeque::from([Action::Detect(None)]),
        }
    }

    /// Processes an input. [`next_action`](Self::next_action) returns what to do.
    pub(crate) fn step(&mut self, now: Duration, input: Input<R>) {
        self.apply(now, input);
        self.check_deadlines(now);
    }

    /// Processes an input, but not what is due by now: [`check_deadlines`](Self::check_deadlines)
    /// must follow, once for any number of inputs.
    pub(crate) fn apply(&mut self, now: Duration, input: Input<R>) {
        let could_read = self.may_read();
        match self.state {
            State::Ended => self.after_the_end(input),
            _ => self.take(now, input),
        }
        if !could_read && self.may_read() {
            // What has arrived meanwhile is unread.
            self.quiet = Duration::ZERO;
        }
    }

    /// Returns the next thing to do.
    pub(crate) fn next_action(&mut self) -> Option<Action<R>> {
        self.actions.pop_front()
    }

    /// Returns when to give [`Input::Tick`] if nothing else happens.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        let is_reading = self.may_read();
        // Waiting for something that is not done when it is due would be a busy loop.
        let does_its_part = self.state.is_subscribed() && self.has_room() && !self.shutdown.is_leaving();
        let role = does_its_part.then(|| self.role.deadline(is_reading)).flatten();
        let own = [self.state.deadline(is_reading), role, self.patience_ends()];
        own.into_iter().chain([self.shutdown.deadline(), self.calls.deadline()]).flatten().min()
    }

    /// Returns whether there is room for a further event. While there is none, the stream must be
    /// left unread, and silence is not the peer's fault. After a stop the handler gets no more
    /// events, so there is always room. There is more room for SUBSCRIBED, because a handler that
    /// is behind may be waiting for the calls that need it.
    pub(crate) fn may_read(&self) -> bool {
        let has_room = match self.state {
            State::Subscribing { .. } => self.backlog.has_room_for_subscription(&self.settings),
            _ => self.backlog.has_room(&self.settings),
        };
        (has_room || self.shutdown.is_leaving()) && self.has_room()
    }

    /// Returns what the driver's status shows.
    pub(crate) fn snapshot(&self) -> Snapshot<'_> {
        Snapshot {
            is_subscribed: self.state.is_subscribed(),
            framework_id: self.role.framework_id(),
            peer: self.state.peer().or(self.leader.named()),
            last_event: self.last_event,
            waiting_calls: self.calls.waiting(),
            unanswered_calls: self.calls.unanswered(),
            deliveries: self.backlog.len(),
            bytes: self.backlog.bytes(),
        }
    }

    /// Returns until when a handler that is still at work after the end may continue.
    pub(crate) fn handler_may_until(&self, now: Duration) -> Duration {
        self.shutdown.deadline().unwrap_or_else(|| now.saturating_add(self.settings.stop_timeout))
    }

    /// Returns whether a further call may be sent.
    fn has_room(&self) -> bool {
        self.calls.has_room(&self.settings)
    }

    fn take(&mut self, now: Duration, input: Input<R>) {
        match input {
            Input::Leader(found) => self.on_leader(now, found),
            Input::LeaderChanged(leader) => self.on_leader_changed(now, leader),
            Input::Stream(attempt, event) if attempt == self.attempt => self.on_stream(now, event),
            Input::Stream(..) => {}
            Input::Tick => self.quiet = now,
            Input::Answered(id, response) => self.on_call_response(now, id, response),
            Input::Call(id, call, mode) => self.on_call(now, (id, call), mode),
            Input::DroppedFailure(call, error) => self.on_dropped_failure(call, error),
            Input::Notified => self.backlog.notified(),
            Input::Handled(token, result) => {
                self.backlog.handled();
                let what_follows = self.role.handled(token, &result);
                self.follow(now, what_follows);
            }
            Input::PassedOver => self.backlog.handled(),
            Input::Stored(result) => self.on_stored(now, result),
            Input::HandleEvent(event) => {
                let what_follows = self.role.on_handle_event(event);
                self.follow(now, what_follows);
            }
            Input::Stop(stop) => self.on_stop(now, stop),
        }
    }

    fn on_stream(&mut self, now: Duration, event: StreamEvent<R::Event>) {
        match event {
            StreamEvent::Response(response) => self.on_subscribe_response(now, response),
            StreamEvent::Event(event, bytes) => self.on_event(now, event, bytes),
            StreamEvent::Undecodable(record) => self.on_undecodable(now, record),
            StreamEvent::Part => self.state.restart_silence(now),
            StreamEvent::Ended(error) => self.on_end(now, error),
        }
    }

    fn on_event(&mut self, now: Duration, event: R::Event, bytes: usize) {
        self.last_event = Some(now);
        // The peer must send SUBSCRIBED in time, whatever else it sends.
        if !matches!(self.state, State::Subscribing { .. }) {
            self.state.restart_silence(now);
        }
        match self.role.receive(event) {
            Received::Ended { error, last: true } => self.on_last_error(error),
            Received::Renewed { error, .. } if self.shutdown.stop().is_some() => self.on_last_error(error),
            // After TEARDOWN only the end of the session matters.
            _ if matches!(self.state, State::TornDown { .. }) => {}
            Received::Subscribed { heartbeat, record, delivery } => {
                self.on_subscribed(now, heartbeat, record, delivery)
            }
            Received::Heartbeat => {}
            Received::Deliver(delivery) => self.deliver(delivery, bytes),
            Received::Answer(call) => self.send(call, Origin::Session),
            Received::Renewed { error, record } => self.on_renewed(now, error, record),
            Received::Ended { error, last: false } => self.lose(now, error, None),
        }
    }

    /// Does what is due by now.
    pub(crate) fn check_deadlines(&mut self, now: Duration) {
        let Some(now) = self.time_to_check(now).filter(|_| !matches!(self.state, State::Ended)) else {
            return;
        };
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
        self.end_if_due(now);
    }

    /// Returns the time to check deadlines against. What arrives by a deadline counts, so a
    /// deadline that has passed since the last input waits for [`Input::Tick`].
    fn time_to_check(&self, now: Duration) -> Option<Duration> {
        match self.deadline() {
            Some(deadline) if deadline <= self.quiet => Some(self.quiet),
            Some(deadline) if deadline < now => None,
            _ => Some(now),
        }
    }

    fn do_what_is_due(&mut self, now: Duration) {
        if !self.state.is_subscribed() || self.shutdown.is_leaving() || !self.has_room() {
            return;
        }
        for due in self.role.due(now, self.may_read()) {
            match due {
                Due::Call(call) => self.send(call, Origin::Session),
                Due::Deliver(delivery) => self.deliver(delivery, 0),
                Due::Repeat(id, call) => self.send(call, Origin::Repeated(id)),
                Due::Settled(id, call) => {
                    self.actions.push_back(Action::Complete { id, call, result: Ok(()) })
                }
            }
        }
    }

    /// Gives the handler a delivery that takes approximately this many bytes, unless the driver is
    /// leaving.
    fn deliver(&mut self, delivery: R::Delivery, bytes: usize) {
        if self.shutdown.is_leaving() {
            return;
        }
        self.actions.extend(self.backlog.add(delivery, bytes).map(Action::Deliver));
    }

    /// Stores a record, before which the handler gets nothing more.
    fn store(&mut self, record: R::Record) {
        self.backlog.hold();
        self.actions.push_back(Action::Store(record));
    }

    fn on_stored(&mut self, now: Duration, result: Result<(), Error>) {
        let is_written = result.is_ok();
        self.store_failure = result.err().or(self.store_failure.take());
        // After a stop the driver continues to its end, and then returns the failure.
        if !is_written && !self.shutdown.is_leaving() {
            return self.finish(Ok(()));
        }
        let held = self.backlog.release();
        self.actions.extend(held.into_iter().map(Action::Deliver));
        if is_written {
            self.renew(now);
        }
    }
}
