//! Making, rescinding, declining and checking offers.

use std::collections::{BTreeMap, BTreeSet};

use mesos_sdk::proto::v1::framework_info::capability::Type as Capability;
use mesos_sdk::proto::v1::resource::AllocationInfo;
use mesos_sdk::proto::v1::scheduler::call::Decline;
use mesos_sdk::proto::v1::{Address, AgentId, ExecutorId, Filters, Offer, OfferId, Url};
use mesos_sdk::resources::{self, Resources};
use mesos_sdk::validation::has_capability;

use super::agent::{Agent, unallocated};
use super::framework::Framework;
use super::{Master, event};

impl Master {
    /// Makes an offer, and returns it as the framework sees it.
    pub(super) fn offer(
        &mut self,
        agent_id: &AgentId,
        role: &str,
        framework: &str,
        resources: Resources,
    ) -> Option<Offer> {
        let unavailability = self.unavailability_of(&agent_id.value).copied();
        let agent = self.agents.get_mut(&agent_id.value)?;
        let framework = self.frameworks.get(framework)?;
        agent.hold(framework.id(), &resources);
        let offer = Offer {
            id: self.ids.offer(),
            framework_id: framework.framework_id(),
            agent_id: agent_id.clone(),
            hostname: agent.info.hostname.clone(),
            url: Some(Box::new(url(agent))),
            domain: agent.info.domain.clone(),
            resources: resources.into(),
            attributes: agent.info.attributes.clone(),
            executor_ids: executor_ids(agent, framework.id()),
            unavailability,
            allocation_info: Some(AllocationInfo { role: Some(role.to_owned()) }),
        };
        self.offers.insert(offer.id.value.clone(), offer.clone());
        Some(as_seen_by(framework, offer))
    }

    /// Rescinds an offer, and notifies its framework.
    pub(super) fn rescind(&mut self, offer: &str) {
        self.rescind_for(offer, None);
    }

    /// Rescinds an offer. With filters, its resources are not offered to the framework again until
    /// these expire.
    pub(super) fn rescind_for(&mut self, offer: &str, filters: Option<&Filters>) {
        let framework = self.offers.get(offer).map(|offer| offer.framework_id.value.clone());
        if let Some(framework) = framework {
            self.count_for(&framework, |counters| counters.offers_rescinded += 1);
            self.send(&framework, event::rescind(OfferId::from(offer)));
            self.discard(offer, filters);
        }
    }

    /// Discards an offer without an event. With filters, its resources count as declined.
    pub(super) fn discard(&mut self, offer: &str, filters: Option<&Filters>) {
        let Some(offer) = self.offers.remove(offer) else { return };
        self.recover(&offer, &Resources::from(&offer.resources[..]), filters);
    }

    /// Frees the resources of an offer.
    pub(super) fn recover(&mut self, offer: &Offer, unused: &Resources, filters: Option<&Filters>) {
        let framework = &offer.framework_id.value;
        if let Some(agent) = self.agents.get_mut(&offer.agent_id.value) {
            agent.release(framework, unused);
        }
        if let (Some(filters), Some(framework)) = (filters, self.frameworks.get_mut(framework)) {
            let place = (role_of(offer), offer.agent_id.value.as_str());
            framework.filters.refuse(place, unallocated(unused), filters, self.now);
        }
    }

    /// Handles `DECLINE`. Ignores ids of rescinded and unknown offers.
    pub(super) fn decline(&mut self, framework: &str, decline: &Decline) {
        let filters = decline.filters.unwrap_or_default();
        for offer in &decline.offer_ids {
            let declined = u64::from(self.offers.contains_key(&offer.value));
            self.count_for(framework, |counters| counters.offers_declined += declined);
            self.discard(&offer.value, Some(&filters));
        }
    }

    /// Returns the ids of the offers that a framework holds.
    pub(super) fn offers_of(&self, framework: &str) -> Vec<String> {
        let offers = self.offers.iter();
        offers.filter(|(_, offer)| offer.framework_id.value == framework).map(|(id, _)| id.clone()).collect()
    }

    /// Returns the ids of the offers on an agent.
    pub(super) fn offers_on(&self, agent: &str) -> Vec<String> {
        let offers = self.offers.iter();
        offers.filter(|(_, offer)| offer.agent_id.value == agent).map(|(id, _)| id.clone()).collect()
    }

    /// Returns all that is on offer, by agent id.
    pub(super) fn offered(&self) -> BTreeMap<&str, Resources> {
        let mut offered: BTreeMap<&str, Resources> = BTreeMap::new();
        for offer in self.offers.values() {
            let resources = offer.resources.iter().cloned().collect::<Resources>();
            *offered.entry(&offer.agent_id.value).or_default() += &resources;
        }
        offered
    }

    /// Checks that one ACCEPT may combine these offers: all are valid, none occurs twice, and all
    /// belong to one framework, role and agent.
    pub(super) fn validate_offers(&self, framework: &str, ids: &[OfferId]) -> Result<(), String> {
        if ids.is_empty() {
            return Err("No offers specified".to_owned());
        }
        let mut seen = BTreeSet::new();
        if let Some(id) = ids.iter().find(|id| !seen.insert(&id.value)) {
            return Err(format!("Duplicate offer {} in offer list", id.value));
        }
        let found: Result<Vec<_>, _> = ids.iter().map(|id| self.offers.get(&id.value).ok_or(id)).collect();
        let offers = found.map_err(|id| format!("Offer {} is no longer valid", id.value))?;
        if let Some(offer) = offers.iter().find(|offer| offer.framework_id.value != framework) {
            let (id, other) = (&offer.id.value, &offer.framework_id.value);
            return Err(format!(
                "Offer {id} has invalid framework {other} while framework {framework} is expected"
            ));
        }
        offers.iter().try_for_each(|offer| fits_together(offers[0], offer))
    }
}

fn fits_together(first: &Offer, offer: &Offer) -> Result<(), String> {
    let id = &offer.id.value;
    let (role, expected) = (role_of(offer), role_of(first));
    if role != expected {
        return Err(format!(
            "Aggregated offers must be allocated to the same role. Offer {id} uses role '{role} but another \
             is using role '{expected}"
        ));
    }
    let (agent, expected) = (&offer.agent_id.value, &first.agent_id.value);
    match agent == expected {
        true => Ok(()),
        false => Err(format!(
            "Aggregated offers must belong to one single agent. Offer {id} uses agent {agent} and agent \
             {expected}"
        )),
    }
}

/// Returns the role of an offer.
pub(super) fn role_of(offer: &Offer) -> &str {
    offer.allocation_info.as_ref().map_or("", |allocation| allocation.role())
}

pub(super) fn url(agent: &Agent) -> Url {
    let address = Address {
        hostname: Some(agent.info.hostname.clone()),
        ip: Some(std::net::Ipv4Addr::LOCALHOST.to_string()),
        port: agent.info.port(),
    };
    Url {
        scheme: "http".to_owned(),
        address,
        path: Some("/slave(1)".to_owned()),
        query: vec![],
        fragment: None,
    }
}

fn executor_ids(agent: &Agent, framework: &str) -> Vec<ExecutorId> {
    let executors = agent.executors.keys().filter(|(of, _)| of == framework);
    executors.map(|(_, id)| ExecutorId::from(id.clone())).collect()
}

/// Converts an offer into the form that the framework's capabilities call for.
fn as_seen_by(framework: &Framework, mut offer: Offer) -> Offer {
    if !has_capability(&framework.info, Capability::MultiRole) {
        offer.allocation_info = None;
        offer.resources.iter_mut().for_each(|resource| resource.allocation_info = None);
    }
    if !has_capability(&framework.info, Capability::ReservationRefinement) {
        // Such frameworks are not offered refined reservations, so each reservation has the old
        // form.
        offer.resources.retain_mut(|resource| resources::downgrade(resource).is_ok());
    }
    offer
}
