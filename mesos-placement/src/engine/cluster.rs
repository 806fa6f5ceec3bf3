//! All that is known of agents and of the tasks that run on them.

use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt as _};
use mesos_sdk::proto::v1::OfferId;

use super::agent_state::AgentState;
use super::claim::Claim;
use super::counter::{Counted, Counter, Counters};
use super::free_amounts::FreeAmounts;
use super::interner::Interner;
use super::keys::KeyColumn;
use super::requirement::Requirement;
use super::running_task::{Known, RunningTask};
use super::shares::ShareColumn;
use super::usage::Usage;
use crate::{Agent, Constraint, Key, Settings};

/// All that is known of agents and of the tasks that run on them. What shapes of tasks ask for is
/// kept by columns, with a row for each place.
#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) settings: Settings,
    /// The agents. An index of this list, and of every column, is a place.
    pub(crate) agents: Vec<AgentState>,
    /// Which places take tasks at all, which have GPUs, and which have offers to several roles.
    pub(crate) open: Vec<bool>,
    pub(crate) with_gpus: Vec<bool>,
    pub(crate) mixed: Vec<bool>,
    /// When each place changed last, as a number in the log of changes.
    pub(crate) changed: Vec<u64>,
    pub(super) by_id: HashMap<String, usize>,
    /// Places without an agent, for the next ones.
    pub(super) vacant: Vec<usize>,
    pub(crate) keys: Vec<KeyColumn>,
    pub(crate) requirements: Interner<Vec<Constraint>, Requirement>,
    pub(crate) free_amounts: Vec<FreeAmounts>,
    pub(crate) shares: Vec<ShareColumn>,
    pub(crate) counters: Counters,
    /// How many running tasks repel others: each counter is for the tasks that are repelled.
    pub(crate) repelled: Counters,
    pub(crate) running: BTreeMap<u64, RunningTask>,
    /// All tasks that wait or run, by their ids.
    pub(super) known: HashMap<Arc<str>, Known>,
    /// The number of the next running task.
    pub(super) next_number: u64,
    /// What each group uses.
    pub(crate) groups: HashMap<String, Usage>,
    /// Which places changed, in order; the first entry has the number `forgotten`.
    log: Vec<usize>,
    forgotten: u64,
    /// How often an agent or its offers have changed.
    pub(crate) agent_changes: u64,
    /// How often a task has ended, or changed so that another one may fit on any agent.
    pub(crate) releases: u64,
}

impl Cluster {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            shares: ShareColumn::of(&settings.strategy),
            settings,
            agents: Vec::new(),
            open: Vec::new(),
            with_gpus: Vec::new(),
            mixed: Vec::new(),
            changed: Vec::new(),
            by_id: HashMap::new(),
            vacant: Vec::new(),
            keys: Vec::new(),
            requirements: Interner::default(),
            free_amounts: Vec::new(),
            counters: Counters::default(),
            repelled: Counters::default(),
            running: BTreeMap::new(),
            known: HashMap::new(),
            next_number: 0,
            groups: HashMap::new(),
            log: Vec::new(),
            forgotten: 0,
            agent_changes: 0,
            releases: 0,
        }
    }

    pub(crate) fn all_agents(&self) -> impl Iterator<Item = &Agent> {
        self.agents.iter().map(|state| &state.agent)
    }

    pub(crate) fn place(&self, agent: &str) -> Option<usize> {
        self.by_id.get(agent).copied()
    }

    /// Adds an agent, or replaces what is known of it.
    pub(crate) fn set_agent(&mut self, agent: Agent) -> usize {
        let place = self.place(&agent.id);
        let place = match place {
            Some(place) if self.agents[place].agent.is_like(&agent) => {
                self.agents[place].update(agent, &self.settings);
                place
            }
            Some(place) => {
                self.move_tasks(place, |cluster| {
                    cluster.agents[place].update(agent, &cluster.settings);
                    cluster.update_columns(place);
                });
                self.releases += u64::from(!self.agents[place].tasks.is_empty());
                place
            }
            None => {
                let id = agent.id.clone();
                let place = self.add_place(agent);
                self.by_id.insert(id, place);
                place
            }
        };
        self.agent_changes += 1;
        self.note_change(place);
        place
    }

    /// Drops offers of a place.
    pub(crate) fn remove_offers(&mut self, place: usize, gone: &[OfferId]) {
        self.agents[place].remove_offers(gone);
        self.agent_changes += 1;
        self.note_change(place);
    }

    /// Returns the place of an agent that is not known to offer anything.
    pub(crate) fn elsewhere(&mut self, agent: Agent) -> usize {
        match self.place(&agent.id) {
            Some(place) if self.agents[place].agent.is_like(&agent) => place,
            None => self.set_agent(agent),
            Some(_) => self.add_place(agent),
        }
    }

    /// Adds a place, whatever its id.
    fn add_place(&mut self, agent: Agent) -> usize {
        let state = AgentState::new(agent, &self.settings);
        let place = self.vacant.pop().unwrap_or(self.agents.len());
        match self.agents.get_mut(place) {
            Some(vacant) => *vacant = state,
            None => self.agents.push(state),
        }
        self.update_columns(place);
        self.note_change(place);
        place
    }

    /// Updates the columns of keys and requirements at a place.
    pub(super) fn update_columns(&mut self, place: usize) {
        let agent = &self.agents[place].agent;
        self.keys.iter_mut().for_each(|key| key.set(place, agent));
        self.requirements.all.iter_mut().for_each(|requirement| requirement.set(place, agent));
    }

    /// Changes a place while no task counts there.
    fn move_tasks(&mut self, place: usize, change: impl FnOnce(&mut Self)) {
        let here = self.agents[place].tasks.clone();
        for id in &here {
            self.count(*id, false);
        }
        change(self);
        for id in here {
            self.count(id, true);
        }
    }

    /// Notes that a place has changed, and updates its other columns.
    pub(crate) fn note_change(&mut self, place: usize) {
        let state = &mut self.agents[place];
        if place >= self.open.len() {
            self.open.resize(place + 1, false);
            self.with_gpus.resize(place + 1, false);
            self.mixed.resize(place + 1, false);
            self.changed.resize(place + 1, 0);
        }
        (self.open[place], self.with_gpus[place]) = (state.is_open(), state.total("gpus") > 0);
        self.mixed[place] = !state.pool.allocations.is_empty();
        self.free_amounts.iter_mut().for_each(|amounts| amounts.set(place, state));
        self.shares.iter_mut().for_each(|shares| shares.set(place, state));
        self.log.push(place);
        self.changed[place] = self.next_change();
    }

    /// Returns the number of the next change.
    pub(crate) fn next_change(&self) -> u64 {
        self.forgotten + self.log.len() as u64
    }

    /// Returns the places that changed since then, each once; `None` if that is too long ago.
    pub(crate) fn changed_since(&self, then: u64) -> Option<impl Iterator<Item = usize>> {
        let from = usize::try_from(then.checked_sub(self.forgotten)?).ok()?;
        let numbered = (then + 1..).zip(&self.log[from..]);
        Some(numbered.filter(|(number, place)| self.changed[**place] == *number).map(|(_, place)| *place))
    }

    /// Forgets old changes. Shapes that have not seen them look at every place again.
    pub(crate) fn forget_changes(&mut self) {
        if self.log.len() > 4 * self.agents.len() + 1024 {
            self.forgotten = self.next_change();
            self.log.clear();
        }
    }

    /// Forgets all columns except those of keys, and the counters that no running task needs.
    pub(crate) fn forget_columns(&mut self) {
        self.requirements = Interner::default();
        self.free_amounts.clear();
        self.counters = Counters::default();
        let known = std::mem::take(&mut self.repelled);
        for (number, task) in self.running.iter_mut().filter(|(_, task)| !task.footprint.repels.is_empty()) {
            for repelled in &mut Arc::make_mut(&mut task.footprint).repels {
                let counted = known.get(*repelled).counted.clone();
                let value = self.keys[counted.key].of(task.place);
                let fresh = self.repelled.known(&counted);
                *repelled = fresh.unwrap_or_else(|| self.repelled.add(Counter::new(counted)));
                self.repelled.set(*repelled, *number, value, true);
            }
        }
    }

    /// Returns the column of a key.
    pub(crate) fn key(&mut self, key: &Key) -> usize {
        self.keys.iter().position(|column| column.key == *key).unwrap_or_else(|| {
            let column = KeyColumn::new(key.clone(), self.all_agents());
            self.keys.push(column);
            self.keys.len() - 1
        })
    }

    /// Returns the column of a list of constraints on agents.
    pub(crate) fn requirement(&mut self, constraints: Vec<Constraint>) -> usize {
        if let Some(known) = self.requirements.known(&constraints) {
            return known;
        }
        let agents: Vec<_> = constraints.iter().filter_map(Constraint::agents).collect();
        let few = agents.into_iter().next().map(|ids| ids.iter().filter_map(|id| self.place(id)).collect());
        let places = few.unwrap_or_else(|| (0..self.agents.len()).collect::<Vec<_>>());
        let agents = &self.agents;
        let of = places.into_iter().map(|place| (place, &agents[place].agent));
        self.requirements.number(constraints, |constraints| Requirement::new(constraints, of, agents.len()))
    }

    /// Returns the number of the columns of what is free for a claim.
    pub(crate) fn free_amounts(&mut self, claim: Claim) -> usize {
        self.free_amounts.iter().position(|known| known.claim == claim).unwrap_or_else(|| {
            self.free_amounts.push(FreeAmounts::new(claim, &self.agents));
            self.free_amounts.len() - 1
        })
    }

    /// Returns the counter of these tasks.
    pub(crate) fn counter(&mut self, counted: Counted) -> usize {
        let known = self.counters.known(&counted);
        known.unwrap_or_else(|| {
            let fresh = self.counting(counted);
            self.counters.add(fresh)
        })
    }

    fn counting(&self, counted: Counted) -> Counter {
        let mut all = Counter::new(counted);
        for (number, task) in &self.running {
            if all.counted.takes(&task.footprint.profile) && self.is_within(&all.counted, task.place) {
                all.set(*number, self.keys[all.counted.key].of(task.place), true);
            }
        }
        all
    }

    /// Returns whether tasks at a place are counted.
    pub(crate) fn is_within(&self, counted: &Counted, place: usize) -> bool {
        counted.within.as_ref().is_none_or(|(requirement, keys)| {
            let has_keys = keys.iter().all(|key| self.keys[*key].of(place) != super::keys::NONE);
            has_keys && self.requirements.get(*requirement).is_met(place)
        })
    }

    /// Returns the counter of the running tasks that repel these tasks.
    pub(crate) fn repelled(&mut self, counted: Counted) -> usize {
        let known = self.repelled.known(&counted);
        known.unwrap_or_else(|| self.repelled.add(Counter::new(counted)))
    }
}
