//! Agents for the workloads.

use mesos_placement::{Agent, HeldOffer};
use mesos_sdk::proto::v1::{Attribute, Resource, value};

/// Returns an agent with one offer of these scalars and many ports.
pub(crate) fn agent(id: String, scalars: &[(&str, f64)], attributes: &[(&str, &str)]) -> Agent {
    let mut agent = Agent::new(id);
    let mut resources: Vec<_> = scalars.iter().map(|(name, amount)| scalar(name, *amount)).collect();
    resources.push(ports());
    agent.offers = vec![HeldOffer::new(format!("offer of {}", agent.id), resources)];
    agent.attributes = attributes.iter().map(|(name, value)| text(name, value)).collect();
    agent
}

fn scalar(name: &str, amount: f64) -> Resource {
    let mut resource = Resource { name: name.to_owned(), ..Resource::default() };
    resource.set_type(value::Type::Scalar);
    resource.scalar = Some(value::Scalar { value: amount });
    resource
}

fn ports() -> Resource {
    let mut resource = Resource { name: "ports".to_owned(), ..Resource::default() };
    resource.set_type(value::Type::Ranges);
    resource.ranges = Some(value::Ranges { range: vec![value::Range { begin: 31_000, end: 32_000 }] });
    resource
}

fn text(name: &str, value: &str) -> Attribute {
    let mut attribute = Attribute { name: name.to_owned(), ..Attribute::default() };
    attribute.set_type(value::Type::Text);
    attribute.text = Some(value::Text { value: value.to_owned() });
    attribute
}
