//! Inverse offers: before planned maintenance, the master asks frameworks to return what they hold
//! on an agent.

use std::collections::BTreeMap;
use std::time::Duration;

use mesos_sdk::proto::v1::allocator::InverseOfferStatus;
use mesos_sdk::proto::v1::allocator::inverse_offer_status::Status;
use mesos_sdk::proto::v1::maintenance::Schedule;
use mesos_sdk::proto::v1::{Filters, FrameworkId, InverseOffer, OfferId, Unavailability};

use super::filters::length;
use super::framework::Framework;
use super::offers::url;
use super::{Master, event};

impl Master {
    /// Sends inverse offers to each connected framework that holds something on an agent with
    /// planned maintenance. Skips a framework that has not responded to the last one, or does not
    /// want to be asked again yet.
    pub(super) fn invert(&mut self) {
        let mut made: BTreeMap<String, Vec<InverseOffer>> = BTreeMap::new();
        for (agent, framework, unavailability) in self.to_ask() {
            let Some(known) = self.agents.get(&agent) else { continue };
            let Some(framework_id) = self.frameworks.get(&framework).map(Framework::framework_id) else {
                continue;
            };
            let offer = InverseOffer {
                id: self.ids.offer(),
                url: Some(Box::new(url(known))),
                framework_id,
                agent_id: Some(known.agent_id()),
                unavailability,
                resources: Vec::new(),
            };
            self.inverse_offers.insert(offer.id.value.clone(), offer.clone());
            made.entry(framework).or_default().push(offer);
        }
        for (framework, offers) in made {
            self.send(&framework, event::inverse_offers(offers));
        }
    }

    fn to_ask(&self) -> Vec<(String, String, Unavailability)> {
        let agents = self.agents.values().filter(|agent| agent.link.is_some());
        let limited = agents.filter_map(|agent| Some((agent, *self.unavailability_of(agent.id())?)));
        let pairs = limited.flat_map(|(agent, unavailability)| {
            let holders = agent.held.keys().filter(|framework| self.may_be_asked(agent.id(), framework));
            holders.map(move |framework| (agent.id().to_owned(), framework.clone(), unavailability))
        });
        pairs.collect()
    }

    fn may_be_asked(&self, agent: &str, framework: &str) -> bool {
        let is_outstanding = self.inverse_offers.values().any(|offer| is_of(offer, agent, framework));
        let known = self.frameworks.get(framework).filter(|known| known.is_connected());
        let is_filtered =
            |known: &Framework| known.inverse_filters.get(agent).is_some_and(|until| *until >= self.now);
        !is_outstanding && known.is_some_and(|known| !is_filtered(known))
    }

    /// Handles `ACCEPT_INVERSE_OFFERS` and `DECLINE_INVERSE_OFFERS`. In both cases the framework is
    /// not asked again before the filter expires. Ignores ids of rescinded and unknown offers.
    pub(super) fn respond_inverse(
        &mut self,
        framework: &str,
        response: Status,
        ids: &[OfferId],
        filters: Option<Filters>,
    ) {
        let until = self.now.saturating_add(length(&filters.unwrap_or_default()));
        for id in ids {
            let is_own = |offer: &&InverseOffer| offer.framework_id.value == framework;
            let Some(offer) = self.inverse_offers.get(&id.value).filter(is_own).cloned() else {
                tracing::warn!(framework, offer = %id.value, "response to an inverse offer dropped: it is not valid");
                continue;
            };
            self.inverse_offers.remove(&id.value);
            let Some(framework) = self.frameworks.get_mut(framework) else { continue };
            let agent = offer.agent_id.unwrap_or_default().value;
            framework.inverse_responses.insert(agent.clone(), status(response, offer.framework_id, self.now));
            if until > self.now {
                framework.inverse_filters.insert(agent, until);
            }
        }
    }

    /// Rescinds inverse offers, and notifies their frameworks.
    pub(super) fn rescind_inverse(&mut self, which: impl Fn(&InverseOffer) -> bool) {
        let ids: Vec<_> =
            self.inverse_offers.values().filter(|offer| which(offer)).map(|offer| offer.id.clone()).collect();
        for id in ids {
            if let Some(offer) = self.inverse_offers.remove(&id.value) {
                self.send(&offer.framework_id.value, event::rescind_inverse(id));
            }
        }
    }

    /// Discards the inverse offers of a framework without an event, because it is gone or a new
    /// instance replaces it.
    pub(super) fn discard_inverse(&mut self, framework: &str) {
        self.inverse_offers.retain(|_, offer| offer.framework_id.value != framework);
    }

    /// Replaces the planned maintenance. A refused schedule changes nothing. Frameworks with offers
    /// on its machines get new ones.
    ///
    /// # Errors
    ///
    /// Returns the reason in Mesos' words if the schedule is refused.
    pub(crate) fn schedule_maintenance(&mut self, schedule: Schedule) -> Result<(), String> {
        self.change_maintenance(|maintenance| maintenance.replace(schedule))
    }

    pub(super) fn change_maintenance(
        &mut self,
        change: impl FnOnce(&mut super::maintenance::Maintenance) -> Result<(), String>,
    ) -> Result<(), String> {
        let mut planned = self.planned();
        change(&mut self.maintenance)?;
        planned.extend(self.planned());
        for agent in planned {
            for offer in self.offers_on(&agent) {
                self.rescind(&offer);
            }
            self.rescind_inverse(|offer| offer.agent_id.as_ref().is_some_and(|id| id.value == agent));
            for framework in self.frameworks.values_mut() {
                framework.forget_inverse(&agent);
            }
        }
        Ok(())
    }

    /// Returns the agents with planned maintenance.
    fn planned(&self) -> Vec<String> {
        let agents = self.agents.keys().filter(|agent| self.unavailability_of(agent).is_some());
        agents.cloned().collect()
    }
}

fn status(response: Status, framework_id: FrameworkId, now: Duration) -> InverseOfferStatus {
    InverseOfferStatus { status: response.into(), framework_id, timestamp: now.into() }
}

fn is_of(offer: &InverseOffer, agent: &str, framework: &str) -> bool {
    offer.framework_id.value == framework && offer.agent_id.as_ref().is_some_and(|id| id.value == agent)
}
