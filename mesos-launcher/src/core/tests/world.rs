//! A small model of Mesos, and of what goes wrong with it.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::{Offer, OfferId, TaskInfo, TaskState};
use mesos_sdk::resources::{Attributes, Resources};

use super::super::{Core, Input, Launched, Now, RolloutCommand, Token};
use super::agent::{Agent, run_id, status};
use super::chance::Chance;
use super::checks::Checks;
use super::results::result_of;
use super::rolling;
use super::shell::Defect;
use super::volume_checks;
use crate::spec::Spec;
use crate::store::Records;
use crate::task::Command;
use crate::unit::Unit;

#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) chance: Chance,
    pub(super) spec: Spec,
    /// Whether the program that submits the service has stopped it.
    pub(super) is_stopped: bool,
    /// How many tasks an agent has room for.
    pub(super) room: usize,
    pub(super) now: Now,
    pub(super) store: Records,
    pub(super) core: Option<Core>,
    pub(super) lives: u64,
    pub(super) agents: Vec<Agent>,
    pub(super) offers: BTreeMap<String, usize>,
    pub(super) offer_ids: u64,
    pub(super) is_subscribed: bool,
    pub(super) inbox: VecDeque<Input>,
    pub(super) tokens: BTreeMap<Token, (String, TaskState)>,
    pub(super) next_token: Token,
    /// ACCEPTs that are still on their way in this subscription.
    pub(super) delayed: Vec<(Vec<OfferId>, Vec<Operation>, Vec<TaskInfo>)>,
    pub(super) fences: Vec<Launched>,
    /// What became of ACCEPTs, and the scheduler does not know yet.
    pub(super) responses: VecDeque<Input>,
    /// Whether nothing goes wrong any more.
    pub(super) is_calm: bool,
    pub(super) checks: Checks,
    pub(super) defect: Defect,
}

/// The token of a command that may be refused.
pub(super) const MAY_FAIL: Token = 2;

impl World {
    pub(super) fn new(chance: Chance, spec: impl Into<Spec>, defect: Defect) -> Self {
        let (wall, spec) = (Duration::from_secs(1_000_000), spec.into());
        let is_small = |unit: &Unit| unit.members().is_empty() && unit.volume().is_none();
        let room = if spec.tasks.iter().all(is_small) { 2 } else { 4 };
        Self {
            chance,
            spec,
            is_stopped: false,
            room,
            now: Now { monotonic: Duration::ZERO, wall },
            store: Records::new(),
            core: None,
            lives: 0,
            agents: (1..=2).map(Agent::new).collect(),
            offers: BTreeMap::new(),
            offer_ids: 0,
            is_subscribed: false,
            inbox: VecDeque::new(),
            tokens: BTreeMap::new(),
            next_token: 0,
            delayed: Vec::new(),
            fences: Vec::new(),
            responses: VecDeque::new(),
            is_calm: false,
            checks: Checks::default(),
            defect,
        }
    }

    /// Starts the scheduler unless it lives. It submits its batch again.
    pub(super) fn start(&mut self) {
        if self.core.is_some() {
            return;
        }
        self.lives += 1;
        let life = if self.defect == Defect::SameLife { 1 } else { self.lives };
        let core = Core::open(&self.store, format!("life{life}"), self.now).unwrap().role("db").kept(true);
        self.checks.starts(&core);
        if self.is_map() {
            self.checks.results.starts(&core);
        }
        self.core = Some(core);
        if !self.is_stopped {
            self.inbox.push_back(Input::Submit(Box::new(self.spec.clone()), 0));
        }
    }

    pub(super) fn stop(&mut self) {
        self.is_stopped = self.spec.policy.is_service();
        self.inbox.push_back(Input::Stop("b".to_owned(), 1));
    }

    /// The program wants another number of instances from now on.
    pub(super) fn scale(&mut self, instances: usize) {
        if self.spec.policy.is_service() && self.core.is_some() {
            // There is a place for each.
            let instances = if self.is_unique() { instances.min(self.agents.len()) } else { instances };
            self.spec.slots = instances;
            self.inbox.push_back(Input::Scale("b".to_owned(), instances, 1));
        }
    }

    pub(super) fn restart(&mut self, index: usize) {
        if self.spec.policy.is_service() && self.core.is_some() {
            self.inbox.push_back(Input::Restart("b".to_owned(), index, MAY_FAIL));
        }
    }

    /// Returns whether the instances have volumes.
    pub(super) fn has_volumes(&self) -> bool {
        self.spec.tasks[0].volume().is_some()
    }

    /// The program wants this version from now on.
    pub(super) fn submit_version(&mut self, version: usize) {
        let is_running = self.core.is_some() && !self.is_stopped;
        let is_service = self.spec.policy.is_service();
        if let Unit::Task(task) = &mut self.spec.tasks[0]
            && is_service
            && is_running
        {
            let line = if version == 1 { "work".to_owned() } else { format!("work {version}") };
            task.command = Command::Shell(line);
            self.inbox.push_back(Input::Submit(Box::new(self.spec.clone()), 0));
        }
    }

    pub(super) fn command_rollout(&mut self, command: RolloutCommand) {
        if self.spec.policy.is_service() && self.core.is_some() {
            self.inbox.push_back(Input::Rollout("b".to_owned(), command, MAY_FAIL));
        }
    }

    /// Whoever watches the rollout lets it go on.
    pub(super) fn let_roll(&mut self) {
        let Some(rollout) = rolling::rollout_of(&self.store) else { return };
        if rollout.is_paused {
            self.command_rollout(RolloutCommand::Resume);
        } else if rollout.is_open() && !rollout.is_promoted {
            self.command_rollout(RolloutCommand::Promote);
        }
    }

    pub(super) fn crash(&mut self) {
        self.core = None;
        self.unsubscribe();
        self.inbox.clear();
        self.responses.clear();
    }

    fn unsubscribe(&mut self) {
        self.is_subscribed = false;
        self.offers.clear();
        // What the master has received before is handled before; the rest is lost.
        for (offers, operations, tasks) in std::mem::take(&mut self.delayed) {
            if !self.is_calm && self.chance.once_in(2) {
                self.arrive(&offers, &operations, &tasks);
            }
        }
        self.fences.clear();
        self.tokens.clear();
        self.inbox.retain(Input::is_command);
    }

    pub(super) fn disconnect(&mut self) {
        self.unsubscribe();
        if self.core.is_some() {
            self.inbox.push_back(Input::Disconnected);
        }
    }

    pub(super) fn subscribe(&mut self) {
        if self.core.is_some() && !self.is_subscribed {
            self.is_subscribed = true;
            self.inbox.push_back(Input::Subscribed);
            self.reconcile();
        }
    }

    /// A new master knows the agents that have come back to it, and nothing else.
    pub(super) fn fail_over(&mut self) {
        self.disconnect();
        for agent in &mut self.agents {
            (agent.is_registered, agent.is_unreachable) = (false, false);
            agent.believed.clear();
        }
    }

    pub(super) fn reconcile(&mut self) {
        let Some(core) = self.core.as_ref().filter(|_| self.is_subscribed) else { return };
        for known in core.known_tasks() {
            let (id, agent) = (known.task_id.value, known.agent_id.unwrap().value);
            let at = self.agents.iter().find(|one| one.id == agent).unwrap();
            if let Some(state) = at.reconciled(&id) {
                let is_wrong = self.defect == Defect::UnreachableIsGone && state == TaskState::Unreachable;
                let state = if is_wrong { TaskState::Gone } else { state };
                self.send(&id, &agent, state, false);
            }
        }
    }

    /// Sends an update to the scheduler.
    fn send(&mut self, task: &str, agent: &str, state: TaskState, is_acknowledged: bool) {
        if !self.is_subscribed {
            return;
        }
        let token = is_acknowledged.then(|| {
            self.next_token += 1;
            self.tokens.insert(self.next_token, (task.to_owned(), state));
            self.next_token
        });
        let mut status = status(task, agent, state);
        status.data = (self.is_map() && state == TaskState::Finished).then(|| result_of(task));
        self.inbox.push_back(Input::Update(Box::new(status), token));
    }

    /// Sends what is not acknowledged.
    pub(super) fn resend(&mut self, number: usize) {
        let agent = self.agents[number].clone();
        if agent.is_cut_off || !agent.is_registered {
            return;
        }
        for (id, task) in &agent.tasks {
            if let Some(state) = task.unacknowledged {
                self.send(id, &agent.id, state, true);
            }
        }
    }

    pub(super) fn offer(&mut self, number: usize) {
        let agent = &self.agents[number];
        let room = agent.room(self.room);
        let has_nothing = room == 0 && agent.unused_volumes().next().is_none();
        if !self.is_subscribed
            || !agent.is_registered
            || has_nothing
            || self.offers.values().any(|at| *at == number)
        {
            return;
        }
        self.offer_ids += 1;
        let id = format!("offer{}", self.offer_ids);
        let resources: Resources = format!("cpus:{room};mem:100;disk:100").parse().unwrap();
        let rack = if self.is_unique() { format!("rack:{}", agent.id) } else { String::new() };
        let offer = Offer {
            id: OfferId::from(id.clone()),
            agent_id: agent.id.clone().into(),
            hostname: agent.id.clone(),
            resources: resources.into_iter().chain(agent.unused_volumes()).collect(),
            attributes: rack.parse::<Attributes>().unwrap().into(),
            ..Offer::default()
        };
        self.offers.insert(id, number);
        self.inbox.push_back(Input::Offers(vec![offer]));
    }

    pub(super) fn progress(&mut self, number: usize) {
        let waits = |task: &&String| self.is_calm && self.stays(number, task);
        let mut live: Vec<_> = self.agents[number].live().filter(|task| !waits(task)).cloned().collect();
        if live.is_empty() {
            return;
        }
        let id = live.swap_remove(self.chance.among(&vec![1; live.len()]));
        let next = match self.agents[number].tasks[&id].truth {
            TaskState::Starting => TaskState::Running,
            _ if !self.is_calm && self.chance.once_in(3) => TaskState::Failed,
            _ => TaskState::Finished,
        };
        self.agents[number].set(&id, next);
        self.resend(number);
    }

    /// Returns whether a task does not end by itself at the end: it is to be killed, or one of a
    /// service that runs.
    fn stays(&self, number: usize, task: &str) -> bool {
        let is_running = self.agents[number].tasks[task].truth == TaskState::Running;
        (self.spec.policy.is_service() && is_running) || Checks::is_to_be_killed(task, &self.store)
    }

    /// The master gives an agent up.
    pub(super) fn lose(&mut self, number: usize) {
        let agent = &mut self.agents[number];
        if !agent.is_cut_off || !agent.is_registered {
            return;
        }
        (agent.is_registered, agent.is_unreachable) = (false, true);
        self.offers.retain(|_, at| *at != number);
        let agent = self.agents[number].clone();
        for id in &agent.believed {
            self.send(id, &agent.id, TaskState::Unreachable, false);
        }
    }

    pub(super) fn come_back(&mut self, number: usize) {
        let agent = &mut self.agents[number];
        agent.is_cut_off = false;
        (agent.is_registered, agent.is_unreachable) = (true, false);
        let live = agent.live().cloned().collect();
        let believed = std::mem::replace(&mut agent.believed, live);
        let agent = agent.clone();
        for id in believed.iter().filter(|id| !agent.tasks.contains_key(*id)) {
            self.send(id, &agent.id, TaskState::Gone, false);
        }
        self.resend(number);
    }

    pub(super) fn reboot(&mut self, number: usize) {
        self.agents[number].is_cut_off = true;
        self.agents[number].tasks.clear();
    }

    /// An ACCEPT reaches the master.
    pub(super) fn arrive(&mut self, offers: &[OfferId], operations: &[Operation], tasks: &[TaskInfo]) {
        let at: Vec<_> = offers.iter().map(|offer| self.offers.remove(&offer.value)).collect();
        if let Some(number) = at.first().copied().flatten() {
            self.operate(number, operations);
        }
        for task in tasks {
            let (id, agent) = (&task.task_id.value, &task.agent_id.value);
            match at.first().copied().flatten() {
                Some(number) if self.agents[number].lends(task) => self.agents[number].launch(id),
                _ => self.send(id, agent, TaskState::Dropped, false),
            }
        }
    }

    pub(super) fn deliver_delayed(&mut self) {
        if let Some((offers, operations, tasks)) = self.delayed.pop() {
            self.arrive(&offers, &operations, &tasks);
        }
    }

    /// The offers of an ACCEPT in doubt are declined.
    pub(super) fn fence(&mut self) {
        for launched in std::mem::take(&mut self.fences) {
            self.offers.retain(|id, _| !launched.offers.iter().any(|offer| offer.value == *id));
            self.inbox.push_back(Input::Fenced(launched));
        }
    }

    pub(super) fn pass(&mut self, time: Duration) {
        self.now.monotonic += time;
        self.now.wall += time;
    }

    /// Returns whether its tasks have results.
    pub(super) fn is_map(&self) -> bool {
        self.spec.policy.batch().is_some_and(|policy| policy.is_map)
    }

    /// Returns whether each task needs its own rack.
    pub(super) fn is_unique(&self) -> bool {
        self.spec.tasks.iter().any(|task| !task.constraints().is_empty())
    }

    /// Checks what holds at all times.
    pub(super) fn check(&self) {
        let live = self.agents.iter().flat_map(Agent::live);
        Checks::live(live, &self.store);
        volume_checks::check(&self.agents, &self.store);
        let starting = self.agents.iter().flat_map(|agent| &agent.tasks);
        let starting = starting.filter(|(id, task)| task.truth == TaskState::Starting && run_id(id) != **id);
        starting.for_each(|(id, _)| Checks::starting(id, &self.store));
    }

    /// Returns whether everything is as it should be in the end.
    pub(super) fn has_settled(&self) -> bool {
        let live: Vec<_> = self.agents.iter().flat_map(Agent::live).collect();
        if self.spec.policy.is_service() {
            return Checks::has_what_is_wanted(&live, &self.store)
                && !volume_checks::has_destroying(&self.store);
        }
        let ends = self.store.keys().filter(|key| key.starts_with("end/")).count();
        let has_slots = self.store.keys().any(|key| key.starts_with("slot/"));
        ends == self.spec.slots && live.is_empty() && !has_slots
    }
}
