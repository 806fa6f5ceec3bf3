//! The placer: agents and tasks in, assignments and reasons out.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use mesos_sdk::proto::v1::{Offer, OfferId, Resource};

use crate::engine::{Cluster, Guest, Offered, Shapes, Tenant};
use crate::{
    Agent, Assignment, Place, PlacementError, Reason, Refusals, Round, Running, Settings, Task, Unplaced,
    check,
};

/// Matches tasks that wait with agents that offer.
///
/// It keeps what it knows between rounds, so that a round costs what has changed since the one before.
///
/// ```
/// use mesos_placement::{Needs, Placer, Settings, Task};
/// # fn example(offer: &mesos_sdk::proto::v1::Offer) -> Result<(), mesos_placement::PlacementError> {
/// let mut placer = Placer::new(Settings::default())?;
/// placer.offer(offer)?;
/// placer.submit(Task::new("web.1", Needs::new(0.5, 128.0)))?;
/// for assignment in placer.place().assigned {
///     println!("{} goes to {}", assignment.task, assignment.agent);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Placer {
    cluster: Cluster,
    shapes: Shapes,
    waiting: VecDeque<Waiting>,
    /// The agents of the offers that are held.
    offers: HashMap<String, String>,
}

/// For how many shapes that no task waits with things are kept between rounds.
const MAX_IDLE_SHAPES: usize = 1024;

/// A task that waits; all but its id is what others of its shape have too.
#[derive(Debug)]
struct Waiting {
    id: String,
    shape: usize,
}

impl Placer {
    /// Creates a placer that knows no agents and no tasks.
    ///
    /// # Errors
    ///
    /// If the settings make no sense.
    pub fn new(settings: Settings) -> Result<Self, PlacementError> {
        check::settings(&settings)?;
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
    /// If the agent makes no sense. Nothing of it is taken over then.
    pub fn set_agent(&mut self, agent: Agent) -> Result<(), PlacementError> {
        check::agent(&agent)?;
        for offer in &agent.offers {
            self.offers.insert(offer.id.value.clone(), agent.id.clone());
        }
        self.cluster.set_agent(agent);
        Ok(())
    }

    /// Holds an offer: what it offers adds to the other offers of its agent.
    ///
    /// # Errors
    ///
    /// If it makes no sense. Nothing of it is taken over then.
    pub fn offer(&mut self, offer: &Offer) -> Result<(), PlacementError> {
        let known = self.cluster.place(&offer.agent_id.value).map(|place| &self.cluster.sites[place].agent);
        let mut agent = known.cloned().unwrap_or_else(|| Agent::new(offer.agent_id.value.clone()));
        agent.offers.retain(|held| held.id != offer.id);
        agent.learn(offer);
        agent.hold(offer);
        self.set_agent(agent)
    }

    /// Drops an offer: it was rescinded, declined or accepted. Returns whether it was held.
    pub fn drop_offer(&mut self, offer: &OfferId) -> bool {
        let Some(agent) = self.offers.remove(&offer.value) else { return false };
        let Some(place) = self.cluster.place(&agent) else { return false };
        let mut agent = self.cluster.sites[place].agent.clone();
        agent.offers.retain(|held| held.id != *offer);
        self.cluster.set_agent(agent);
        true
    }

    /// Returns the offers that are held.
    pub fn offers(&self) -> impl Iterator<Item = &OfferId> {
        self.cluster.agents().flat_map(|agent| &agent.offers).map(|offer| &offer.id)
    }

    /// Adds a task that runs; one with the same id is taken for its earlier self.
    ///
    /// # Errors
    ///
    /// If it runs on an agent that is not known, or one of its constraints makes no sense.
    pub fn set_running(&mut self, running: Running) -> Result<(), PlacementError> {
        check::running(&running)?;
        let wrong = |problem: String| PlacementError::Task { task: running.id.clone(), problem };
        let place = match &running.place {
            Place::Agent(agent) => {
                let place = self.cluster.place(agent);
                place.ok_or_else(|| wrong(format!("its agent {agent:?} is not known")))?
            }
            Place::Elsewhere(agent) => {
                check::agent(agent)?;
                self.cluster.elsewhere(Agent { offers: Vec::new(), ..(**agent).clone() })
            }
        };
        let task = Task {
            group: running.group,
            version: running.version,
            labels: running.labels,
            space: running.space,
            constraints: running.constraints,
            ..Task::new(running.id, crate::Needs::default())
        };
        let uses = running.uses.into_iter().map(|(name, amount)| (name, amount.thousandths())).collect();
        let guest = Arc::new(Guest { uses, ..self.cluster.guest(&task, running.state) });
        self.cluster.add_tenant(Tenant { id: task.id.into(), place, guest });
        Ok(())
    }

    /// Removes a task that has ended. Returns whether it was known.
    pub fn remove_running(&mut self, task: &str) -> bool {
        self.cluster.remove_tenant(task)
    }

    /// Adds a task that needs a place, behind those that wait.
    ///
    /// # Errors
    ///
    /// If it can't be placed anywhere, whatever the cluster.
    pub fn submit(&mut self, task: Task) -> Result<(), PlacementError> {
        check::task(&task)?;
        check::contradictions(&task)?;
        let task = Arc::new(task);
        let shape = self.shapes.of(&mut self.cluster, Arc::clone(&task));
        let id = Arc::try_unwrap(task).map_or_else(|first| first.id.clone(), |another| another.id);
        self.waiting.push_back(Waiting { id, shape });
        Ok(())
    }

    /// Removes a task that waits. Returns whether it did.
    pub fn withdraw(&mut self, task: &str) -> bool {
        let index = self.waiting.iter().position(|waiting| waiting.id == task);
        index.and_then(|index| self.waiting.remove(index)).is_some()
    }

    /// Returns how many tasks wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Gives the tasks that wait their places, in the order in which they came; those without one go on waiting.
    ///
    /// Offers of which something is assigned are held no longer: accept them. The assigned tasks count as running.
    pub fn place(&mut self) -> Round {
        let mut round = Round::default();
        let most = self.cluster.settings.max_placements.unwrap_or(usize::MAX);
        let (mut rest, mut used) = (VecDeque::new(), Vec::new());
        round.assigned.reserve(most.min(self.waiting.len()));
        for waiting in std::mem::take(&mut self.waiting) {
            if round.assigned.len() >= most {
                round.postponed += 1;
                rest.push_back(waiting);
                continue;
            }
            if let Some((place, resources)) = self.take(waiting.shape) {
                used.push(place);
                round.assigned.push(self.assign(waiting, place, resources));
            } else {
                round.unplaced += 1;
                rest.push_back(waiting);
            }
        }
        self.waiting = rest;
        self.drop_used(used);
        self.cluster.forget_changes();
        self.shapes.forget_indexes();
        self.forget_shapes();
        round
    }

    /// Begins again with the shapes of the tasks that wait, when most are of others.
    fn forget_shapes(&mut self) {
        if self.shapes.len() <= MAX_IDLE_SHAPES + 4 * self.waiting.len() {
            return;
        }
        let mut known = std::mem::take(&mut self.shapes);
        self.cluster.forget_columns();
        for waiting in &mut self.waiting {
            let task = Arc::clone(&known.get(waiting.shape).task);
            waiting.shape = self.shapes.of(&mut self.cluster, task);
        }
    }

    /// Takes what a task of a shape needs out of the best place.
    fn take(&mut self, number: usize) -> Option<(usize, Vec<Resource>)> {
        let replaced = self.set_aside(number);
        let picked = self.shapes.pick(number, &self.cluster);
        self.put_back(replaced);
        let (place, shape) = (picked?, self.shapes.get(number));
        let claim = &self.cluster.amounts[shape.claim].claim;
        let resources = self.cluster.sites[place].pool.take(claim, &shape.task.needs)?;
        Some((place, resources))
    }

    fn assign(&mut self, waiting: Waiting, place: usize, resources: Vec<Resource>) -> Assignment {
        let agent = &self.cluster.sites[place].agent;
        let offers = agent.offers.iter().map(|offer| offer.id.clone()).collect();
        let (agent, guest) = (agent.id.clone(), Arc::clone(&self.shapes.get(waiting.shape).guest));
        self.cluster.add_tenant(Tenant { id: waiting.id.as_str().into(), place, guest });
        Assignment { task: waiting.id, agent, offers, resources }
    }

    /// Returns why the tasks that wait have no place, as things are now. Tasks that ask for the same share the reasons.
    pub fn explain(&mut self) -> Vec<Unplaced> {
        let (offered, mut known) = (self.cluster.offered(), HashMap::<usize, Arc<Refusals>>::new());
        let waiting = std::mem::take(&mut self.waiting);
        let unplaced = waiting.iter().map(|one| {
            let why = known.entry(one.shape).or_insert_with(|| Arc::new(self.refusals(one.shape, &offered)));
            Unplaced { task: one.id.clone(), why: Arc::clone(why) }
        });
        let unplaced = unplaced.collect();
        self.waiting = waiting;
        unplaced
    }

    fn refusals(&mut self, number: usize, offered: &Offered) -> Refusals {
        let replaced = self.set_aside(number);
        let shape = self.shapes.get(number);
        shape.look_around(&self.cluster);
        let refusals = shape.refusals(&self.cluster, offered);
        self.put_back(replaced);
        refusals
    }

    /// Returns, for each agent that offers something, why a task can't be placed there; nothing if it can.
    ///
    /// # Errors
    ///
    /// If the task makes no sense.
    pub fn reasons(&mut self, task: &Task) -> Result<Vec<(String, Vec<Reason>)>, PlacementError> {
        check::task(task)?;
        let number = self.shapes.of(&mut self.cluster, Arc::new(task.clone()));
        let replaced = self.set_aside(number);
        let shape = self.shapes.get(number);
        shape.look_around(&self.cluster);
        let offered = self.cluster.sites.iter().enumerate().filter(|(_, site)| site.is_offered());
        let reasons = offered
            .map(|(place, site)| (site.agent.id.clone(), shape.reasons(&self.cluster, place)))
            .collect();
        self.put_back(replaced);
        Ok(reasons)
    }

    /// Returns the agents that a task may be placed on, the best ones first; those of one list are equally good.
    ///
    /// # Errors
    ///
    /// If the task makes no sense.
    pub fn ranking(&mut self, task: &Task) -> Result<Vec<Vec<String>>, PlacementError> {
        check::task(task)?;
        let number = self.shapes.of(&mut self.cluster, Arc::new(task.clone()));
        let replaced = self.set_aside(number);
        let shape = self.shapes.get(number);
        shape.look_around(&self.cluster);
        let view = shape.view(&self.cluster);
        let mut ranks = BTreeMap::<_, Vec<String>>::new();
        for (place, site) in self.cluster.sites.iter().enumerate() {
            if site.is_offered() && shape.reasons(&self.cluster, place).is_empty() {
                let score = shape.score(&self.cluster, &view, place);
                ranks.entry(std::cmp::Reverse(score)).or_default().push(site.agent.id.clone());
            }
        }
        self.put_back(replaced);
        Ok(ranks.into_values().collect())
    }

    /// Counts the task that one of this shape replaces no more.
    fn set_aside(&mut self, shape: usize) -> Option<u64> {
        let task = &self.shapes.get(shape).task;
        let replaced = self.cluster.tenant(task.replaces.as_deref()?)?;
        self.cluster.count(replaced, false);
        Some(replaced)
    }

    fn put_back(&mut self, replaced: Option<u64>) {
        if let Some(replaced) = replaced {
            self.cluster.count(replaced, true);
        }
    }

    /// Offers that are accepted are gone as a whole: what is left of them comes with other offers.
    fn drop_used(&mut self, mut places: Vec<usize>) {
        places.sort_unstable();
        places.dedup();
        for place in places {
            for offer in self.cluster.drop_offers(place) {
                self.offers.remove(&offer.id.value);
            }
        }
    }
}
