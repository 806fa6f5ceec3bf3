//! The cluster: everything put together.

mod availability;
mod builder;
mod changes;
mod clock;
mod connector;
mod crowd;
mod domains;
mod endpoint;
mod error;
mod faults;
mod flag;
mod leader;
mod leader_client;
mod local;
mod member;
mod operator;
mod pages;
mod reporter;
mod work_dir;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;

use mesos_sdk::{Address, Connector, Master};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::master::Page;
use crate::pages::Query;
use crate::server::Server;
use availability::Availability;
use connector::PipeConnector;
use leader::Command;
use member::Member;
use work_dir::WorkDir;

pub use builder::Builder;
pub use crowd::SimulatedAgents;
pub use error::StartError;
pub use local::master;

/// An embedded cluster: a master and its agents.
///
/// It runs on the tokio runtime it was started on. Dropping it ends it at once: connections break,
/// executors are killed, sandboxes removed. [`Cluster::shutdown`] is the orderly way.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), mesos_local::StartError> {
/// let cluster = mesos_local::Cluster::builder().agents(2).resources("cpus:4;mem:2048").start().await?;
/// println!("a master at {}, with {} agents", cluster.address(), cluster.state().await["activated_slaves"]);
/// cluster.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Cluster {
    address: SocketAddr,
    // The order matters when a cluster is dropped: first nobody can connect, then executors end,
    // then folders go.
    server: Server,
    members: Vec<Member>,
    commands: mpsc::Sender<Command>,
    availability: Arc<Availability>,
    /// The master's task: ends with the cluster.
    _leader: JoinSet<()>,
    /// Kept for its end, when a temporary folder is removed.
    work_dir: WorkDir,
}

impl Cluster {
    /// Creates a builder; by default the cluster has one agent.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Returns the address of the master: on loopback, over HTTP.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the master for a driver. It reaches the cluster while that runs, and does not keep
    /// it alive.
    pub fn master(&self) -> Master {
        Master::from(Address::new(self.address.ip().to_string(), self.address.port()))
    }

    /// Connects to the master over pipes in memory, so that tests with paused time need no sockets;
    /// any other address is connected to over TCP.
    pub fn connector(&self) -> Arc<dyn Connector> {
        Arc::new(PipeConnector::new(self.address, self.server.pipes()))
    }

    /// Returns the response to GET `/master/state`: frameworks, tasks, agents (`slaves`) and more,
    /// with the keys of Mesos.
    pub async fn state(&self) -> Value {
        let (sender, state) = oneshot::channel();
        self.command(Command::Page(Page::State, Query::default(), sender)).await;
        state.await.unwrap_or_default()
    }

    /// Returns how many agents the cluster was started with.
    pub fn agents(&self) -> usize {
        self.members.len()
    }

    /// Returns the address on which an agent listens for executors.
    ///
    /// # Panics
    ///
    /// If there is no agent with this index; they count from 0.
    pub fn agent_address(&self, agent: usize) -> SocketAddr {
        self.member(agent).handle.address()
    }

    /// Ends executors in good order, which takes as long as their shutdown grace period at most,
    /// then everything else.
    pub async fn shutdown(mut self) {
        let mut ending: JoinSet<_> = self.members.drain(..).map(|member| member.handle.shutdown()).collect();
        while ending.join_next().await.is_some() {}
    }

    fn member(&self, agent: usize) -> &Member {
        &self.members[agent]
    }

    /// Sends a command to the leader's task, which lives as long as the cluster.
    async fn command(&self, command: Command) {
        let _ = self.commands.send(command).await;
    }
}
