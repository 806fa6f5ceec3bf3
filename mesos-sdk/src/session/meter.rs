//! Measures a session, from what the engine gives the machine and what the machine requests.

use std::collections::HashMap;
use std::time::Duration;

use metrics::Gauge;

use super::input::{Action, Input};
use super::measures::{self, Labels, number, timestamp};
use super::role::{CallId, RoleMeter as _};
use super::{ApiCall as _, Machine, Role, Settings, Snapshot};
use crate::http::CallResponse;
use crate::transport::{PeerEvent as _, StreamEvent};
use crate::{Error, ErrorKind, Sent};

/// Measures a session.
pub(super) struct Meter<R: Role> {
    labels: Labels,
    /// The calls without a response, of which the machine bounds the number: their types, and since
    /// when. `None` once the response has come and the machine has not passed it on.
    calls: HashMap<CallId, Option<(&'static str, Duration)>>,
    /// Whether there is a subscription to lose.
    is_subscribed: bool,
    leader_has_changed: bool,
    gauges: Gauges,
    role: R::Meter,
}

struct Gauges {
    subscribed: Gauge,
    last_event: Gauge,
    queued_events: Gauge,
    queued_bytes: Gauge,
    waiting_calls: Gauge,
    unanswered_calls: Gauge,
}

impl Gauges {
    fn new(labels: &Labels) -> Self {
        let of = |metric: &measures::Metric| metric.gauge(labels.with([]));
        Self {
            subscribed: of(&measures::SUBSCRIBED),
            last_event: of(&measures::LAST_EVENT),
            queued_events: of(&measures::QUEUED_EVENTS),
            queued_bytes: of(&measures::QUEUED_BYTES),
            waiting_calls: of(&measures::WAITING_CALLS),
            unanswered_calls: of(&measures::UNANSWERED_CALLS),
        }
    }

    fn set(&self, now: Duration, snapshot: &Snapshot<'_>) {
        self.subscribed.set(number(usize::from(snapshot.is_subscribed)));
        self.last_event.set(timestamp(now, snapshot.last_event));
        self.queued_events.set(number(snapshot.deliveries));
        self.queued_bytes.set(number(snapshot.bytes));
        self.waiting_calls.set(number(snapshot.waiting_calls));
        self.unanswered_calls.set(number(snapshot.unanswered_calls));
    }
}

impl<R: Role> Meter<R> {
    pub(super) fn new(settings: &Settings) -> Self {
        let labels = settings.labels.clone();
        Self {
            calls: HashMap::new(),
            is_subscribed: false,
            leader_has_changed: false,
            gauges: Gauges::new(&labels),
            role: R::Meter::new(labels.clone()),
            labels,
        }
    }

    /// Records what the machine is about to learn.
    pub(super) fn input(&mut self, now: Duration, input: &Input<R>) {
        self.leader_has_changed = matches!(input, Input::LeaderChanged(_));
        match input {
            Input::Stream(_, StreamEvent::Event(event, _)) => {
                self.is_subscribed |= event.name() == "SUBSCRIBED";
                measures::EVENTS.add(self.labels.with([("event", event.name())]), 1);
            }
            Input::Stream(_, StreamEvent::Undecodable(_)) => {
                measures::UNDECODABLE_EVENTS.add(self.labels.with([]), 1);
            }
            Input::Answered(id, response) => self.on_response(now, *id, response),
            _ => {}
        }
    }

    fn on_response(&mut self, now: Duration, id: CallId, response: &CallResponse) {
        let Some((call, since)) = self.calls.remove(&id).flatten() else { return };
        let outcome = match response {
            CallResponse::Accepted => "accepted",
            CallResponse::Unsubscribed(..) => "unsubscribed",
            CallResponse::Failed(_) => "failed",
            CallResponse::Refused(_) => "refused",
        };
        measures::CALL_DURATION.observe(self.labels.with([("call", call)]), now.saturating_sub(since));
        self.count(call, outcome);
        if !Machine::<R>::is_own_call(id) {
            self.calls.insert(id, None);
        }
    }

    fn count(&self, call: &'static str, outcome: &'static str) {
        measures::CALLS.add(self.labels.with([("call", call), ("outcome", outcome)]), 1);
    }

    /// Records what the machine requests.
    pub(super) fn action(&mut self, now: Duration, action: &Action<R>, machine: &Machine<R>) {
        match action {
            Action::Send { id, .. } => {
                if let Some(call) = machine.unanswered_call(*id) {
                    self.role.sends(now, call);
                    self.calls.insert(*id, Some((call.name(), now)));
                }
            }
            Action::Deliver(delivery) => self.role.delivers(now, delivery),
            Action::Complete { id, call, result } => match (self.calls.remove(id), result) {
                (Some(Some(_)), _) => self.count(call.name(), "lost"),
                (None, Err(error)) if error.was_sent() == Sent::No => self.count(call.name(), "unsent"),
                _ => {}
            },
            Action::Lost { id, call, .. } => {
                self.calls.remove(id);
                self.count(call.name(), "lost");
            }
            Action::Disconnect => self.on_disconnect(machine.last_loss()),
            _ => {}
        }
    }

    fn on_disconnect(&mut self, error: Option<&Error>) {
        for (call, _) in std::mem::take(&mut self.calls).into_values().flatten() {
            self.count(call, "lost");
        }
        let Some(error) = error else { return };
        let metric = match std::mem::take(&mut self.is_subscribed) {
            true => measures::SUBSCRIPTIONS_LOST,
            false => measures::SUBSCRIBE_FAILURES,
        };
        let cause = if self.leader_has_changed { "leader_changed" } else { cause(error.kind()) };
        metric.add(self.labels.with([("cause", cause)]), 1);
    }

    /// Sets the gauges.
    pub(super) fn publish(&mut self, now: Duration, machine: &Machine<R>) {
        self.gauges.set(now, &machine.snapshot());
        self.role.publish(now, machine.unreconciled());
    }
}

/// After the end nothing waits.
impl<R: Role> Drop for Meter<R> {
    fn drop(&mut self) {
        let Gauges { subscribed, queued_events, queued_bytes, waiting_calls, unanswered_calls, .. } =
            &self.gauges;
        for gauge in [subscribed, queued_events, queued_bytes, waiting_calls, unanswered_calls] {
            gauge.set(0.0);
        }
        self.role.end();
    }
}

/// Returns the label of a cause.
fn cause(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Unreachable => "unreachable",
        ErrorKind::Timeout => "timeout",
        ErrorKind::Disconnected => "disconnected",
        ErrorKind::NotSubscribed => "not_subscribed",
        ErrorKind::Unavailable => "unavailable",
        ErrorKind::NotMesos => "not_mesos",
        ErrorKind::Undecodable => "undecodable",
        ErrorKind::Unauthorized | ErrorKind::Forbidden => "unauthorized",
        ErrorKind::Untrusted => "untrusted",
        ErrorKind::FrameworkRemoved => "framework_removed",
        ErrorKind::Rejected => "rejected",
        _ => "other",
    }
}
