//! The keys that distinguish agents.

/// The source of an agent's value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Key {
    /// The agent's id, which is unique to each agent.
    Agent,
    /// Its hostname.
    Hostname,
    /// The region of its fault domain.
    Region,
    /// The zone of its fault domain.
    Zone,
    /// The attribute of this name.
    Attribute(String),
}

/// Parses `@agent`, `@hostname`, `@region` and `@zone`. Any other text names an attribute.
impl From<&str> for Key {
    fn from(name: &str) -> Self {
        match name {
            "@agent" => Self::Agent,
            "@hostname" => Self::Hostname,
            "@region" => Self::Region,
            "@zone" => Self::Zone,
            attribute => Self::Attribute(attribute.to_owned()),
        }
    }
}

impl From<String> for Key {
    fn from(name: String) -> Self {
        Self::from(name.as_str())
    }
}
