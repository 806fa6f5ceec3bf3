//! Why a cluster does not start.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use mesos_sdk::resources::{AttributesError, ResourcesError};

/// A cluster did not start. Nothing of it is left running.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The agents' resources make no sense.
    #[error("{text:?} is not a valid list of resources: write it as in cpus:8;mem:8192;ports:[31000-32000]")]
    Resources {
        /// What was given.
        text: String,
        /// What is wrong with it.
        source: ResourcesError,
    },
    /// The file that a setting names can't be read.
    #[error("can't read {}, which a setting names as file://…: name a readable text file", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why it can't be read.
        source: io::Error,
    },
    /// The agents' attributes make no sense.
    #[error("{text:?} is not a valid list of attributes: write it as in rack:a;generation:3")]
    Attributes {
        /// What was given.
        text: String,
        /// What is wrong with it.
        source: AttributesError,
    },
    /// The text is not a valid list of fault domains.
    #[error("{text:?} is not a valid list of fault domains: write it as in eu/eu-1,us/us-1")]
    Domains {
        /// What was given.
        text: String,
    },
    /// The master's port can't be listened on.
    #[error("can't listen on {address}: choose another port, or 0 for a free one")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The folder for sandboxes can't be made.
    #[error("can't make the folder {} for sandboxes: choose one that can be written to", path.display())]
    WorkDir {
        /// The folder.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// It is larger than a cluster can be.
    #[error("{asked} are more {what} than the {limit} that a cluster can have: ask for fewer")]
    TooLarge {
        /// Of what there are too many.
        what: &'static str,
        /// How many were wanted; at least as many.
        asked: usize,
        /// How many there may be.
        limit: usize,
    },
    /// The ports of the last agents would be above 65535.
    #[error(
        "from port {first} on, there are not enough ports for {agents} agents: choose a lower port for the first agent, \
         or 0 for free ones"
    )]
    AgentPorts {
        /// The port of the first agent.
        first: u16,
        /// How many agents there are.
        agents: usize,
    },
    /// An agent finds no free port, or no place for its domain socket.
    #[error("agent {index} can't listen for executors")]
    Agent {
        /// Which one, counted from 0.
        index: usize,
        /// The error of the operating system.
        source: io::Error,
    },
}
