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

/// Asks one agent, and tells it, what operators want. Clones share one connection.
///
/// Methods are named after the calls of Mesos' [operator API], and give the part of the answer that is theirs. They try
/// again, and fail, as those of [`MasterOperator`](super::MasterOperator) do.
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
    /// A client of the agent at this address. Nothing is sent before the first call.
    pub fn new(address: Address) -> Self {
        Self { line: Line::new("agent", Master::from(address), "/api/v1") }
    }

    /// Where the agent has its API, as in `/slave(1)/api/v1` for one that shares its process with others. Default:
    /// `/api/v1`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`] if `path` is no path.
    pub fn with_path(mut self, path: &str) -> Result<Self, Error> {
        let parsed: http::Uri = path.parse().map_err(|error| {
            Error::new(ErrorKind::Invalid, format!("{path:?} is no path: write it as in /api/v1"))
                .with_source(error)
        })?;
        self.line.change().endpoint.path = parsed;
        Ok(self)
    }
}
