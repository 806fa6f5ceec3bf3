use mesos_sdk::proto::v1::DomainInfo;
use mesos_sdk::proto::v1::domain_info::FaultDomain;
use mesos_sdk::proto::v1::domain_info::fault_domain::{RegionInfo, ZoneInfo};

use super::*;

fn domain(region: &str, zone: &str) -> DomainInfo {
    let (region, zone) = (RegionInfo { name: region.into() }, ZoneInfo { name: zone.into() });
    DomainInfo { fault_domain: Some(FaultDomain { region, zone }.into()) }
}

fn master_in(domain: Option<DomainInfo>) -> Cluster {
    let mut cluster = Cluster::new();
    let config = Config { domain, ..cluster.master.config.clone() };
    cluster.master = Master::new(config, cluster.now, []);
    cluster
}

fn agent_in(cluster: &mut Cluster, link: u64, domain: Option<DomainInfo>) {
    let resources = RESOURCES.parse::<Resources>().unwrap().into();
    let info = AgentInfo { hostname: "localhost".into(), resources, domain, ..AgentInfo::default() };
    cluster.receive(link, FromAgent::Register { info: Box::new(info) });
}

#[test]
fn other_regions_need_the_capability() {
    let mut cluster = master_in(Some(domain("eu", "eu-1")));
    let domains = [Some(domain("eu", "eu-2")), None, Some(domain("us", "us-1"))];
    for (link, domain) in (1..).zip(&domains) {
        agent_in(&mut cluster, link, domain.clone());
    }
    let plain = cluster.subscribe(info());
    let near: Vec<_> = cluster.offers(&plain).into_iter().map(|offer| offer.domain).collect();
    assert_eq!(near, domains[..2]);
    let aware = cluster.subscribe(with_capability(capability::Type::RegionAware));
    let far: Vec<_> = cluster.offers(&aware).into_iter().map(|offer| offer.domain).collect();
    assert_eq!(far, domains[2..]);
}

#[test]
fn agent_with_a_domain_needs_a_master_with_one() {
    let mut cluster = master_in(None);
    agent_in(&mut cluster, 1, Some(domain("eu", "eu-1")));
    assert_eq!(cluster.sent_to_agent(1), []);
    agent_in(&mut cluster, 2, None);
    assert_eq!(cluster.sent_to_agent(2).len(), 1);
}
