//! The placer: agents and tasks in, assignments and reasons out.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt as _};
use mesos_sdk::proto::v1::{Offer, OfferId, Resource};

use crate::engine::{Cluster, Footprint, Offered, RunningTask, Shapes};
use crate::{
    Agent, Assignment, Executor, Needs, Place, PlacementError, Reason, Refusals, Round, Running, Settings,
    Task, Unplaced, validation,
};

/// Matches tasks that wait with agents that offer.
///
/// It keeps its state between rounds, so that a round only considers what has changed since the
/// previous one.
///
/// ```
/// use mesos_placement::{Needs, Placer, Settings, Task};
/// # fn example(offer: &mesos_sdk::proto::v1::Offer) -> Result<(), mesos_placement::PlacementError> {
/// let mut placer = Placer::new(Settings::default())?;
/// placer.add_offer(offer)?;
/// placer.submit(Task::new("web.1", Needs::new(0.5, 128.0)))?;
/// for assignment in placer.place().assigned {
///     println!("{} goes to {}", assignment.task, assignment.agent);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Placer {
    pub(crate) cluster: Cluster,
    shapes: Shapes,
    waiting: VecDeque<Waiting>,
    /// The ids of the agents, by the ids of their offers.
    pub(crate) offers: HashMap<String, String>,
}

/// How many shapes without waiting tasks are kept between rounds.
const MAX_IDLE_SHAPES: usize = 1024;

/// What is taken for a task.
struct Taken {
    place: usize,
    offers: Vec<OfferId>,
    resources: Vec<Resource>,
    executor: Option<Vec<Resource>>,
}

/// A task that waits: its id, and the number of its shape.
#[derive(Debug)]
struct Waiting {
    id: Arc<str>,
    shape: usize,
}

impl Placer {
    /// Creates a placer that knows no agents and no tasks.
    ///
    /// # Errors
    ///
    /// [`PlacementError::Settings`] if a setting is invalid.
    pub fn new(settings: Settings) -> Result<Self, PlacementError> {
        validation::settings(&settings)?;
        Ok(Self {
            cluster: Cluster::new(settings),
            shapes: Shapes::default(),
            waiting: VecDeque::new(),
            offers: HashMap::new(),
        })
    }

    /// Adds an agent, or replaces what is known of it; the tasks that run there stay.
    ///
    /// # Errors
    ///
    /// [`PlacementError::Agent`] if the agent is invalid; what was known of it does not change.
    pub fn set_agent(&mut self, agent: Agent) -> Result<(), PlacementError> {
        validation::agent(&agent)?;
        let known = self.cluster.place(&agent.id).map(|place| &self.cluster.agents[place].agent);
        for offer in known.into_iter().flat_map(|known| &known.offers) {
            self.offers.remove(&offer.id.value);
        }
        for offer in &agent.offers {
            self.offers.insert(offer.id.value.clone(), agent.id.clone());
        }
        self.cluster.set_agent(agent);
        Ok(())
    }

    /// Adds an offer to the other offers of its agent.
    ///
    /// # Errors
    ///
    /// [`PlacementError::Agent`] if its resources are invalid; what was known of the agent does not
    /// change.
    pub fn add_offer(&mut self, offer: &Offer) -> Result<(), PlacementError> {
        let known = self.cluster.place(&offer.agent_id.value).map(|place| &self.cluster.agents[place].agent);
        let mut agent = known.cloned().unwrap_or_else(|| Agent::new(offer.agent_id.value.clone()));
        agent.offers.retain(|held| held.id != offer.id);
        agent.update_from(offer);
        agent.add_offer(offer);
        self.set_agent(agent)
    }

    /// Removes an offer: it was rescinded, declined or accepted. Returns whether the placer had it.
    pub fn remove_offer(&mut self, offer: &OfferId) -> bool {
        let Some(agent) = self.offers.remove(&offer.value) else { return false };
        let Some(place) = self.cluster.place(&agent) else { return false };
        let mut agent = self.cluster.agents[place].agent.clone();
        agent.offers.retain(|held| held.id != *offer);
        self.cluster.set_agent(agent);
        true
    }

    /// Removes all offers, and returns them: decline them.
    pub fn take_offers(&mut self) -> Vec<OfferId> {
        let offers: Vec<_> = self.offers().cloned().collect();
        for offer in &offers {
            self.remove_offer(offer);
        }
        offers
    }

    /// Returns the offers that the placer has.
    pub fn offers(&self) -> impl Iterator<Item = &OfferId> {
        self.cluster.all_agents().flat_map(|agent| &agent.offers).map(|offer| &offer.id)
    }

    /// Adds a task that runs, or replaces the one with the same id.
    ///
    /// # Errors
    ///
    /// If it runs on an agent that is not known, or one of its constraints is invalid.
    pub fn set_running(&mut self, running: Running) -> Result<(), PlacementError> {
        validation::running(&running)?;
        let wrong = |problem: String| PlacementError::Task { task: running.id.clone(), problem };
        let place = match &running.place {
            Place::Agent(agent) => {
                let place = self.cluster.place(agent);
                place.ok_or_else(|| wrong(format!("its agent {agent:?} is not known")))?
            }
            Place::Elsewhere(agent) => {
                validation::agent(agent)?;
                self.cluster.elsewhere(Agent { offers: Vec::new(), ..(**agent).clone() })
            }
        };
        let task = Task {
            group: running.group,
            version: running.version,
            labels: running.labels,
            namespace: running.namespace,
            constraints: running.constraints,
            ..Task::new(running.id, Needs::default())
        };
        let uses = running.uses.into_iter().map(|(name, amount)| (name, amount.thousandths())).collect();
        let task = Task { executor: running.executor.map(|id| Executor::new(id, Needs::default())), ..task };
        let footprint = Arc::new(Footprint { uses, ..self.cluster.footprint(&task, running.state) });
        self.cluster.add_running(RunningTask { id: task.id.into(), place, footprint });
        Ok(())
    }

    /// Removes a task that has ended. Returns whether it was known.
    pub fn remove_running(&mut self, task: &str) -> bool {
        self.cluster.remove_running(task)
    }

    /// Adds a task that needs a place, behind those that wait. Once it is placed, it replaces a
    /// running task with the same id.
    ///
    /// # Errors
    ///
    /// If it can't be placed anywhere, whatever the cluster, or a task with its id waits already.
    pub fn submit(&mut self, task: Task) -> Result<(), PlacementError> {
        task.check()?;
        let id: Arc<str> = task.id.as_str().into();
        if !self.cluster.add_waiting(Arc::clone(&id)) {
            return Err(validation::known_already(&task));
        }
        let shape = self.shapes.of(&mut self.cluster, Cow::Owned(task));
        self.waiting.push_back(Waiting { id, shape });
        Ok(())
    }

    /// Removes a task that waits. Returns whether it waited.
    pub fn withdraw(&mut self, task: &str) -> bool {
        if !self.cluster.remove_waiting(task) {
            return false;
        }
        let index = self.waiting.iter().position(|waiting| &*waiting.id == task);
        index.and_then(|index| self.waiting.remove(index)).is_some()
    }

    /// Returns how many tasks wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Places the waiting tasks, in the order in which they were submitted. Those that fit nowhere
    /// keep waiting.
    ///
    /// The placer removes each offer from which it has assigned something: accept these offers. It
    /// counts the assigned tasks as running.
    pub fn place(&mut self) -> Round {
        self.place_until(|| false)
    }

    /// Places waiting tasks as [`place`](Self::place) does, until `is_enough`, which is called
    /// before each task, returns true. The tasks that were not considered come first in the next
    /// round.
    ///
    /// For example, the caller's clock limits the time of a round:
    ///
    /// ```
    /// # use std::time::{Duration, Instant};
    /// # use mesos_placement::{Placer, Settings};
    /// # let mut placer = Placer::new(Settings::default())?;
    /// let end = Instant::now() + Duration::from_millis(50);
    /// let round = placer.place_until(|| Instant::now() >= end);
    /// assert_eq!(round.postponed, 0);
    /// # Ok::<(), mesos_placement::PlacementError>(())
    /// ```
    pub fn place_until(&mut self, mut is_enough: impl FnMut() -> bool) -> Round {
        let mut round = Round::default();
        let most = self.cluster.settings.max_placements.unwrap_or(usize::MAX);
        let (mut waiting, mut unplaced) = (std::mem::take(&mut self.waiting), Vec::new());
        let mut places = Vec::new();
        round.assigned.reserve(most.min(waiting.len()));
        while round.assigned.len() < most && !waiting.is_empty() && !is_enough() {
            let Some(next) = waiting.pop_front() else { break };
            if let Some(taken) = self.take(next.shape) {
                places.push(taken.place);
                round.assigned.push(self.assign(&next, taken));
            } else {
                unplaced.push(next);
            }
        }
        (round.postponed, round.unplaced) = (waiting.len(), unplaced.len());
        waiting.extend(unplaced);
        self.waiting = waiting;
        self.drop_used(&places, &round);
        self.cluster.forget_changes();
        self.shapes.forget_indexes();
        self.forget_shapes();
        round
    }

    /// Forgets the shapes without waiting tasks, if there are too many of them.
    fn forget_shapes(&mut self) {
        if self.shapes.len() <= MAX_IDLE_SHAPES + 4 * self.waiting.len() {
            return;
        }
        let mut known = std::mem::take(&mut self.shapes);
        self.cluster.forget_columns();
        for waiting in &mut self.waiting {
            let task = Arc::clone(&known.get(waiting.shape).task);
            waiting.shape = self.shapes.of(&mut self.cluster, Cow::Borrowed(&task));
        }
    }

    /// Takes what a task of a shape needs out of the best place.
    fn take(&mut self, number: usize) -> Option<Taken> {
        let replaced = self.set_aside(number);
        let picked = self.shapes.pick(number, &self.cluster);
        self.put_back(replaced);
        let (place, shape) = (picked?, self.shapes.get(number));
        let of_one_role = match shape.may_mix_roles(&self.cluster, place) {
            true => Some(shape.claim_at(&self.cluster, place)?),
            false => None,
        };
        let claim = of_one_role.as_ref().unwrap_or(&self.cluster.free_amounts[shape.claim].claim);
        let state = &mut self.cluster.agents[place];
        let resources = state.pool.take(claim, &shape.task.needs)?;
        let executor = match shape.starts(state).cloned() {
            Some(needs) => Some(state.pool.take(claim, &needs)?),
            None => None,
        };
        let offers = state.agent.offers.iter().filter(|offer| claim.takes_offer(offer));
        let offers = offers.map(|offer| offer.id.clone()).collect();
        Some(Taken { place, offers, resources, executor })
    }

    fn assign(&mut self, waiting: &Waiting, taken: Taken) -> Assignment {
        let Taken { place, offers, resources, executor } = taken;
        let (shape, agent) = (self.shapes.get(waiting.shape), self.cluster.agents[place].agent.id.clone());
        let (footprint, starts) = (Arc::clone(&shape.footprint), shape.task.executor.as_ref());
        let starts =
            starts.filter(|_| executor.is_some()).map(|started| (started.id.clone(), started.needs.uses()));
        self.cluster.add_placed(RunningTask { id: Arc::clone(&waiting.id), place, footprint });
        if let Some((id, uses)) = starts {
            self.cluster.start_executor(place, &id, uses);
        }
        Assignment { task: waiting.id.to_string(), agent, offers, resources, executor }
    }

    /// Returns why the tasks that wait have no place, as things are now. Tasks that ask for the
    /// same share the reasons.
    pub fn explain(&mut self) -> Vec<Unplaced> {
        let (offered, mut known) = (self.cluster.offered(), HashMap::<usize, Arc<Refusals>>::new());
        let waiting = std::mem::take(&mut self.waiting);
        let unplaced = waiting.iter().map(|one| {
            let refusals =
                known.entry(one.shape).or_insert_with(|| Arc::new(self.refusals(one.shape, &offered)));
            Unplaced { task: one.id.to_string(), refusals: Arc::clone(refusals) }
        });
        let unplaced = unplaced.collect();
        self.waiting = waiting;
        unplaced
    }

    fn refusals(&mut self, number: usize, offered: &Offered) -> Refusals {
        let replaced = self.set_aside(number);
        let shape = self.shapes.get(number);
        shape.refresh(&self.cluster);
        let refusals = shape.refusals(&self.cluster, offered);
        self.put_back(replaced);
        refusals
    }

    /// Returns, for each agent that offers something, why a task can't be placed there; nothing if
    /// it can.
    ///
    /// # Errors
    ///
    /// If the task is invalid.
    pub fn reasons(&mut self, task: &Task) -> Result<Vec<(String, Vec<Reason>)>, PlacementError> {
        validation::task(task)?;
        let number = self.shapes.of(&mut self.cluster, Cow::Borrowed(task));
        let replaced = self.set_aside(number);
        let shape = self.shapes.get(number);
        shape.refresh(&self.cluster);
        let offered = self.cluster.agents.iter().enumerate().filter(|(_, state)| state.is_offered());
        let reasons = offered
            .map(|(place, state)| (state.agent.id.clone(), shape.reasons(&self.cluster, place)))
            .collect();
        self.put_back(replaced);
        Ok(reasons)
    }

    /// Returns the agents that a task may be placed on, the best ones first; those of one list are
    /// equally good.
    ///
    /// # Errors
    ///
    /// If the task is invalid.
    pub fn ranking(&mut self, task: &Task) -> Result<Vec<Vec<String>>, PlacementError> {
        validation::task(task)?;
        let number = self.shapes.of(&mut self.cluster, Cow::Borrowed(task));
        let replaced = self.set_aside(number);
        let shape = self.shapes.get(number);
        shape.refresh(&self.cluster);
        let view = shape.view(&self.cluster);
        let mut ranks = BTreeMap::<_, Vec<String>>::new();
        for (place, state) in self.cluster.agents.iter().enumerate() {
            if state.is_offered() && shape.reasons(&self.cluster, place).is_empty() {
                let score = shape.score(&self.cluster, &view, place);
                let score = score.without_ties(&self.cluster.settings);
                ranks.entry(std::cmp::Reverse(score)).or_default().push(state.agent.id.clone());
            }
        }
        self.put_back(replaced);
        Ok(ranks.into_values().collect())
    }

    /// Stops counting the task that one of this shape replaces, and returns its number.
    fn set_aside(&mut self, shape: usize) -> Option<u64> {
        let task = &self.shapes.get(shape).task;
        let replaced = self.cluster.number_of(task.replaces.as_deref()?)?;
        self.cluster.count(replaced, false);
        Some(replaced)
    }

    fn put_back(&mut self, replaced: Option<u64>) {
        if let Some(replaced) = replaced {
            self.cluster.count(replaced, true);
        }
    }

    /// Removes the offers that a round has used. They are accepted as a whole: what is left of them
    /// comes with other offers.
    fn drop_used(&mut self, places: &[usize], round: &Round) {
        for (place, assignment) in places.iter().zip(&round.assigned) {
            let held = &self.cluster.agents[*place].agent.offers;
            if !held.iter().any(|held| assignment.offers.contains(&held.id)) {
                continue;
            }
            self.cluster.remove_offers(*place, &assignment.offers);
            for offer in &assignment.offers {
                self.offers.remove(&offer.value);
            }
        }
    }
}
