//! What a master knows beside the message that it looks at.

use crate::proto::v1::ExecutorInfo;
use crate::resources::Resources;

/// What is known of the cluster when tasks are looked at. What is not known is not checked; `()`
/// knows nothing.
pub trait Context {
    /// Returns the framework that launches.
    fn framework_id(&self) -> Option<&str> {
        None
    }

    /// Returns the agent of the offer.
    fn agent_id(&self) -> Option<&str> {
        None
    }

    /// Returns what is left of the offered resources, allocated to the offer's role.
    fn offered(&self) -> Option<&Resources> {
        None
    }

    /// Returns whether a task of the framework has this id already.
    fn task(&self, id: &str) -> InUse {
        let _ = id;
        InUse::No
    }

    /// Returns the framework's executor with this id that runs on the agent.
    fn executor(&self, id: &str) -> Option<&ExecutorInfo> {
        let _ = id;
        None
    }

    /// Returns `share_cgroups` of the tasks that run in this executor on the agent; unset counts as
    /// true.
    fn share_cgroups(&self, executor: &str) -> Vec<bool> {
        let _ = executor;
        Vec::new()
    }
}

impl Context for () {}

/// Whether an id is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InUse {
    /// It is free.
    No,
    /// A task has it that has not ended.
    Running,
    /// A task on an unreachable agent has it.
    Unreachable,
}
