//! Faults of a cluster that can inject them.

use std::fmt;

use async_trait::async_trait;

/// A fault that the page offers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// What [`Faults::inject`] takes.
    pub name: &'static str,
    /// What it does, in a few words.
    pub text: &'static str,
    /// Whether it happens to an agent.
    pub of_agent: bool,
}

impl Fault {
    /// Creates a fault of the master.
    pub const fn of_master(name: &'static str, text: &'static str) -> Self {
        Self { name, text, of_agent: false }
    }

    /// Creates a fault of one agent.
    pub const fn of_agent(name: &'static str, text: &'static str) -> Self {
        Self { name, text, of_agent: true }
    }
}

/// A cluster that can inject faults, such as an embedded one.
#[async_trait]
pub trait Faults: fmt::Debug + Send + Sync {
    /// Returns the faults, in the order in which they are shown.
    fn list(&self) -> Vec<Fault>;

    /// Returns what the agents are called: their addresses, by index.
    fn agents(&self) -> Vec<String>;

    /// Injects a fault, into the agent with this index if it is one of an agent. The error is text
    /// for people.
    async fn inject(&self, name: &str, agent: Option<usize>) -> Result<(), String>;
}
