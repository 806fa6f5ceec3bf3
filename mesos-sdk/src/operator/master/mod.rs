//! The operator API of the master.

mod agents;
mod files;
mod maintenance;
mod process;
mod resources;
mod roles;
mod state;

use super::client::client;
use super::events::Events;
use super::line::Line;
use crate::Master;

/// Asks the leading master, and tells it, what operators want. Clones share one connection.
///
/// It finds the leader as drivers do, follows redirects, and tries again what failed for now: calls that only ask in
/// any case, calls that change something only if they were certainly not sent or nobody took them. Methods are named
/// after the calls of Mesos' [operator API], and give the part of the answer that is theirs.
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
/// Methods fail with the [kind](crate::ErrorKind) that says what to do: `Rejected`, `NotFound`, `Conflict`,
/// `Unauthorized` and `Forbidden` for what the master refuses, `Timeout` when there was no answer within
/// [`call_timeout`](Self::call_timeout), `Unreachable`, `Unavailable` and `Disconnected` when all attempts
/// have failed, `NotMesos` for an answer that is none, `Undecodable` for one that can't be decoded, and `Invalid` for one that is larger than
/// [`max_response_size`](Self::max_response_size).
///
/// [operator API]: https://mesos.apache.org/documentation/latest/operator-http-api/
#[derive(Clone, Debug)]
pub struct MasterOperator {
    pub(super) line: Line,
}

client!(MasterOperator of master);

impl MasterOperator {
    /// A client of the leading master. Nothing is sent before the first call.
    pub fn new(master: impl Into<Master>) -> Self {
        Self { line: Line::new("master", master.into(), "/api/v1") }
    }

    /// What happens in the cluster: the state as it is, then each change to it (SUBSCRIBE).
    ///
    /// When the subscription is lost, or five heartbeats in a row are missing, or another master leads, it subscribes
    /// again, after growing, random waits, for as long as anyone waits for the next item; the new state comes first
    /// again. It ends after an error that trying again can't mend: a malformed address, no Mesos there, no
    /// permission. Types of events that this version does not know are passed over.
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
