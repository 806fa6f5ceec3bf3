//! An offer of an agent that has labels, ports and reservations.

use mesos_sdk::proto::v1::resource::{AllocationInfo, ReservationInfo, reservation_info};
use mesos_sdk::proto::v1::value::{Range, Ranges, Scalar, Text, Type};
use mesos_sdk::proto::v1::{Address, Attribute, FrameworkId, Offer, Resource, Url};

use super::ids::{AGENTS, FRAMEWORK_ID, agent_id, offer_id, random};

const ROLE: &str = "shop";

pub(super) fn offer(index: usize) -> Offer {
    let agent = index % AGENTS;
    let hostname = format!("node-{agent}.rack-{}.fra1.example.com", agent % 20);
    Offer {
        id: offer_id(index),
        framework_id: FrameworkId::from(FRAMEWORK_ID),
        agent_id: agent_id(index),
        url: Some(Box::new(url(&hostname, agent))),
        hostname,
        resources: resources(index),
        attributes: attributes(agent),
        allocation_info: Some(allocation()),
        ..Offer::default()
    }
}

fn url(hostname: &str, agent: usize) -> Url {
    let ip = Some(format!("10.{}.{}.17", agent % 4, agent / 4));
    Url {
        scheme: "http".to_owned(),
        address: Address { hostname: Some(hostname.to_owned()), ip, port: 5051 },
        path: Some("/slave(1)".to_owned()),
        ..Url::default()
    }
}

fn allocation() -> AllocationInfo {
    AllocationInfo { role: Some(ROLE.to_owned()) }
}

/// Creates unreserved resources, and some that are reserved to a role and to one below it.
fn resources(index: usize) -> Vec<Resource> {
    let mut random = random(index);
    vec![
        scalar("cpus", f64::from(random.u32(1..640)) / 10.0, None),
        scalar("mem", f64::from(random.u32(1..260_000)), None),
        scalar("disk", f64::from(random.u32(1..1_000_000)), None),
        ports(31_000 + random.u64(0..400)),
        scalar("cpus", 4.0, Some(ROLE)),
        scalar("mem", 8192.0, Some("shop/checkout")),
    ]
}

fn scalar(name: &str, value: f64, reserved: Option<&str>) -> Resource {
    Resource {
        name: name.to_owned(),
        r#type: Type::Scalar.into(),
        scalar: Some(Scalar { value }),
        allocation_info: Some(allocation()),
        reservations: reserved.map(reservation).into_iter().collect(),
        ..Resource::default()
    }
}

fn reservation(role: &str) -> ReservationInfo {
    ReservationInfo {
        r#type: Some(reservation_info::Type::Dynamic.into()),
        role: Some(role.to_owned()),
        principal: Some("operator".to_owned()),
        ..ReservationInfo::default()
    }
}

fn ports(middle: u64) -> Resource {
    let range = vec![Range { begin: 31_000, end: middle }, Range { begin: middle + 20, end: 32_000 }];
    Resource {
        name: "ports".to_owned(),
        r#type: Type::Ranges.into(),
        ranges: Some(Ranges { range }),
        allocation_info: Some(allocation()),
        ..Resource::default()
    }
}

fn attributes(agent: usize) -> Vec<Attribute> {
    let generation = Attribute {
        name: "generation".to_owned(),
        r#type: Type::Scalar.into(),
        scalar: Some(Scalar { value: 6.0 }),
        ..Attribute::default()
    };
    let zone = ["fra1-a", "fra1-b", "fra1-c"][agent % 3];
    vec![
        text("rack", format!("rack-{}", agent % 20)),
        text("zone", zone.to_owned()),
        text("os", "linux".to_owned()),
        text("kind", "c5.9xlarge".to_owned()),
        generation,
    ]
}

fn text(name: &str, value: String) -> Attribute {
    Attribute {
        name: name.to_owned(),
        r#type: Type::Text.into(),
        text: Some(Text { value }),
        ..Attribute::default()
    }
}
