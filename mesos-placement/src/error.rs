//! Errors of a placer: input that is invalid, whatever the cluster.

/// Input that is invalid, whatever the cluster. The placer ignores it, and can be used further.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlacementError {
    /// A task can't be placed anywhere.
    #[error("task {task:?}: {problem}")]
    Task {
        /// The task's id.
        task: String,
        /// What is wrong with it.
        problem: String,
    },
    /// An agent or its offer is invalid.
    #[error("agent {agent:?}: {problem}")]
    Agent {
        /// The agent's id.
        agent: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A setting is invalid.
    #[error("settings: {0}")]
    Settings(String),
    /// A constraint that can't be met, or a pattern that can't be read.
    #[error("{0}")]
    Constraint(String),
}
