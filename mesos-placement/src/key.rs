//! What agents are told apart by.

/// What an agent's value is read from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// The agent's id: each agent has a value of its own.
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

/// `@agent`, `@hostname`, `@region` and `@zone`; any other text names an attribute.
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
