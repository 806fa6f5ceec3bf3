//! Checks what drivers receive.

use bytes::Bytes;
use mesos_sdk::proto::v1::scheduler::{Event, event};
use mesos_sdk::proto::v1::{OperationState, OperationStatus, TaskState};
use mesos_sdk::wire::Encoding;
use std::collections::VecDeque;
use std::time::Duration;

use super::Subscription;
use super::{short, update_of};
use crate::network::{Client, Connection};
use crate::world::Inner;

/// Times at most this far apart are the same moment.
const SAME_MOMENT: Duration = Duration::from_millis(50);

impl Inner {
    /// Records that the peer has sent a response, which may get lost.
    pub(crate) fn peer_responded(&mut self, connection: &Connection, status: u16) {
        let Client::Scheduler(life) = connection.client else { return };
        let number = connection.number;
        let known = self.life(life);
        let requests = known.pending.get_mut(&number);
        let Some(request) = requests.and_then(|all| all.iter_mut().find(|one| !one.has_response)) else {
            return;
        };
        request.has_response = true;
        let request = request.clone();
        if status == 200 || status == 202 {
            if let Some(call) = request.marker.and_then(|marker| known.calls.get_mut(&marker)) {
                call.accepted = true;
            }
            known.torn_down |= request.kind == "TEARDOWN";
        }
    }

    /// Records that the head of a response has reached a driver.
    pub(crate) fn response_head(&mut self, connection: &Connection, status: u16, stream_id: Option<String>) {
        let Client::Scheduler(life) = connection.client else {
            return self.executor_response(connection, status);
        };
        let (number, now) = (connection.number, self.now());
        let known = self.life(life);
        known.responded = now;
        let Some(request) = known.pending.get_mut(&number).and_then(VecDeque::pop_front) else { return };
        if let Some(call) = request.marker.and_then(|marker| known.calls.get_mut(&marker)) {
            call.responded = true;
        }
        known.refused |= matches!(status, 400 | 401 | 403) && request.kind == "TEARDOWN";
        match request.is_subscribe {
            true => {
                known.stream_id = stream_id.filter(|_| status == 200);
                known.refused |= matches!(status, 400 | 401 | 403);
            }
            // The driver may end the subscription because of any such response.
            false if status != 200 && status != 202 => {
                known.excused = true;
                let now = known.reads_at(now);
                known.call_rejected = Some(now);
                known.knows_of_newer &= !is_just_now(known.replaced, now);
            }
            false => {}
        }
        if status == 307 && request.is_subscribe {
            // Following a redirect does not count as another attempt.
            known.attempts.pop_back();
        }
        if status != 202 {
            let kind = request.kind;
            self.note(format_args!("S{life} #{number} < {status} to {kind}"));
        }
    }

    /// Records that bytes have arrived.
    pub(crate) fn bytes_arrived(&mut self, connection: &Connection) {
        let Client::Scheduler(life) = connection.client else { return };
        let now = self.now();
        if let Some(subscription) = &mut self.life(life).subscription
            && subscription.connection == connection.number
        {
            subscription.last_bytes = now;
        }
    }

    /// Records that an event has reached a driver.
    pub(crate) fn event(&mut self, connection: &Connection, record: &Bytes) {
        let Some(at) = record.iter().position(|byte| *byte == b'\n') else { return };
        let message = record.slice(at + 1..);
        match &connection.client {
            Client::Scheduler(life) => {
                let now = self.now();
                if let Some(subscription) = &mut self.life(*life).subscription
                    && subscription.connection == connection.number
                {
                    subscription.last_event = now;
                }
                if let Ok(event) = Encoding::Protobuf.decode(&message) {
                    self.scheduler_event(*life, connection, event);
                }
            }
            Client::Executor(name) => self.executor_event(&name.clone(), &message),
        }
    }

    fn scheduler_event(&mut self, life: u32, connection: &Connection, event: Event) {
        let number = connection.number;
        let kind = event.r#type();
        if self.life(life).busy {
            self.life(life).flood += 1;
        }
        if let Some(status) = event.update.as_ref().map(|update| &update.status) {
            let (task, state) = (&status.task_id.value, status.state());
            self.status_arrived(life, task);
            let now = self.now();
            if let Some(update) = update_of(status) {
                self.arrived.entry(update).or_insert(now);
            }
            let uuid = status.uuid.as_ref().and_then(|uuid| uuid.first()).copied().unwrap_or_default();
            if state.is_terminal() || state == TaskState::Unknown {
                self.life(life).ends_seen.insert(task.clone());
            }
            return self.note(format_args!("S{life} #{number} < {task} {} {uuid:02x}", state.as_str_name()));
        }
        if let Some(status) = event.update_operation_status.as_ref().map(|update| &update.status) {
            return self.operation_status(life, number, status);
        }
        match kind {
            event::Type::Heartbeat | event::Type::Message => return,
            event::Type::Subscribed => {
                self.subscribed(life, connection, *event.subscribed.unwrap_or_default())
            }
            event::Type::Error => {
                self.error(life, &event.error.map(|error| error.message).unwrap_or_default())
            }
            _ => {}
        }
        self.note(format_args!("S{life} #{number} < {}", kind.as_str_name()));
    }

    /// Records that a status of this task or operation has arrived.
    fn status_arrived(&mut self, life: u32, id: &str) {
        let now = self.now();
        let known = self.life(life);
        known.asked.remove(id);
        known.last_status.insert(id.to_owned(), now);
    }

    fn operation_status(&mut self, life: u32, number: u32, status: &OperationStatus) {
        let id = status.operation_id.as_ref().map(|id| id.value.clone()).unwrap_or_default();
        // While an agent recovers, the master does not know the operation's state: this is not a
        // result.
        if status.state() != OperationState::Recovering {
            self.status_arrived(life, &id);
        }
        let uuid = status.uuid.as_ref().and_then(|uuid| uuid.value.first()).copied().unwrap_or_default();
        self.note(format_args!("S{life} #{number} < {id} {} {uuid:02x}", status.state().as_str_name()));
    }

    fn subscribed(&mut self, life: u32, connection: &Connection, subscribed: event::Subscribed) {
        let now = self.now();
        let id = subscribed.framework_id.value;
        let known = self.life(life);
        known.subscription = Some(Subscription {
            connection: connection.number,
            since: now,
            last_bytes: now,
            last_event: now,
        });
        known.last_subscribed = Some(now);
        known.lost = None;
        known.excused = false;
        known.reconciled = 0;
        known.reconciled_operations = 0;
        known.asked.clear();
        known.last_status.clear();
        known.swallowing.clear();
        known.carriers.clear();
        let before = known.framework.replace(id.clone());
        if before.as_ref().is_some_and(|before| *before != id) {
            self.violation(format!("S{life} became another framework: {before:?}, then {id}"));
        }
        self.note(format_args!("S{life} is {}", short(&id)));
    }

    fn error(&mut self, life: u32, text: &str) {
        // With a small limit, a driver whose handler is behind leaves the stream unread.
        let (reads, now) = (self.plan.event_limit >= 1024, self.now());
        let known = self.life(life);
        known.excused = true;
        let now = known.reads_at(now);
        if text == "Framework failed over" {
            known.failed_over = true;
            known.replaced = Some(now);
            known.knows_of_newer |= reads && !is_just_now(known.call_rejected, now);
        }
        known.removed |= text == "Framework has been removed";
        self.note(format_args!("S{life} gets the error: {text}"));
    }
}

/// Returns whether two moments are so close that a driver may learn of either first.
fn is_just_now(earlier: Option<Duration>, now: Duration) -> bool {
    earlier.is_some_and(|earlier| now <= earlier + SAME_MOMENT)
}
