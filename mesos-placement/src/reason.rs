//! Why a task has no place.

use std::fmt;

use mesos_sdk::resources::Scalar;

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
    Attribute,
    /// As many tasks as may have this value have it.
    Limit,
    /// The tasks that run have another value.
    Same,
    /// This value has its share of the tasks.
    Even,
    /// The tasks would be spread too unevenly.
    Spread,
    /// No task that it must be near to has this value.
    Near,
    /// A task that it must be away from has this value.
    Away,
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
            Self::Attribute => "attribute".to_owned(),
            Self::Limit => "limit".to_owned(),
            Self::Same => "same".to_owned(),
            Self::Even => "even".to_owned(),
            Self::Spread => "spread".to_owned(),
            Self::Near => "near".to_owned(),
            Self::Away => "away".to_owned(),
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
            Self::Attribute => f.write_str("attributes do not match"),
            Self::Limit => f.write_str("limit of tasks with the same value reached"),
            Self::Same => f.write_str("the other tasks run at another value"),
            Self::Even => f.write_str("this value has its share of the tasks"),
            Self::Spread => f.write_str("tasks would be spread too unevenly"),
            Self::Near => f.write_str("no task to be near to"),
            Self::Away => f.write_str("a task to stay away from"),
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
