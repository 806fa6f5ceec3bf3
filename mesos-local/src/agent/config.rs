//! How an agent is set up.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use mesos_sdk::proto::v1::AgentInfo;
use tokio::sync::mpsc;

use super::in_process::InProcessExecutors;
use crate::messages::{FromAgent, ToAgent};

/// How to set up one agent.
#[derive(Clone, Debug)]
pub(crate) struct AgentConfig {
    /// Without id and port: they are filled in.
    pub(crate) info: AgentInfo,
    /// Where sandboxes are made; it exists.
    pub(crate) work_dir: PathBuf,
    /// Whether they are made at all. If not, only executors in this process can be started.
    pub(crate) on_disk: bool,
    /// Where executors connect to; port 0 takes a free one.
    pub(crate) address: SocketAddr,
    /// Whether to listen there. If not, only executors in this process reach the agent.
    pub(crate) listen: bool,
    /// The agent's name in its own process: `slave(1)`.
    pub(crate) name: String,
    /// How long a new executor may take to subscribe.
    pub(crate) executor_registration_timeout: Duration,
    /// How long executors may take to subscribe again after the agent was restarted.
    pub(crate) executor_reregistration_timeout: Duration,
    /// How long an executor may take to obey SHUTDOWN, unless its info says otherwise.
    pub(crate) executor_shutdown_grace_period: Duration,
    /// Where to listen for executors beside or instead of the address.
    pub(crate) domain_socket: Option<PathBuf>,
    pub(crate) in_process: InProcessExecutors,
    /// Whether executors get a token, and have to show it.
    pub(crate) authenticate_executors: bool,
    /// The wall clock at the start, since the Unix epoch; from then on tokio's clock counts.
    pub(crate) epoch: Duration,
    /// Where ids come from: another number, other ids.
    pub(crate) seed: u64,
}

impl AgentConfig {
    /// An agent with the defaults of a real one, on a free port of loopback.
    pub(crate) fn new(info: AgentInfo, work_dir: PathBuf) -> Self {
        Self {
            info,
            work_dir,
            on_disk: true,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            listen: true,
            name: "slave(1)".to_owned(),
            executor_registration_timeout: Duration::from_secs(60),
            executor_reregistration_timeout: Duration::from_secs(2),
            executor_shutdown_grace_period: Duration::from_secs(5),
            domain_socket: None,
            in_process: InProcessExecutors::default(),
            authenticate_executors: false,
            epoch: std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default(),
            seed: 0,
        }
    }
}

/// The agent's ends of the channels to and from one master. Either end's drop loses the master.
#[derive(Debug)]
pub(crate) struct MasterLink {
    pub(crate) to_master: mpsc::Sender<FromAgent>,
    pub(crate) from_master: mpsc::Receiver<ToAgent>,
}
