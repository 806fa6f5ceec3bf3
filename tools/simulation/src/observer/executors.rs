//! Checks what executors send and receive.

use std::collections::BTreeSet;

use mesos_sdk::proto::v1::executor::{Call, Event, call};
use mesos_sdk::wire::Encoding;

use super::Update;
use super::executor_watch::{Calling, GRACE, RECOVERY, Reported};
use crate::network::{Client, Connection, Delivery};
use crate::rng::Rng;
use crate::world::Inner;

/// Responses that an agent, or something in front of it, sends at times.
const RESPONSES: [(u16, &str); 4] = [
    (503, "Agent has not finished recovery"),
    (500, "out of order"),
    (404, "no such route"),
    (429, "too many"),
];

impl Inner {
    /// Records that an executor opens a connection, for its subscription or for a call.
    pub(super) fn executor_connecting(&mut self, name: &str) {
        let watch = self.executors.entry(name.to_owned()).or_default();
        match watch.stream {
            None => watch.promised_before = watch.promised.keys().cloned().collect(),
            Some(_) => watch.calling = Some(Calling::Connection),
        }
    }

    pub(super) fn executor_request(
        &mut self,
        name: &str,
        connection: &Connection,
        request: &peer::Request,
        rng: &mut Rng,
    ) -> Delivery {
        let Ok(call) = Encoding::Protobuf.decode::<Call>(&request.body) else {
            self.violation(format!("E{name} sends a body that is not a call"));
            return Delivery::Response(400, None, "not a call");
        };
        let (kind, number) = (call.r#type().as_str_name(), connection.number);
        let state =
            call.update.as_ref().map(|update| update.status.state().as_str_name()).unwrap_or_default();
        self.note(format_args!("E{name} #{number} > {kind} {state}"));
        let updates = call
            .update
            .as_deref()
            .into_iter()
            .chain(call.subscribe.iter().flat_map(|subscribe| &subscribe.unacknowledged_updates));
        let watch = self.executors.entry(name.to_owned()).or_default();
        for update in updates {
            let status = &update.status;
            let reported = (status.task_id.value.clone(), status.state);
            watch.sent.insert(status.uuid.clone().unwrap_or_default(), reported);
        }
        let of =
            call.update.as_ref().map(|update| (update.status.task_id.value.clone(), update.status.state));
        if let Some((task, state)) = of.and_then(|reported| watch.skipped(&reported)) {
            self.violation(format!("E{name} sends an update before an older one: {task} in state {state}"));
        }
        let watch = self.executors.entry(name.to_owned()).or_default();
        watch.calling = Some(Calling::Response(number));
        if call.r#type() == call::Type::Subscribe {
            (watch.stream, watch.stands, watch.calling) = (Some(number), None, None);
            self.check_executor(name, &call.subscribe.unwrap_or_default());
        }
        let intercepted = self.network_faults().intercepted;
        if rng.chance(intercepted) {
            let (status, text) = *rng.pick(&RESPONSES);
            return Delivery::Response(status, None, text);
        }
        self.passage(connection, request.raw.len(), rng)
    }

    /// Checks that an executor's SUBSCRIBE contains everything that is not acknowledged.
    fn check_executor(&mut self, name: &str, subscribe: &call::Subscribe) {
        let watch = self.executors.entry(name.to_owned()).or_default();
        let tasks: BTreeSet<_> =
            subscribe.unacknowledged_tasks.iter().map(|task| task.task_id.value.clone()).collect();
        let updates: BTreeSet<Reported> = subscribe
            .unacknowledged_updates
            .iter()
            .map(|update| (update.status.task_id.value.clone(), update.status.state))
            .collect();
        let lost_task =
            watch.launched.difference(&watch.acknowledged_tasks).find(|task| !tasks.contains(*task)).cloned();
        let lost = watch
            .promised_before
            .difference(&watch.acknowledged)
            .find(|reported| !updates.contains(*reported))
            .cloned();
        if let Some(task) = lost_task {
            self.violation(format!(
                "E{name} subscribes without the task {task}, which has no acknowledged update"
            ));
        }
        if let Some((task, state)) = lost {
            self.violation(format!("E{name} subscribes without its update of {task} in state {state}"));
        }
    }

    pub(super) fn executor_event(&mut self, name: &str, message: &[u8]) {
        let Ok(event) = Encoding::Protobuf.decode::<Event>(message) else { return };
        self.note(format_args!("E{name} < {}", event.r#type().as_str_name()));
        let now = self.now();
        if event.subscribed.is_some() {
            let watch = self.executors.entry(name.to_owned()).or_default();
            watch.subscribed.get_or_insert(now);
            watch.stands = Some(now);
        }
        if let Some(acknowledged) = event.acknowledged {
            let watch = self.executors.entry(name.to_owned()).or_default();
            watch.acknowledged_tasks.insert(acknowledged.task_id.value);
            let reported = watch.sent.get(&acknowledged.uuid).cloned();
            watch.acknowledged.extend(reported);
        }
    }

    /// Records that a response has reached an executor.
    pub(super) fn executor_response(&mut self, connection: &Connection, status: u16) {
        let Client::Executor(name) = &connection.client else { return };
        let watch = self.executors.entry(name.clone()).or_default();
        watch.calling.take_if(|calling| *calling == Calling::Response(connection.number));
        if status != 200 && status != 202 {
            self.note(format_args!("E{name} #{} < {status}", connection.number));
            self.executors.entry(name.clone()).or_default().refused |= matches!(status, 400..=403);
        }
    }

    /// Records that the end of a response has reached a driver. If it is the event stream's, the
    /// connection closes a moment later.
    pub(crate) fn response_ends(&mut self, connection: &Connection) {
        let Client::Executor(name) = &connection.client else { return };
        let checkpoint = self.plan.checkpoint;
        let watch = self.executors.entry(name.clone()).or_default();
        watch.abandoned |= !checkpoint && watch.stands.is_some() && watch.stream == Some(connection.number);
    }

    /// Records that an executor's connection has closed.
    pub(super) fn executor_closed(&mut self, name: &str, number: u32) {
        let checkpoint = self.plan.checkpoint;
        let watch = self.executors.entry(name.to_owned()).or_default();
        watch.calling.take_if(|calling| *calling == Calling::Response(number));
        if watch.stream.take_if(|stream| *stream == number).is_some() {
            watch.stands = None;
            watch.abandoned |= !checkpoint;
        }
    }

    /// Records that an agent is killed. It forgets what is not checkpointed.
    pub(crate) fn agent_killed(&mut self, agent: usize) {
        if self.plan.checkpoint {
            return;
        }
        let now = self.now();
        let suffix = format!("-S{agent}");
        let on_agent = self.journal.tasks.iter().filter(|(_, task)| task.agent.ends_with(&suffix));
        for (task, _) in on_agent {
            if let Some(watch) = self.executors.get_mut(task) {
                watch.forgotten = Some(now);
            }
        }
    }

    /// Returns whether the framework may have been removed for being disconnected too long, without
    /// its driver learning of it from a master elected since. An agent that ends the framework at
    /// that moment does not report the end of its tasks, and drops new ones silently
    /// (`Slave::executorTerminated`, `Slave::run` in Mesos). Until the agent registers again, its
    /// master considers the tasks alive.
    pub(crate) fn may_have_been_removed(&self) -> bool {
        self.plan.failover_timeout < 100.0 && self.elected.is_some()
    }

    /// Returns whether an update will not be resent, because its framework was removed, its
    /// executor is forgotten, or its agent forgot the update.
    pub(crate) fn is_forgotten(&self, update: &Update) -> bool {
        let (task, uuid) = update;
        if self.may_have_been_removed() {
            return true;
        }
        let Some(watch) = self.executors.get(task) else { return self.went_with_an_executor(update) };
        // It may have been delayed by that long.
        let delay = self.plan.network_faults.longest_delay;
        let is_older = |at| self.arrived.get(update).is_some_and(|first| *first <= at + delay);
        watch.forgotten.is_some_and(|at| watch.sent.contains_key(uuid) || is_older(at))
    }

    /// Returns whether an update of a task that never reached an executor may be lost. An agent
    /// forgets all updates of a framework with its last executor, and an executor of that agent has
    /// ended since.
    fn went_with_an_executor(&self, update: &Update) -> bool {
        let Some((task, first)) = self.journal.tasks.get(&update.0).zip(self.arrived.get(update)) else {
            return false;
        };
        let there = self.journal.tasks.iter().filter(|(_, other)| other.agent == task.agent);
        let mut ends = there.filter_map(|(other, _)| self.executors.get(other)?.ended);
        ends.any(|end| end >= *first)
    }

    /// Returns whether a task is one that its agent reports as unknown: it never arrived, or was
    /// forgotten. The agent forgets that report with all updates of the framework when the
    /// framework has no executor left on it (`Slave::removeFramework` in Mesos). Until the agent
    /// registers again, the master keeps the task and reports its end in each reconciliation.
    pub(crate) fn is_astray(&self, task: &str, state: &str) -> bool {
        let is_unknown = self.executors.get(task).is_none_or(|watch| watch.forgotten.is_some());
        is_unknown && matches!(state, "TASK_LOST" | "TASK_DROPPED")
    }

    /// Records that the executor ends as soon as all updates are acknowledged.
    pub(crate) fn stops(&mut self, name: &str) {
        let now = self.now();
        self.executors.entry(name.to_owned()).or_default().stopping.get_or_insert(now);
    }

    /// Checks how the executor's driver returned.
    pub(crate) fn executor_ended(&mut self, name: &str, well: bool) {
        let (now, checkpoint) = (self.now(), self.plan.checkpoint);
        self.note(format_args!("E{name} ends: {well}"));
        let watch = self.executors.entry(name.to_owned()).or_default();
        watch.ended = Some(now);
        let waited = watch.stopping.is_some_and(|since| now >= since + GRACE);
        let lost = watch.promised.keys().find(|reported| !watch.acknowledged.contains(*reported)).cloned();
        let forgotten = watch.forgotten_update(now).filter(|_| well);
        let patient = watch.subscribed.is_some_and(|since| now < since + RECOVERY) && checkpoint;
        let (refused, abandoned) = (watch.refused, watch.abandoned);
        if let Some((task, state)) = forgotten {
            self.violation(format!("E{name} ends without having sent its update of {task} in state {state}"));
        }
        match lost {
            // Without a checkpoint an executor ends with its subscription, because its agent may
            // have forgotten it.
            Some((task, state)) if well && !waited && !abandoned => {
                self.violation(format!(
                    "E{name} ends before its update of {task} in state {state} is acknowledged"
                ));
            }
            _ if !well && patient && !refused => {
                self.violation(format!("E{name} gives up its agent too soon"))
            }
            _ => {}
        }
    }

    /// Records that the executor's handler gets a task.
    pub(crate) fn launched(&mut self, name: &str, task: &str) {
        self.note(format_args!("E{name} handles the launch of {task}"));
        self.executors.entry(name.to_owned()).or_default().launched.insert(task.to_owned());
    }

    /// Records that the executor's driver has accepted an update.
    pub(crate) fn promised(&mut self, name: &str, task: &str, state: i32) {
        let (now, reported) = (self.now(), (task.to_owned(), state));
        self.executors.entry(name.to_owned()).or_default().promised.entry(reported).or_insert(now);
    }
}
