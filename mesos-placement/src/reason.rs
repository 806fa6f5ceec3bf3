//! Why a task has no place.

use std::fmt;

use mesos_sdk::resources::Scalar;

use crate::Constraint;

/// Why an agent does not take a task.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Reason {
    /// There is too little of a resource.
    Resource(Shortage),
    /// Nothing is offered of the roles that the task takes.
    Role,
    /// Offers to several roles have together what the task asks for, but none of the roles alone:
    /// Mesos accepts no offers to different roles together.
    Allocation,
    /// There is no persistent volume as the task asks for.
    Volume,
    /// Nothing is reserved with the labels that the task asks for.
    Reservation,
    /// A constraint on an attribute is not met, or an attribute that a constraint needs is missing.
    Attribute(Box<Unmet>),
    /// As many tasks as may have this value have it.
    Limit(Box<Unmet>),
    /// The tasks that run have another value.
    Same(Box<Unmet>),
    /// This value has its share of the tasks.
    Even(Box<Unmet>),
    /// The tasks would be spread too unevenly.
    Spread(Box<Unmet>),
    /// No task that it must be near to has this value.
    Near(Box<Unmet>),
    /// A task that it must be away from has this value.
    Away(Box<Unmet>),
    /// A task that runs must be away from this one.
    AwayOfOther,
    /// The task, or one that runs there, wants the agent for itself.
    Exclusive,
    /// The agent is, or soon will be, unavailable.
    Maintenance,
    /// The agent is in another region.
    Region,
    /// The agent is kept for tasks that need GPUs.
    Scarce,
    /// The task's group uses all that it may.
    GroupLimit,
    /// The agent runs as many tasks as it may.
    AgentFull,
}

/// What is missing of a resource on an agent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Shortage {
    /// The resource's name.
    pub name: String,
    /// What the task asks for.
    pub asked: Scalar,
    /// What other tasks use.
    pub used: Scalar,
    /// What the agent has in all.
    pub total: Scalar,
}

/// A constraint that an agent does not meet.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Unmet {
    /// The constraint; if several of a kind are not met, the first one. It names the group whose
    /// tasks it counts.
    pub constraint: Constraint,
    /// What is there instead, in words, as in `h1 has 1`; empty if the constraint combines others.
    pub found: String,
}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not met: {}", self.constraint)?;
        if self.found.is_empty() { Ok(()) } else { write!(f, "; {}", self.found) }
    }
}

impl Reason {
    /// Returns the kind of the reason as a short text; for a resource with its name, as in
    /// `resource:cpus`.
    pub fn kind(&self) -> String {
        match self {
            Self::Resource(shortage) => format!("resource:{}", shortage.name),
            Self::Role => "role".to_owned(),
            Self::Allocation => "allocation".to_owned(),
            Self::Volume => "volume".to_owned(),
            Self::Reservation => "reservation".to_owned(),
            Self::Attribute(_) => "attribute".to_owned(),
            Self::Limit(_) => "limit".to_owned(),
            Self::Same(_) => "same".to_owned(),
            Self::Even(_) => "even".to_owned(),
            Self::Spread(_) => "spread".to_owned(),
            Self::Near(_) => "near".to_owned(),
            Self::Away(_) => "away".to_owned(),
            Self::AwayOfOther => "away_of_other".to_owned(),
            Self::Exclusive => "exclusive".to_owned(),
            Self::Maintenance => "maintenance".to_owned(),
            Self::Region => "region".to_owned(),
            Self::Scarce => "scarce".to_owned(),
            Self::GroupLimit => "group_limit".to_owned(),
            Self::AgentFull => "agent_full".to_owned(),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resource(Shortage { name, asked, used, total }) => {
                write!(f, "too little {name}: {asked} asked for, {used} of {total} in use")
            }
            Self::Role => f.write_str("nothing offered for the task's roles"),
            Self::Allocation => f.write_str("offers to different roles cannot be accepted together"),
            Self::Volume => f.write_str("no persistent volume as asked for"),
            Self::Reservation => f.write_str("nothing reserved with the task's labels"),
            Self::Attribute(unmet)
            | Self::Limit(unmet)
            | Self::Same(unmet)
            | Self::Even(unmet)
            | Self::Spread(unmet)
            | Self::Near(unmet)
            | Self::Away(unmet) => unmet.fmt(f),
            Self::AwayOfOther => f.write_str("a running task refuses this one nearby"),
            Self::Exclusive => f.write_str("the agent is wanted exclusively"),
            Self::Maintenance => f.write_str("maintenance is planned"),
            Self::Region => f.write_str("another region"),
            Self::Scarce => f.write_str("kept for tasks that need GPUs"),
            Self::GroupLimit => f.write_str("the group has reached its limit"),
            Self::AgentFull => f.write_str("the agent runs as many tasks as it may"),
        }
    }
}
