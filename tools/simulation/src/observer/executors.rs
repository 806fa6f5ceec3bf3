//! What executors say, and what they are told.

use std::collections::BTreeSet;

use mesos_sdk::proto::v1::executor::{Call, Event, call};
use mesos_sdk::wire::Encoding;

use super::Update;
use super::executor_watch::{Calling, GRACE, RECOVERY, Said};
use crate::dice::Dice;
use crate::network::{Fate, Line, Speaker, http};
use crate::world::Inner;

/// What an agent, or something before it, says at times.
const ANSWERS: [(u16, &str); 4] = [
    (503, "Agent has not finished recovery"),
    (500, "out of order"),
    (404, "no such route"),
    (429, "too many"),
];

impl Inner {
    /// An executor opens a connection: for its subscription, or for a call.
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
        pipe: &Line,
        request: &http::Request,
        dice: &mut Dice,
    ) -> Fate {
        let Ok(call) = Encoding::Protobuf.decode::<Call>(&request.body) else {
            self.violated(format!("E{name} sends what is no call"));
            return Fate::Answered(400, None, "no call");
        };
        let (kind, number) = (call.r#type().as_str_name(), pipe.number);
        let state =
            call.update.as_ref().map(|update| update.status.state().as_str_name()).unwrap_or_default();
        self.note(format_args!("E{name} #{number} > {kind} {state}"));
        let updates = call
            .update
            .iter()
            .chain(call.subscribe.iter().flat_map(|subscribe| &subscribe.unacknowledged_updates));
        let watch = self.executors.entry(name.to_owned()).or_default();
        for update in updates {
            let status = &update.status;
            let said = (status.task_id.value.clone(), status.state);
            watch.sent.insert(status.uuid.clone().unwrap_or_default(), said);
        }
        let of =
            call.update.as_ref().map(|update| (update.status.task_id.value.clone(), update.status.state));
        if let Some((task, state)) = of.and_then(|said| watch.skipped(&said)) {
            self.violated(format!("E{name} sends an update before an older one, of {task} to state {state}"));
        }
        let watch = self.executors.entry(name.to_owned()).or_default();
        watch.calling = Some(Calling::Answer(number));
        if call.r#type() == call::Type::Subscribe {
            (watch.stream, watch.stands, watch.calling) = (Some(number), None, None);
            self.check_executor(name, &call.subscribe.unwrap_or_default());
        }
        let answered = self.weather().answered;
        if dice.chance(answered) {
            let (status, text) = *dice.pick(&ANSWERS);
            return Fate::Answered(status, None, text);
        }
        self.passage(pipe, request.raw.len(), dice)
    }

    /// An executor says again all that is not acknowledged.
    fn check_executor(&mut self, name: &str, subscribe: &call::Subscribe) {
        let watch = self.executors.entry(name.to_owned()).or_default();
        let tasks: BTreeSet<_> =
            subscribe.unacknowledged_tasks.iter().map(|task| task.task_id.value.clone()).collect();
        let updates: BTreeSet<Said> = subscribe
            .unacknowledged_updates
            .iter()
            .map(|update| (update.status.task_id.value.clone(), update.status.state))
            .collect();
        let lost_task = watch.launched.difference(&watch.known).find(|task| !tasks.contains(*task)).cloned();
        let lost = watch
            .promised_before
            .difference(&watch.acknowledged)
            .find(|said| !updates.contains(*said))
            .cloned();
        if let Some(task) = lost_task {
            self.violated(format!(
                "E{name} subscribes without the task {task}, of which nothing is acknowledged"
            ));
        }
        if let Some((task, state)) = lost {
            self.violated(format!("E{name} subscribes without its update of {task} to state {state}"));
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
            watch.known.insert(acknowledged.task_id.value);
            let said = watch.sent.get(&acknowledged.uuid).cloned();
            watch.acknowledged.extend(said);
        }
    }

    /// An executor can read an answer.
    pub(super) fn executor_answered(&mut self, pipe: &Line, status: u16) {
        let Speaker::Executor(name) = &pipe.speaker else { return };
        let watch = self.executors.entry(name.clone()).or_default();
        watch.calling.take_if(|calling| *calling == Calling::Answer(pipe.number));
        if status != 200 && status != 202 {
            self.note(format_args!("E{name} #{} < {status}", pipe.number));
            self.executors.entry(name.clone()).or_default().refused |= matches!(status, 400..=403);
        }
    }

    /// A driver can read the end of an answer: of its subscription perhaps, whose connection is closed a moment later.
    pub(crate) fn answer_ends(&mut self, pipe: &Line) {
        let Speaker::Executor(name) = &pipe.speaker else { return };
        let checkpoint = self.plan.checkpoint;
        let watch = self.executors.entry(name.clone()).or_default();
        watch.abandoned |= !checkpoint && watch.stands.is_some() && watch.stream == Some(pipe.number);
    }

    /// A connection of an executor is no more.
    pub(super) fn executor_closed(&mut self, name: &str, number: u32) {
        let checkpoint = self.plan.checkpoint;
        let watch = self.executors.entry(name.to_owned()).or_default();
        watch.calling.take_if(|calling| *calling == Calling::Answer(number));
        if watch.stream.take_if(|stream| *stream == number).is_some() {
            watch.stands = None;
            watch.abandoned |= !checkpoint;
        }
    }

    /// An agent is killed. What is not checkpointed it knows nothing of when it starts again.
    pub(crate) fn agent_killed(&mut self, agent: usize) {
        if self.plan.checkpoint {
            return;
        }
        let now = self.now();
        let suffix = format!("-S{agent}");
        let on_agent = self.books.tasks.iter().filter(|(_, task)| task.agent.ends_with(&suffix));
        for (task, _) in on_agent {
            if let Some(watch) = self.executors.get_mut(task) {
                watch.forgotten = Some(now);
            }
        }
    }

    /// Whether the framework may have been removed for being away too long, without a word to it: a master that was
    /// elected since does not know. An agent that ends the framework just then tells the end of none of its tasks, and
    /// drops new ones in silence (`Slave::executorTerminated`, `Slave::run` in Mesos); until it registers anew, its
    /// master takes them to live.
    pub(crate) fn may_have_been_removed(&self) -> bool {
        self.plan.failover_timeout < 100.0 && self.elected.is_some()
    }

    /// Whether an update will not come again: its framework was removed meanwhile, or it was its executor's, or its
    /// agent had made it before it forgot them all.
    pub(crate) fn is_forgotten(&self, update: &Update) -> bool {
        let (task, uuid) = update;
        if self.may_have_been_removed() {
            return true;
        }
        let Some(watch) = self.executors.get(task) else { return self.went_with_an_executor(update) };
        // It may have been on its way for so long.
        let delay = self.plan.weather.longest_delay;
        let is_older = |at| self.arrived.get(update).is_some_and(|first| *first <= at + delay);
        watch.forgotten.is_some_and(|at| watch.sent.contains_key(uuid) || is_older(at))
    }

    /// Whether an update of a task that no executor has had may be gone with all others of its framework, because an
    /// executor of that agent has ended, which may have been the last one there.
    fn went_with_an_executor(&self, update: &Update) -> bool {
        let Some((task, first)) = self.books.tasks.get(&update.0).zip(self.arrived.get(update)) else {
            return false;
        };
        let there = self.books.tasks.iter().filter(|(_, other)| other.agent == task.agent);
        let mut ends = there.filter_map(|(other, _)| self.executors.get(other)?.ended);
        ends.any(|end| end >= *first)
    }

    /// Whether a task is one that its agent says it does not know: it never came, or it was forgotten. The update that
    /// says so is forgotten in turn, as all of a framework's are, when the framework has no executor left on the agent
    /// (`Slave::removeFramework` in Mesos). Until the agent registers anew the master keeps the task then, and tells its
    /// end in each reconciliation.
    pub(crate) fn is_astray(&self, task: &str, state: &str) -> bool {
        let is_unknown = self.executors.get(task).is_none_or(|watch| watch.forgotten.is_some());
        is_unknown && matches!(state, "TASK_LOST" | "TASK_DROPPED")
    }

    /// The executor wants to end when all is acknowledged.
    pub(crate) fn stops(&mut self, name: &str) {
        let now = self.now();
        self.executors.entry(name.to_owned()).or_default().stopping.get_or_insert(now);
    }

    /// The executor's driver has returned.
    pub(crate) fn executor_ended(&mut self, name: &str, well: bool) {
        let (now, checkpoint) = (self.now(), self.plan.checkpoint);
        self.note(format_args!("E{name} ends: {well}"));
        let watch = self.executors.entry(name.to_owned()).or_default();
        watch.ended = Some(now);
        let waited = watch.stopping.is_some_and(|since| now >= since + GRACE);
        let lost = watch.promised.keys().find(|said| !watch.acknowledged.contains(*said)).cloned();
        let forgotten = watch.forgotten_update(now).filter(|_| well);
        let patient = watch.subscribed.is_some_and(|since| now < since + RECOVERY) && checkpoint;
        let (refused, abandoned) = (watch.refused, watch.abandoned);
        if let Some((task, state)) = forgotten {
            self.violated(format!("E{name} ends without a word of its update of {task} to state {state}"));
        }
        match lost {
            // Without a checkpoint an executor ends with its subscription: its agent may not know it any more.
            Some((task, state)) if well && !waited && !abandoned => {
                self.violated(format!(
                    "E{name} ends before its update of {task} to state {state} is acknowledged"
                ));
            }
            _ if !well && patient && !refused => {
                self.violated(format!("E{name} gives its agent up too soon"))
            }
            _ => {}
        }
    }

    /// The executor's handler is given a task.
    pub(crate) fn launched(&mut self, name: &str, task: &str) {
        self.note(format_args!("E{name} handles the launch of {task}"));
        self.executors.entry(name.to_owned()).or_default().launched.insert(task.to_owned());
    }

    /// The executor's driver has taken an update.
    pub(crate) fn promised(&mut self, name: &str, task: &str, state: i32) {
        let (now, said) = (self.now(), (task.to_owned(), state));
        self.executors.entry(name.to_owned()).or_default().promised.entry(said).or_insert(now);
    }
}
