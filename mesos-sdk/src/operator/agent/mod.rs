//! The operator API of an agent.

mod attach;
mod containers;
mod files;
mod images;
mod nested;
mod process;
mod providers;
mod state;

pub use attach::{ContainerInput, ProcessOutput};

use super::client::client;
use super::line::Line;
use crate::{Address, Error, ErrorKind, Master};

/// A client for the operator API of one agent. Clones share one connection.
///
/// Each method is named after its call in Mesos' [operator API], and returns the part of the
/// response that belongs to the call. Methods retry and fail like those of
/// [`MasterOperator`](super::MasterOperator).
///
/// ```no_run
/// use mesos_sdk::Address;
/// use mesos_sdk::operator::AgentOperator;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), mesos_sdk::Error> {
/// let operator = AgentOperator::new(Address::new("10.0.0.3", 5051));
/// for container in operator.get_containers(true, true).await?.containers {
///     println!("{:?} uses {:?}", container.container_id, container.resource_statistics);
/// }
/// # Ok(())
/// # }
/// ```
///
/// [operator API]: https://mesos.apache.org/documentation/latest/operator-http-api/
#[derive(Clone, Debug)]
pub struct AgentOperator {
    pub(super) line: Line,
}

client!(AgentOperator of agent);

impl AgentOperator {
    /// Creates a client for the agent at this address. It sends nothing before the first call.
    pub fn new(address: Address) -> Self {
        Self { line: Line::new("agent", Master::from(address), "/api/v1") }
    }

    /// Sets the path of the agent's API, such as `/slave(1)/api/v1` for an agent that shares its
    /// process with others. Default: `/api/v1`.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Invalid`] if `path` is not a valid path.
    pub fn path(mut self, path: &str) -> Result<Self, Error> {
        let parsed: http::Uri = path.parse().map_err(|error| {
            Error::new(ErrorKind::Invalid, format!("{path:?} is not a valid path: write it as in /api/v1"))
                .with_source(error)
        })?;
        self.line.change().endpoint.path = parsed;
        Ok(self)
    }
}
