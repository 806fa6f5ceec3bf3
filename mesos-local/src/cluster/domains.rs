//! Fault domains as text: the region and the zone of a master or an agent.

use mesos_sdk::proto::v1::DomainInfo;
use mesos_sdk::proto::v1::domain_info::FaultDomain;
use mesos_sdk::proto::v1::domain_info::fault_domain::{RegionInfo, ZoneInfo};

use super::StartError;

/// Reads domains such as `eu/eu-1,us/us-1`; an empty text has none.
pub(super) fn parse(text: &str) -> Result<Vec<DomainInfo>, StartError> {
    let domains = text.split(',').filter(|_| !text.is_empty()).map(one);
    domains.collect::<Option<_>>().ok_or_else(|| StartError::Domains { text: text.to_owned() })
}

fn one(text: &str) -> Option<DomainInfo> {
    let (region, zone) = text.split_once('/')?;
    let name = |name: &str| (!name.is_empty()).then(|| name.to_owned());
    let (region, zone) = (RegionInfo { name: name(region)? }, ZoneInfo { name: name(zone)? });
    let fault_domain = Some(FaultDomain { region, zone }.into());
    Some(DomainInfo { fault_domain })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_regions_and_zones() {
        let names = |text| {
            let domains = parse(text).ok()?;
            let fault = domains.into_iter().filter_map(|domain| domain.fault_domain);
            Some(fault.map(|fault| (fault.region.name, fault.zone.name)).collect::<Vec<_>>())
        };
        let pair = |region: &str, zone: &str| (region.to_owned(), zone.to_owned());
        assert_eq!(names(""), Some(vec![]));
        assert_eq!(names("eu/a,us/b/c"), Some(vec![pair("eu", "a"), pair("us", "b/c")]));
        for text in ["eu", "eu/", "/a", "eu/a,", ","] {
            assert_eq!(names(text), None, "{text}");
        }
    }
}
