//! Taking offers back when operators change weights and quotas, so that the new ones take effect.

use mesos_sdk::proto::v1::quota::QuotaConfig;
use mesos_sdk::proto::v1::{Offer, WeightInfo};
use mesos_sdk::resources::{ResourceLimits, ResourceQuantities, roles};

use super::Master;
use super::quotas::{limits, quantities};

impl Master {
    /// Sets all of these weights, or none. All offers are rescinded if one of the roles has a
    /// framework.
    pub(super) fn update_weights(&mut self, weights: &[WeightInfo]) -> Result<(), String> {
        self.roles.set_weights(weights)?;
        let has_framework = |role: &str| self.frameworks.values().any(|framework| framework.has_role(role));
        if weights.iter().any(|weight| has_framework(weight.role().trim())) {
            let offers: Vec<_> = self.offers.keys().cloned().collect();
            for offer in offers {
                self.rescind(&offer);
            }
        }
        Ok(())
    }

    /// Rescinds offers of the role that exceed its limits, and offers of other roles that its
    /// guarantees need.
    pub(super) fn rebalance_quota(&mut self, config: &QuotaConfig) {
        let held = self.offered_or_consumed(&config.role);
        let held = self.rescind_above(&config.role, &limits(&config.limits), held);
        let guarantees = quantities(&config.guarantees);
        let mut rescinded = ResourceQuantities::default();
        for (id, offer) in self.offers_by_agent() {
            if (rescinded.clone() + &held).contains(&guarantees) {
                return;
            }
            if !is_for(&offer, &config.role) {
                rescinded += &ResourceQuantities::from(&offer.resources.as_slice().into());
                self.rescind(&id);
            }
        }
    }

    /// Rescinds offers of the role until what it holds is within its limits. Returns what it holds.
    fn rescind_above(
        &mut self,
        role: &str,
        limits: &ResourceLimits,
        mut held: ResourceQuantities,
    ) -> ResourceQuantities {
        for (id, offer) in self.offers_by_agent() {
            if !limits.allow(&held) && is_for(&offer, role) {
                held -= &ResourceQuantities::from(&offer.resources.as_slice().into());
                self.rescind(&id);
            }
        }
        held
    }

    /// Rescinds all offers of one agent after the other, until they have what is guaranteed, and
    /// are as many as the role has frameworks. Operators of the older calls get this.
    pub(super) fn rebalance_guarantee(&mut self, role: &str, guarantees: &ResourceQuantities) {
        let takers = self.frameworks.values().filter(|framework| framework.is_connected());
        let takers = takers.filter(|framework| framework.has_role(role)).count();
        let mut rescinded = ResourceQuantities::default();
        let agents: Vec<_> = self.agents.keys().cloned().collect();
        let mut visited = 0_usize;
        for agent in agents {
            if rescinded.contains(guarantees) && visited >= takers {
                return;
            }
            let offers = self.offers_on(&agent);
            visited = visited.saturating_add(usize::from(!offers.is_empty()));
            for id in offers {
                if let Some(offer) = self.offers.get(&id) {
                    rescinded += &ResourceQuantities::from(&offer.resources.as_slice().into());
                }
                self.rescind(&id);
            }
        }
    }

    fn offers_by_agent(&self) -> Vec<(String, Offer)> {
        let mut offers: Vec<_> = self.offers.iter().map(|(id, offer)| (id.clone(), offer.clone())).collect();
        offers.sort_by(|left, right| left.1.agent_id.value.cmp(&right.1.agent_id.value));
        offers
    }
}

/// Returns whether the offer was made to the role or to one below it.
fn is_for(offer: &Offer, role: &str) -> bool {
    let of = offer.allocation_info.as_ref().map_or("*", |info| info.role());
    of == role || roles::is_strict_subrole_of(of, role)
}
