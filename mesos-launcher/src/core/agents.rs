//! What is known of agents, and the runs there that constraints count.

use std::collections::BTreeMap;
use std::time::Duration;

use mesos_placement::{Agent, Key, Place, Running, State};
use mesos_sdk::proto::v1::{Attribute, Offer, value};
use mesos_sdk::resources::Scalar;
use serde::{Deserialize, Serialize};

use super::run::Run;
use super::turn::{Draft, Now};
use super::waiting::placer_id;
use super::{Core, records};
use crate::unit::Unit;

/// How much of an agent's hostname is kept, in characters.
const MAX_HOST: usize = 255;
/// The longest id of an agent, in bytes; Mesos allows no longer ids.
const MAX_AGENT_ID: usize = 255;
/// How many bytes the attributes of an agent may have, with its region and zone: they are stored.
const MAX_TRAITS: usize = 16 << 10;
/// How many agents are known at most on which nothing runs, while none of them has an offer.
const MAX_IDLE_AGENTS: usize = 1024;
/// After which time without an offer an agent is forgotten on which nothing runs. While tasks wait,
/// each agent with something to offer does so more often.
const FORGET_AFTER: Duration = Duration::from_secs(600);
/// How often this is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// An agent that has made an offer, or on which something runs.
#[derive(Clone, Debug, Default)]
pub(super) struct KnownAgent {
    pub(super) host: String,
    traits: Traits,
    /// What is stored of it.
    stored: Option<Traits>,
    /// How many runs there are on it.
    runs: usize,
    /// When it made its last offer, by the monotonic clock.
    offered: Duration,
}

/// What constraints look at, beside id and hostname. It is stored while something runs there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Traits {
    /// Names and values of attributes, as the placer compares them.
    #[serde(default)]
    attributes: Vec<(String, String)>,
    region: Option<String>,
    zone: Option<String>,
}

impl Traits {
    fn of(agent: &Agent) -> Self {
        let mut names: Vec<_> = agent.attributes.iter().map(|one| one.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let pairs = |name: &str| {
            let values = Key::Attribute(name.to_owned()).values(agent);
            values.into_iter().map(|value| (name.to_owned(), value)).collect::<Vec<_>>()
        };
        let attributes = names.into_iter().flat_map(pairs).collect();
        Self { attributes, region: agent.region.clone(), zone: agent.zone.clone() }
    }

    fn size(&self) -> usize {
        let attributes = self.attributes.iter().map(|(name, value)| name.len() + value.len());
        attributes.chain(self.region.iter().chain(&self.zone).map(String::len)).sum()
    }
}

impl KnownAgent {
    fn agent(&self, id: &str) -> Agent {
        let mut agent = Agent::new(id);
        agent.hostname.clone_from(&self.host);
        let Traits { attributes, region, zone } = self.traits.clone();
        agent.attributes = attributes.into_iter().map(|(name, value)| attribute(name, value)).collect();
        (agent.region, agent.zone) = (region, zone);
        agent
    }
}

fn attribute(name: String, value: String) -> Attribute {
    let mut attribute = Attribute { name, text: Some(value::Text { value }), ..Attribute::default() };
    attribute.set_type(value::Type::Text);
    attribute
}

impl Core {
    /// Notes what an offer states about its agent, and gives the placer the offer.
    pub(super) fn hold(&mut self, now: Now, offer: &Offer, draft: &mut Draft) -> Result<(), String> {
        let id = &offer.agent_id.value;
        if id.len() > MAX_AGENT_ID {
            let length = id.len();
            return Err(format!("its agent's id has {length} bytes: at most {MAX_AGENT_ID} are allowed"));
        }
        let traits = Traits::of(&Agent::from_offer(offer));
        if traits.size() > MAX_TRAITS {
            let size = traits.size();
            return Err(format!(
                "its agent's attributes have {size} bytes: at most {MAX_TRAITS} are allowed"
            ));
        }
        self.placer.add_offer(offer).map_err(|error| error.to_string())?;
        let known = self.agents.entry(id.clone()).or_default();
        known.host = offer.hostname.chars().take(MAX_HOST).collect();
        (known.traits, known.offered) = (traits, now.monotonic);
        draft.agents.insert(id.clone());
        self.framework.clone_from(&offer.framework_id);
        self.count_abandoned(id);
        Ok(())
    }

    /// Counts a run that begins or was stored.
    pub(super) fn add_run_at(&mut self, agent: &str) {
        self.agents.entry(agent.to_owned()).or_default().runs += 1;
    }

    /// Stops counting a run.
    pub(super) fn remove_run_at(&mut self, agent: &str, draft: &mut Draft) {
        if let Some(known) = self.agents.get_mut(agent) {
            known.runs = known.runs.saturating_sub(1);
            draft.agents.insert(agent.to_owned());
        }
    }

    /// Restores what is stored of the agent of a run.
    pub(super) fn open_agent(&mut self, run: &Run, stored: Option<Traits>) {
        let known = self.agents.entry(run.agent.clone()).or_default();
        known.host.clone_from(&run.host);
        known.traits = stored.clone().unwrap_or_default();
        known.stored = stored;
    }

    /// Puts what is known of agents on which something runs, and deletes it when nothing does.
    pub(super) fn write_agents(&mut self, draft: &mut Draft) {
        for id in std::mem::take(&mut draft.agents) {
            let Some(known) = self.agents.get_mut(&id) else { continue };
            let is_needed = known.runs > 0 && known.traits != Traits::default();
            let needed = is_needed.then(|| known.traits.clone());
            if needed == known.stored {
                continue;
            }
            match &needed {
                Some(traits) => draft.put(records::agent(&id), records::text(traits)),
                None => draft.delete(records::agent(&id)),
            }
            known.stored = needed;
        }
    }

    /// Forgets agents on which nothing runs: those that still exist make offers again.
    pub(super) fn forget_agents(&mut self, now: Now) {
        let is_crowded = self.agents.len() > self.runs.len() + MAX_IDLE_AGENTS;
        let is_crowded = is_crowded && self.placer.offers().next().is_none();
        if !is_crowded && now.monotonic < self.look_at_agents {
            return;
        }
        self.look_at_agents = now.monotonic.saturating_add(LOOK_EVERY);
        let is_old = |known: &KnownAgent| now.monotonic.saturating_sub(known.offered) >= FORGET_AFTER;
        let is_idle = |known: &KnownAgent| known.runs == 0 && known.stored.is_none();
        let goes = |known: &KnownAgent| is_idle(known) && (is_crowded || is_old(known));
        let Self { agents, placer, .. } = self;
        agents.retain(|id, known| {
            let goes = goes(known);
            if goes {
                placer.remove_agent(id);
            }
            !goes
        });
    }

    /// Gives the placer all runs that count, when it knows none of them yet.
    pub(super) fn count_runs(&mut self) {
        let runs = self.runs.values().filter_map(|(name, index)| {
            let workload = self.workloads.get(name)?;
            let run = workload.slots[*index].run.as_ref()?;
            let agent = self.agents.get(&run.agent)?.agent(&run.agent);
            let mut running = running(placer_id(name, *index), name, workload.task_of_run(*index));
            running.version = run.version.to_string();
            running.place = Place::Elsewhere(Box::new(agent));
            running.state = if workload.is_to_end(run) { State::Stopping } else { State::Running };
            Some(running)
        });
        for running in runs.collect::<Vec<_>>() {
            self.set_running(running);
        }
    }

    /// Counts abandoned runs on an agent that is there: they may live until they are killed. While
    /// their agent is away they do not count, so that others can take their place.
    fn count_abandoned(&mut self, agent: &str) {
        let Some(tasks) = self.abandoned_at.get(agent) else { return };
        for task in tasks.clone() {
            self.count_abandoned_run(&task);
        }
    }

    /// Returns whether this turn has an offer of an agent.
    pub(super) fn is_offered(&self, now: Now, agent: &str) -> bool {
        self.agents.get(agent).is_some_and(|known| known.offered == now.monotonic)
    }

    pub(super) fn count_abandoned_run(&mut self, task: &str) {
        let Some(abandoned) = self.abandoned.get(task) else { return };
        if !self.agents.contains_key(&abandoned.agent) || self.placer.state(task).is_some() {
            return;
        }
        let name = &abandoned.workload;
        let of = self.workloads.get(name).and_then(|workload| workload.task(abandoned.index));
        let mut running = running(task.to_owned(), name, of.map(|task| &**task));
        running.place = Place::Agent(abandoned.agent.clone());
        running.state = State::Stopping;
        self.set_running(running);
    }

    fn set_running(&mut self, running: Running) {
        let id = running.id.clone();
        if let Err(error) = self.placer.set_running(running) {
            tracing::warn!(id, %error, "constraints do not count a task that runs");
        }
    }
}

/// Returns a task that runs, as the placer counts it.
fn running(id: String, group: &str, task: Option<&Unit>) -> Running {
    let mut running = Running::new(id, "").group(group);
    if let Some(task) = task {
        running.constraints = task.constraints().to_vec();
        running.uses = uses(task);
    }
    running
}

fn uses(task: &Unit) -> BTreeMap<String, Scalar> {
    task.needs().into_iter().map(|(name, amount)| (name.to_owned(), amount)).collect()
}
