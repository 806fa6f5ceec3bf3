//! An agent's values as text.

use mesos_sdk::proto::v1::{Attribute, value};

use crate::{Agent, Key};

impl Key {
    /// Returns the values that an agent has, as the texts that constraints compare.
    pub fn values(&self, agent: &Agent) -> Vec<String> {
        match self {
            Self::Agent => vec![agent.id.clone()],
            Self::Hostname => vec![agent.hostname.clone()],
            Self::Region => agent.region.iter().cloned().collect(),
            Self::Zone => agent.zone.iter().cloned().collect(),
            Self::Attribute(name) => {
                let named = agent.attributes.iter().filter(|attribute| attribute.name == *name);
                named.map(text).collect()
            }
        }
    }
}

/// Scalars have at most three decimals and no trailing zeros, ranges are `[6-7,9-9]`, sets `{a,b}`
/// in order.
fn text(attribute: &Attribute) -> String {
    match attribute.r#type() {
        value::Type::Scalar => attribute.scalar.as_ref().map(|scalar| number(scalar.value)),
        value::Type::Ranges => attribute.ranges.as_ref().map(|ranges| {
            let mut ranges: Vec<_> = ranges.range.iter().map(|range| (range.begin, range.end)).collect();
            ranges.sort_unstable();
            let texts: Vec<_> = ranges.iter().map(|(begin, end)| format!("{begin}-{end}")).collect();
            format!("[{}]", texts.join(","))
        }),
        value::Type::Set => attribute.set.as_ref().map(|set| {
            let mut items: Vec<_> = set.item.iter().map(String::as_str).collect();
            items.sort_unstable();
            format!("{{{}}}", items.join(","))
        }),
        value::Type::Text => attribute.text.as_ref().map(|text| text.value.clone()),
    }
    .unwrap_or_default()
}

/// Formats a number in thousandths, with ties to even.
fn number(value: f64) -> String {
    let rounded = (value * 1000.0).round_ties_even() / 1000.0;
    let rounded = if rounded.is_finite() { rounded + 0.0 } else { value };
    let text = format!("{rounded:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
