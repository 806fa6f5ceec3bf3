//! Agents and tasks for the tests.

use mesos_placement::{Agent, HeldOffer, Placer, Settings};
use mesos_sdk::proto::v1::{Attribute, Offer, OfferId, Resource, value};

pub(crate) fn scalar(name: &str, amount: f64) -> Resource {
    let mut resource = Resource { name: name.to_owned(), ..Resource::default() };
    resource.set_type(value::Type::Scalar);
    resource.scalar = Some(value::Scalar { value: amount });
    resource
}

pub(crate) fn ports(begin: u64, end: u64) -> Resource {
    let mut resource = Resource { name: "ports".to_owned(), ..Resource::default() };
    resource.set_type(value::Type::Ranges);
    resource.ranges = Some(value::Ranges { range: vec![value::Range { begin, end }] });
    resource
}

pub(crate) fn text(name: &str, value: &str) -> Attribute {
    let mut attribute = Attribute { name: name.to_owned(), ..Attribute::default() };
    attribute.set_type(value::Type::Text);
    attribute.text = Some(value::Text { value: value.to_owned() });
    attribute
}

pub(crate) fn offer(id: &str, agent: &str, resources: Vec<Resource>) -> Offer {
    let mut offer = Offer { hostname: agent.to_owned(), resources, ..Offer::default() };
    offer.id = OfferId::from(id);
    agent.clone_into(&mut offer.agent_id.value);
    offer
}

/// An agent that offers so many cpus, memory and ports.
pub(crate) fn agent(id: &str, cpus: f64, mem: f64) -> Agent {
    let mut agent = Agent::new(id);
    let resources = vec![scalar("cpus", cpus), scalar("mem", mem), ports(1000, 1999)];
    agent.offers = vec![HeldOffer::new(format!("offer of {id}"), resources)];
    agent
}

pub(crate) fn placer(settings: Settings, agents: impl IntoIterator<Item = Agent>) -> Placer {
    let mut placer = Placer::new(settings).unwrap();
    agents.into_iter().for_each(|agent| placer.set_agent(agent).unwrap());
    placer
}
