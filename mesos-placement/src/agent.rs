//! Agents, and what they offer.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mesos_sdk::proto::v1::{Attribute, Offer, OfferId, Resource};
use mesos_sdk::resources::Scalar;

/// An agent, with all of its offers that the framework holds. They form one pool of resources.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Agent {
    /// The agent's id.
    pub id: String,
    /// The hostname. Constraints on [`Key::Hostname`](crate::Key::Hostname) read it.
    pub hostname: String,
    /// The attributes. A name may occur several times.
    pub attributes: Vec<Attribute>,
    /// The region, if the agent has a fault domain.
    pub region: Option<String>,
    /// The zone, if the agent has a fault domain.
    pub zone: Option<String>,
    /// The agent's offers that the framework holds. An agent without offers takes no tasks, but the
    /// tasks that run there count.
    pub offers: Vec<HeldOffer>,
    /// The ids of the framework's executors that run on the agent. Their resources are not taken
    /// again.
    pub executors: BTreeSet<String>,
    /// The agent's total resources by name, where they are known. Otherwise the total is what is
    /// offered plus what the tasks on the agent use.
    pub total: BTreeMap<String, Scalar>,
    /// How many tasks the agent may run at most.
    pub max_tasks: Option<usize>,
    /// When the agent is planned to be unavailable.
    pub unavailable: Option<Unavailable>,
}

/// An offer that the framework has neither accepted nor declined.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct HeldOffer {
    /// The offer's id.
    pub id: OfferId,
    /// The resources on offer.
    pub resources: Vec<Resource>,
}

/// A planned unavailability of an agent, for [maintenance].
///
/// [maintenance]: https://mesos.apache.org/documentation/latest/maintenance/
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unavailable {
    /// When it begins, since the Unix epoch.
    pub start: Duration,
    /// How long it lasts; `None` if the end is not known.
    pub duration: Option<Duration>,
}

impl HeldOffer {
    /// Creates an offer with this id.
    pub fn new(id: impl Into<OfferId>, resources: impl IntoIterator<Item = Resource>) -> Self {
        Self { id: id.into(), resources: resources.into_iter().collect() }
    }
}

impl Unavailable {
    /// Creates an unavailability that begins at `start`, since the Unix epoch, and whose end is not
    /// known.
    pub fn new(start: Duration) -> Self {
        Self { start, duration: None }
    }
}

impl Agent {
    /// Creates an agent that offers nothing, with its id as hostname.
    pub fn new(id: impl Into<String>) -> Self {
        let id = id.into();
        Self { hostname: id.clone(), id, ..Self::default() }
    }

    /// Creates an agent from what an offer states about it, and adds the offer.
    pub fn from_offer(offer: &Offer) -> Self {
        let mut agent = Self::new(offer.agent_id.value.clone());
        agent.update_from(offer);
        agent.add_offer(offer);
        agent
    }

    /// Returns whether another agent is the same in everything that constraints look at.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.hostname == other.hostname
            && self.attributes == other.attributes
            && (&self.region, &self.zone) == (&other.region, &other.zone)
    }

    /// Copies the hostname, attributes, domain, planned unavailability and executors from an offer.
    pub(crate) fn update_from(&mut self, offer: &Offer) {
        let domain = offer.domain.as_ref().and_then(|domain| domain.fault_domain.as_ref());
        self.hostname.clone_from(&offer.hostname);
        self.attributes.clone_from(&offer.attributes);
        self.executors = offer.executor_ids.iter().map(|id| id.value.clone()).collect();
        self.region = domain.map(|domain| domain.region.name.clone());
        self.zone = domain.map(|domain| domain.zone.name.clone());
        self.unavailable = offer.unavailability.as_ref().map(|unavailable| Unavailable {
            start: nanoseconds(unavailable.start.nanoseconds),
            duration: unavailable.duration.as_ref().map(|time| nanoseconds(time.nanoseconds)),
        });
    }

    /// Adds the offer to those of the agent.
    pub(crate) fn add_offer(&mut self, offer: &Offer) {
        self.offers.push(HeldOffer { id: offer.id.clone(), resources: offer.resources.clone() });
    }
}

/// Treats times before the epoch and negative durations as zero.
fn nanoseconds(nanoseconds: i64) -> Duration {
    Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(0))
}
