//! Fault domains: which agents are in another region than the master.

use mesos_sdk::proto::v1::domain_info::fault_domain::RegionInfo;
use mesos_sdk::proto::v1::{AgentInfo, DomainInfo};

use super::Master;

impl Master {
    /// Returns whether the agent is in another region than the master. One without a domain is not.
    pub(super) fn is_remote(&self, agent: &AgentInfo) -> bool {
        let region = agent.domain.as_ref().and_then(region);
        region.is_some() && region != self.info.domain.as_ref().and_then(self::region)
    }

    /// Returns whether the master knows if the agent is remote. Like Mesos, it ignores agents with
    /// a domain if it has none itself.
    pub(super) fn knows_region(&self, agent: &AgentInfo) -> bool {
        let is_known = agent.domain.is_none() || self.info.domain.is_some();
        if !is_known {
            tracing::warn!(domain = ?agent.domain, "agent ignored: it has a domain, and this master has none");
        }
        is_known
    }
}

fn region(domain: &DomainInfo) -> Option<&RegionInfo> {
    domain.fault_domain.as_ref().map(|fault_domain| &fault_domain.region)
}
