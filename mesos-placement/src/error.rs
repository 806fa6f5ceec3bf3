//! What can't be right, whatever the cluster.

/// A part of the input that makes no sense. Nothing of it is taken over.
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
    /// An agent makes no sense.
    #[error("agent {agent:?}: {problem}")]
    Agent {
        /// The agent's id.
        agent: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The settings make no sense.
    #[error("settings: {0}")]
    Settings(String),
    /// A constraint that can't be met, or a pattern that can't be read.
    #[error("{0}")]
    Constraint(String),
}
