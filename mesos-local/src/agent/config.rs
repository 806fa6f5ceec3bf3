//! The configuration of an agent.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use mesos_sdk::proto::v1::AgentInfo;
use tokio::sync::mpsc;

use super::in_process::InProcessExecutors;
use crate::messages::{FromAgent, ToAgent};

/// The configuration of one agent.
#[derive(Clone, Debug)]
pub(crate) struct AgentConfig {
    /// The agent's info without id and port, which the agent fills in.
    pub(crate) info: AgentInfo,
    /// The texts that gave its resources and attributes.
    pub(crate) resources: String,
    pub(crate) attributes: String,
    /// The directory for sandboxes. It must exist.
    pub(crate) work_dir: PathBuf,
    /// Whether the agent creates sandboxes. If not, it can only start executors in this process.
    pub(crate) on_disk: bool,
    /// The address at which executors connect. With port 0 the agent picks a free port.
    pub(crate) address: SocketAddr,
    /// Whether the agent listens there. If not, only executors in this process can reach it.
    pub(crate) listen: bool,
    /// The agent's libprocess id: `slave(1)`.
    pub(crate) name: String,
    /// How long a new executor may take to subscribe.
    pub(crate) executor_registration_timeout: Duration,
    /// How long executors may take to resubscribe after the agent has restarted.
    pub(crate) executor_reregistration_timeout: Duration,
    /// How long an executor may take to obey SHUTDOWN, unless its info sets another time.
    pub(crate) executor_shutdown_grace_period: Duration,
    /// A Unix domain socket where the agent listens for executors, too.
    pub(crate) domain_socket: Option<PathBuf>,
    pub(crate) in_process: InProcessExecutors,
    /// Whether executors get a token and must present it.
    pub(crate) authenticate_executors: bool,
    /// The wall clock at the start, since the Unix epoch. From then on tokio's clock counts.
    pub(crate) epoch: Duration,
    /// The seed that ids derive from. Another seed gives other ids.
    pub(crate) seed: u64,
}

impl AgentConfig {
    /// Returns the defaults of a real agent, on a free port of loopback.
    pub(crate) fn new(info: AgentInfo, work_dir: PathBuf) -> Self {
        Self {
            info,
            resources: String::new(),
            attributes: String::new(),
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

/// The agent's ends of the channels to and from one master. Dropping either end loses the master.
#[derive(Debug)]
pub(crate) struct MasterLink {
    pub(crate) to_master: mpsc::Sender<FromAgent>,
    pub(crate) from_master: mpsc::Receiver<ToAgent>,
}
