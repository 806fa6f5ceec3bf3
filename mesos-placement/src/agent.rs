//! Agents: what is known of them, and what they offer.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mesos_sdk::proto::v1::{Attribute, Offer, OfferId, Resource};
use mesos_sdk::resources::Scalar;

/// An agent, with all offers of it that the framework holds: they are one pool of resources.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Agent {
    /// The agent's id.
    pub id: String,
    /// Its hostname; constraints on [`Key::Hostname`](crate::Key::Hostname) read it.
    pub hostname: String,
    /// Its attributes; the same name may occur several times.
    pub attributes: Vec<Attribute>,
    /// Its region, if it has a fault domain.
    pub region: Option<String>,
    /// Its zone, if it has a fault domain.
    pub zone: Option<String>,
    /// The offers of it that the framework holds. An agent without any takes no tasks, but those that run there count.
    pub offers: Vec<HeldOffer>,
    /// The ids of the framework's executors that run there: their resources are not taken again.
    pub executors: BTreeSet<String>,
    /// What the agent has in all, by the resource's name, where that is known. Otherwise it is what is offered and what
    /// the tasks that run there use.
    pub total: BTreeMap<String, Scalar>,
    /// How many tasks it may run at most.
    pub max_tasks: Option<usize>,
    /// When it is planned to be unavailable.
    pub unavailable: Option<Unavailable>,
}

/// An offer that the framework has neither accepted nor declined.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeldOffer {
    /// The offer's id.
    pub id: OfferId,
    /// The resources that it offers.
    pub resources: Vec<Resource>,
}

/// A planned unavailability of an agent, for [maintenance].
///
/// [maintenance]: https://mesos.apache.org/documentation/latest/maintenance/
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unavailable {
    /// When it begins, since the Unix epoch.
    pub start: Duration,
    /// How long it lasts; without it there is no end.
    pub duration: Option<Duration>,
}

impl Agent {
    /// Creates an agent that offers nothing, with its id as hostname.
    pub fn new(id: impl Into<String>) -> Self {
        let id = id.into();
        Self { hostname: id.clone(), id, ..Self::default() }
    }

    /// Reads what an offer says of its agent, and holds the offer.
    pub fn from_offer(offer: &Offer) -> Self {
        let mut agent = Self::new(offer.agent_id.value.clone());
        agent.learn(offer);
        agent.hold(offer);
        agent
    }

    /// Whether another one says the same of what constraints look at.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.hostname == other.hostname
            && self.attributes == other.attributes
            && (&self.region, &self.zone) == (&other.region, &other.zone)
    }

    /// Takes over the hostname, attributes, domain, planned unavailability and executors that an offer states.
    pub(crate) fn learn(&mut self, offer: &Offer) {
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

    /// Adds the offer to those that are held.
    pub(crate) fn hold(&mut self, offer: &Offer) {
        self.offers.push(HeldOffer { id: offer.id.clone(), resources: offer.resources.clone() });
    }
}

/// Times before the epoch and negative durations count as zero.
fn nanoseconds(nanoseconds: i64) -> Duration {
    Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(0))
}
