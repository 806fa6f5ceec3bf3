//! What drivers are told.

use bytes::Bytes;
use mesos_sdk::proto::v1::scheduler::{Event, event};
use mesos_sdk::proto::v1::{OperationState, OperationStatus, TaskState};
use mesos_sdk::wire::Encoding;
use std::collections::VecDeque;
use std::time::Duration;

use super::Subscription;
use super::{short, update_of};
use crate::network::{Line, Speaker};
use crate::world::Inner;

/// How long a moment is.
const SAME_MOMENT: Duration = Duration::from_millis(50);

impl Inner {
    /// The peer has given an answer, which may get lost.
    pub(crate) fn peer_answered(&mut self, pipe: &Line, status: u16) {
        let Speaker::Scheduler(life) = pipe.speaker else { return };
        let number = pipe.number;
        let known = self.life(life);
        let requests = known.unanswered.get_mut(&number);
        let Some(request) = requests.and_then(|all| all.iter_mut().find(|one| !one.is_answered)) else {
            return;
        };
        request.is_answered = true;
        let request = request.clone();
        if status == 200 || status == 202 {
            if let Some(call) = request.marker.and_then(|marker| known.calls.get_mut(&marker)) {
                call.taken = true;
            }
            known.torn_down |= request.kind == "TEARDOWN";
        }
    }

    /// The driver can read the head of an answer.
    pub(crate) fn answered(&mut self, pipe: &Line, status: u16, stream_id: Option<String>) {
        let Speaker::Scheduler(life) = pipe.speaker else {
            return self.executor_answered(pipe, status);
        };
        let (number, now) = (pipe.number, self.now());
        let known = self.life(life);
        known.answered = now;
        let Some(request) = known.unanswered.get_mut(&number).and_then(VecDeque::pop_front) else { return };
        if let Some(call) = request.marker.and_then(|marker| known.calls.get_mut(&marker)) {
            call.answered = true;
        }
        known.refused |= matches!(status, 400 | 401 | 403) && request.kind == "TEARDOWN";
        match request.is_subscribe {
            true => {
                known.stream_id = stream_id.filter(|_| status == 200);
                known.refused |= matches!(status, 400 | 401 | 403);
            }
            // Whatever it says, the driver may take it for the end of the subscription.
            false if status != 200 && status != 202 => {
                known.excused = true;
                let now = known.reads_at(now);
                known.turned_away = Some(now);
                known.knows_of_newer &= !is_just_now(known.replaced, now);
            }
            false => {}
        }
        if status == 307 && request.is_subscribe {
            // The next attempt follows from this one.
            known.attempts.pop_back();
        }
        if status != 202 {
            let kind = request.kind;
            self.note(format_args!("S{life} #{number} < {status} to {kind}"));
        }
    }

    /// Bytes have come.
    pub(crate) fn heard(&mut self, pipe: &Line) {
        let Speaker::Scheduler(life) = pipe.speaker else { return };
        let now = self.now();
        if let Some(subscription) = &mut self.life(life).subscription
            && subscription.pipe == pipe.number
        {
            subscription.heard = now;
        }
    }

    /// The driver can read a record of events.
    pub(crate) fn event(&mut self, pipe: &Line, record: &Bytes) {
        let Some(at) = record.iter().position(|byte| *byte == b'\n') else { return };
        let message = record.slice(at + 1..);
        match &pipe.speaker {
            Speaker::Scheduler(life) => {
                let now = self.now();
                if let Some(subscription) = &mut self.life(*life).subscription
                    && subscription.pipe == pipe.number
                {
                    subscription.told = now;
                }
                if let Ok(event) = Encoding::Protobuf.decode(&message) {
                    self.scheduler_event(*life, pipe, event);
                }
            }
            Speaker::Executor(name) => self.executor_event(&name.clone(), &message),
        }
    }

    fn scheduler_event(&mut self, life: u32, pipe: &Line, event: Event) {
        let number = pipe.number;
        let kind = event.r#type();
        if self.life(life).busy {
            self.life(life).flood += 1;
        }
        if let Some(status) = event.update.as_ref().map(|update| &update.status) {
            let (task, state) = (&status.task_id.value, status.state());
            self.answers(life, task);
            let now = self.now();
            if let Some(update) = update_of(status) {
                self.arrived.entry(update).or_insert(now);
            }
            let uuid = status.uuid.as_ref().and_then(|uuid| uuid.first()).copied().unwrap_or_default();
            if state.is_terminal() || state == TaskState::Unknown {
                self.life(life).ends_told.insert(task.clone());
            }
            return self.note(format_args!("S{life} #{number} < {task} {} {uuid:02x}", state.as_str_name()));
        }
        if let Some(status) = event.update_operation_status.as_ref().map(|update| &update.status) {
            return self.operation_status(life, number, status);
        }
        match kind {
            event::Type::Heartbeat | event::Type::Message => return,
            event::Type::Subscribed => self.subscribed(life, pipe, event.subscribed.unwrap_or_default()),
            event::Type::Error => {
                self.error(life, &event.error.map(|error| error.message).unwrap_or_default())
            }
            _ => {}
        }
        self.note(format_args!("S{life} #{number} < {}", kind.as_str_name()));
    }

    /// An update is the answer to what was asked of this task or operation.
    fn answers(&mut self, life: u32, id: &str) {
        let now = self.now();
        let known = self.life(life);
        known.asked.remove(id);
        known.told.insert(id.to_owned(), now);
    }

    fn operation_status(&mut self, life: u32, number: u32, status: &OperationStatus) {
        let id = status.operation_id.as_ref().map(|id| id.value.clone()).unwrap_or_default();
        // While an agent recovers, the master does not know the operation's state: that is no answer.
        if status.state() != OperationState::Recovering {
            self.answers(life, &id);
        }
        let uuid = status.uuid.as_ref().and_then(|uuid| uuid.value.first()).copied().unwrap_or_default();
        self.note(format_args!("S{life} #{number} < {id} {} {uuid:02x}", status.state().as_str_name()));
    }

    fn subscribed(&mut self, life: u32, pipe: &Line, subscribed: event::Subscribed) {
        let now = self.now();
        let id = subscribed.framework_id.value;
        let known = self.life(life);
        known.subscription = Some(Subscription { pipe: pipe.number, since: now, heard: now, told: now });
        known.last_subscribed = Some(now);
        known.lost = None;
        known.excused = false;
        known.reconciled = 0;
        known.reconciled_operations = 0;
        known.asked.clear();
        known.told.clear();
        known.swallowing.clear();
        known.carriers.clear();
        let before = known.framework.replace(id.clone());
        if before.as_ref().is_some_and(|before| *before != id) {
            self.violated(format!("S{life} became another framework: {before:?}, then {id}"));
        }
        self.note(format_args!("S{life} is {}", short(&id)));
    }

    fn error(&mut self, life: u32, text: &str) {
        // A driver that leaves the stream unread, because its handler is behind, does not know.
        let (reads, now) = (self.plan.event_limit >= 1024, self.now());
        let known = self.life(life);
        known.excused = true;
        let now = known.reads_at(now);
        if text == "Framework failed over" {
            known.failed_over = true;
            known.replaced = Some(now);
            known.knows_of_newer |= reads && !is_just_now(known.turned_away, now);
        }
        known.removed |= text == "Framework has been removed";
        self.note(format_args!("S{life} is told: {text}"));
    }
}

/// Whether two things are so close that a driver may learn of either first.
fn is_just_now(earlier: Option<Duration>, now: Duration) -> bool {
    earlier.is_some_and(|earlier| now <= earlier + SAME_MOMENT)
}
