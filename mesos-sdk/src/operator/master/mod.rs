//! The operator API of the master.

mod agents;
mod files;
mod maintenance;
mod process;
mod resources;
mod roles;
mod state;
mod streams;

use super::client::client;
use super::events::Events;
use super::line::Line;
use crate::Master;

/// A client for the operator API of the leading master. Clones share one connection.
///
/// It finds the leader as drivers do, and follows redirects. After a temporary failure it tries
/// again: calls that only read in any case, calls that change something only if they were certainly
/// not sent or no master accepted them. Each method is named after its call in Mesos' [operator
/// API], and returns the part of the response that belongs to the call.
///
/// ```no_run
/// use mesos_sdk::Master;
/// use mesos_sdk::operator::MasterOperator;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), mesos_sdk::Error> {
/// let operator = MasterOperator::new("10.0.0.1:5050".parse::<Master>()?);
/// for agent in operator.get_agents().await?.agents {
///     println!("{} is active: {}", agent.agent_info.hostname, agent.active);
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// The [kind](crate::ErrorKind) of an error determines what to do. `Rejected`, `NotFound`,
/// `Conflict`, `Unauthorized` and `Forbidden` mean that the master refused the call. `Timeout`
/// means that no response came within
/// [`ClientOptions::call_timeout`](crate::ClientOptions::call_timeout). `Unreachable`,
/// `Unavailable` and `Disconnected` mean that all attempts have failed. `NotMesos` stands for an
/// response that does not come from Mesos, `Undecodable` for one that can't be decoded, and
/// `Invalid` for one that is larger than
/// [`ClientOptions::max_message_size`](crate::ClientOptions::max_message_size).
///
/// [operator API]: https://mesos.apache.org/documentation/latest/operator-http-api/
#[derive(Clone, Debug)]
pub struct MasterOperator {
    pub(super) line: Line,
}

client!(MasterOperator of master);

impl MasterOperator {
    /// Creates a client for the leading master. It sends nothing before the first call.
    pub fn new(master: impl Into<Master>) -> Self {
        Self { line: Line::new("master", master.into(), "/api/v1") }
    }

    /// Subscribes to the cluster's events: first its state, then each change to it (SUBSCRIBE).
    ///
    /// If the connection breaks, five heartbeats in a row are missing, or another master leads, it
    /// subscribes again after growing, random waits, for as long as you wait for the next item. The
    /// new state then comes first again. The stream ends after an error that a retry can't fix: a
    /// malformed address, a server that is not Mesos, or missing permission. Events of types that
    /// this version does not know are skipped.
    ///
    /// ```no_run
    /// use futures::StreamExt as _;
    /// use mesos_sdk::operator::{ClusterEvent, MasterOperator};
    ///
    /// # async fn example(operator: MasterOperator) -> Result<(), mesos_sdk::Error> {
    /// let mut events = operator.events();
    /// while let Some(event) = events.next().await {
    ///     match event? {
    ///         ClusterEvent::Snapshot(state) => println!("from the start: {:?}", state.get_tasks),
    ///         ClusterEvent::TaskUpdated(update) => println!("{:?}", update.state()),
    ///         ClusterEvent::Disconnected(error) => eprintln!("{error:#}"),
    ///         _ => {}
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn events(&self) -> Events {
        Events::new(&self.line)
    }
}
