//! How a cluster is set up.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use mesos_sdk::proto::v1::{AgentInfo, DomainInfo};
use mesos_sdk::resources::{Attributes, Resources};
use mesos_sdk::security::Basic;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::availability::Availability;
use super::clock::Clock;
use super::crowd::SimulatedAgents;
use super::domains;
use super::endpoint::Endpoint;
use super::flag;
use super::leader::Leader;
use super::leader_client::LeaderClient;
use super::member::Member;
use super::work_dir::WorkDir;
use super::{Cluster, StartError};
use crate::InProcessExecutors;
use crate::agent::AgentConfig;
use crate::master::{AGENT_TIMEOUT, Config, MAX_OFFERS_PER_FRAMEWORK};
use crate::server::{Credentials, QueueLimits, Server};

/// What an agent has by default.
pub(super) const DEFAULT_RESOURCES: &str = "cpus:8;mem:8192;disk:10240;ports:[31000-32000]";

/// How many agents a cluster may have, and how many a crowd.
const MAX_AGENTS: usize = 100_000;
/// How many tasks a crowd may have.
const MAX_CROWD_TASKS: usize = 10_000_000;

const LAST_PORT: usize = u16::MAX as usize;

/// 2200: nanoseconds since 1970 have room in 64 bits for some decades more.
const LATEST_EPOCH: Duration = Duration::from_secs(7_258_118_400);

/// What a master in memory is called, where nobody listens.
const MASTER_PORT: u16 = 5050;

/// A cluster to be; see [`Cluster::builder`].
#[derive(Clone, Debug)]
pub struct Builder {
    agents: usize,
    resources: String,
    attributes: String,
    master_domain: String,
    agent_domains: String,
    port: u16,
    agent_port: u16,
    work_dir: Option<PathBuf>,
    agent_timeout: Duration,
    root_submissions: bool,
    in_process: InProcessExecutors,
    credentials: Credentials,
    authenticate_executors: bool,
    domain_sockets: bool,
    in_memory: Option<Duration>,
    seed: u64,
    max_offers: usize,
    queue: QueueLimits,
    crowd: Option<SimulatedAgents>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            agents: 1,
            resources: DEFAULT_RESOURCES.to_owned(),
            attributes: String::new(),
            master_domain: String::new(),
            agent_domains: String::new(),
            port: 0,
            agent_port: 0,
            work_dir: None,
            agent_timeout: AGENT_TIMEOUT,
            root_submissions: true,
            in_process: InProcessExecutors::default(),
            credentials: Credentials::default(),
            authenticate_executors: false,
            domain_sockets: false,
            in_memory: None,
            // Chance, once: two clusters have different ids.
            seed: uuid::Uuid::new_v4().as_u64_pair().0,
            max_offers: MAX_OFFERS_PER_FRAMEWORK,
            queue: QueueLimits::default(),
            crowd: None,
        }
    }
}

impl Builder {
    /// Sets the number of agents, which may be 0. Default: 1.
    #[must_use]
    pub fn agents(self, agents: usize) -> Self {
        Self { agents, ..self }
    }

    /// Sets what each agent has, in Mesos' text form or its JSON, or as `file:///path` of a file
    /// with such a text; eight CPUs, 8 GiB of memory, 10 GiB of disk and the ports from 31000 to
    /// 32000 by default. Nothing is taken from the machine, and nothing is enforced.
    #[must_use]
    pub fn resources(self, resources: impl Into<String>) -> Self {
        Self { resources: resources.into(), ..self }
    }

    /// Sets the attributes of each agent, as in `rack:a;generation:3`, or as `file:///path` of a
    /// file with such a text, in which line ends separate attributes, too. Default: none.
    #[must_use]
    pub fn attributes(self, attributes: impl Into<String>) -> Self {
        Self { attributes: attributes.into(), ..self }
    }

    /// Sets the master's fault domain, a region and a zone as in `eu/eu-1`. Default: none.
    #[must_use]
    pub fn master_domain(self, domain: impl Into<String>) -> Self {
        Self { master_domain: domain.into(), ..self }
    }

    /// Sets the fault domains of the agents, which take them in turn, as in `eu/eu-1,us/us-1`.
    /// Default: none. The master must have a domain, too, or it ignores these agents. Only
    /// frameworks with the capability `REGION_AWARE` are offered agents of another region than the
    /// master's.
    #[must_use]
    pub fn agent_domains(self, domains: impl Into<String>) -> Self {
        Self { agent_domains: domains.into(), ..self }
    }

    /// Sets the master's port on loopback; 0, the default, takes a free one.
    #[must_use]
    pub fn port(self, port: u16) -> Self {
        Self { port, ..self }
    }

    /// Sets the first agent's port on loopback; each further agent has the next. With 0, the
    /// default, they take free ones. Some clients look for an agent at 5051, whatever port it
    /// reports.
    #[must_use]
    pub fn agent_port(self, agent_port: u16) -> Self {
        Self { agent_port, ..self }
    }

    /// Sets where sandboxes are made, and kept after the end. By default they are in a temporary
    /// folder that is removed at the end; the environment variable `MESOS_LOCAL_WORK_DIR` names a
    /// folder to keep them in.
    #[must_use]
    pub fn work_dir(self, work_dir: impl Into<PathBuf>) -> Self {
        Self { work_dir: Some(work_dir.into()), ..self }
    }

    /// Sets how long an agent may be away or silent before its tasks are unreachable, at least 100
    /// ms; 75 s by default, as in Mesos.
    #[must_use]
    pub fn agent_timeout(self, agent_timeout: Duration) -> Self {
        Self { agent_timeout: agent_timeout.max(Duration::from_millis(100)), ..self }
    }

    /// Sets whether frameworks may have `root` as their user; they may by default.
    #[must_use]
    pub fn root_submissions(self, root_submissions: bool) -> Self {
        Self { root_submissions, ..self }
    }

    /// Executors that run in this process.
    #[must_use]
    pub fn in_process_executors(self, in_process: InProcessExecutors) -> Self {
        Self { in_process, ..self }
    }

    /// Makes schedulers authenticate, by HTTP basic authentication, as this principal or another
    /// one that was named so; by default they need no credentials.
    ///
    /// As in Mesos with `--authenticate_http_frameworks`: without, the response is 401; a
    /// framework's principal is the authenticated one. The master's pages and its operator API stay
    /// open.
    ///
    /// # Errors
    ///
    /// A principal with a colon in it.
    pub fn credentials(mut self, principal: &str, secret: &str) -> Result<Self, mesos_sdk::Error> {
        self.credentials.add(principal, &Basic::new(principal, secret)?.header());
        Ok(self)
    }

    /// Gives each executor a token in `MESOS_EXECUTOR_AUTHENTICATION_TOKEN`, which it has to
    /// present to its agent, as in Mesos with `--authenticate_http_executors`; by default they need
    /// none.
    #[must_use]
    pub fn executor_authentication(self, on: bool) -> Self {
        Self { authenticate_executors: on, ..self }
    }

    /// Sets whether agents listen for their executors on a domain socket, which lies in the agent's
    /// folder, instead of on a port. Its path may have 107 bytes.
    #[must_use]
    pub fn domain_sockets(self, on: bool) -> Self {
        Self { domain_sockets: on, ..self }
    }

    /// Touches nothing outside this process: no socket, no folder, no other process. The master is
    /// reached through [`Cluster::connector`], agents run [in-process
    /// executors](Self::in_process_executors) alone, and the wall clock begins at `epoch` after
    /// 1970, and at the latest in 2200. On a current-thread runtime with paused time, the same
    /// [`seed`](Self::seed) and the same calls then lead to the same events.
    #[must_use]
    pub fn in_memory(self, epoch: Duration) -> Self {
        Self { in_memory: Some(epoch.min(LATEST_EPOCH)), ..self }
    }

    /// Sets the seed from which the cluster generates all ids. By default they differ each time.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Sets how many offers one framework may hold; 50 by default, which is Mesos' constant. Mesos
    /// 1.11 does not keep to it, and offers all its agents to one framework. 0 disables offers.
    #[must_use]
    pub fn max_offers(self, max_offers: usize) -> Self {
        Self { max_offers, ..self }
    }

    /// Sets how many events, and how many bytes of them, may wait for a subscriber before its
    /// stream is cut: 262,144 and 64 MiB by default, at least 16 and 64 KiB, without which no
    /// subscription could begin. A master that is asked for the state of all tasks sends an event
    /// for each.
    #[must_use]
    pub fn event_queue(self, events: usize, bytes: usize) -> Self {
        Self { queue: QueueLimits::new(events, bytes), ..self }
    }

    /// Agents with running tasks that are only in the master's memory, beside those that really
    /// run.
    #[must_use]
    pub fn simulated_agents(self, crowd: SimulatedAgents) -> Self {
        Self { crowd: Some(crowd), ..self }
    }

    /// Starts the cluster on the current tokio runtime. Agents register on their own; their offers
    /// come as soon as they have.
    pub async fn start(self) -> Result<Cluster, StartError> {
        self.read_flags()?.start_with_values().await
    }

    /// Replaces the names of files by their contents.
    fn read_flags(self) -> Result<Self, StartError> {
        let (resources, attributes) = (flag::value(self.resources)?, flag::value(self.attributes)?);
        Ok(Self { resources, attributes, ..self })
    }

    async fn start_with_values(self) -> Result<Cluster, StartError> {
        self.check_size()?;
        let info = self.agent_info()?;
        let master_domain = domains::parse(&self.master_domain)?.into_iter().next();
        let agent_domains = domains::parse(&self.agent_domains)?;
        let work_dir = match self.in_memory {
            Some(_) => WorkDir::Nowhere,
            None => WorkDir::create(self.work_dir.clone())?,
        };
        let (address, listener) = self.listen().await?;
        let clock = Clock::start(self.in_memory);
        let (mut leader, commands) =
            Leader::new(self.master_config(address.port(), master_domain), clock, self.queue);
        if let Some(crowd) = &self.crowd {
            leader.settle(crowd.messages(&info, self.seed), crowd.run_tasks);
        }
        let availability = Arc::new(Availability::default());
        let endpoint = Endpoint {
            leader: LeaderClient { commands: commands.clone(), availability: Arc::clone(&availability) },
            address: address.to_string(),
            credentials: self.credentials.clone(),
        };
        let mut cluster = Cluster {
            address,
            server: Server::start(Arc::new(endpoint), listener),
            members: Vec::new(),
            commands,
            availability,
            _leader: JoinSet::from_iter([leader.run()]),
            work_dir,
        };
        for index in 0..self.agents {
            let folder = cluster.work_dir.of_agent(index)?;
            let domain = index.checked_rem(agent_domains.len()).and_then(|turn| agent_domains.get(turn));
            let info = AgentInfo { domain: domain.cloned(), ..info.clone() };
            let config = self.agent_config(index, info, folder, clock);
            let member = Member::start(config, &cluster.commands).await;
            cluster.members.push(member.map_err(|source| StartError::Agent { index, source })?);
        }
        Ok(cluster)
    }

    /// Checks that the numbers of agents and tasks are within the limits.
    fn check_size(&self) -> Result<(), StartError> {
        let crowd = self.crowd.as_ref().map_or((0, 0), |crowd| (crowd.agents, crowd.tasks));
        let sizes = [
            ("agents", self.agents, MAX_AGENTS),
            ("agents of a crowd", crowd.0, MAX_AGENTS),
            ("tasks of a crowd", crowd.0.saturating_mul(crowd.1), MAX_CROWD_TASKS),
        ];
        match sizes.into_iter().find(|(_, asked, limit)| asked > limit) {
            Some((what, asked, limit)) => Err(StartError::TooLarge { what, asked, limit }),
            None => self.check_ports(),
        }
    }

    /// Checks that there are ports for all agents.
    fn check_ports(&self) -> Result<(), StartError> {
        let further = self.agents.saturating_sub(1);
        match self.agent_port == 0 || usize::from(self.agent_port).saturating_add(further) <= LAST_PORT {
            true => Ok(()),
            false => Err(StartError::AgentPorts { first: self.agent_port, agents: self.agents }),
        }
    }

    async fn listen(&self) -> Result<(SocketAddr, Option<TcpListener>), StartError> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        if self.in_memory.is_some() {
            return Ok((SocketAddr::from((Ipv4Addr::LOCALHOST, MASTER_PORT)), None));
        }
        let bound = TcpListener::bind(address).await.and_then(|bound| Ok((bound.local_addr()?, Some(bound))));
        bound.map_err(|source| StartError::Listen { address, source })
    }

    /// Returns what all agents have in common.
    fn agent_info(&self) -> Result<AgentInfo, StartError> {
        let resources = Resources::parse(&self.resources, "*")
            .map_err(|source| StartError::Resources { text: self.resources.clone(), source })?;
        let attributes = self.attributes.parse::<Attributes>();
        let attributes =
            attributes.map_err(|source| StartError::Attributes { text: self.attributes.clone(), source })?;
        let hostname = "localhost".to_owned();
        Ok(AgentInfo {
            hostname,
            resources: resources.into(),
            attributes: attributes.into(),
            ..AgentInfo::default()
        })
    }

    fn master_config(&self, port: u16, domain: Option<DomainInfo>) -> Config {
        let hostname = Ipv4Addr::LOCALHOST.to_string();
        let Self { seed, agent_timeout, root_submissions, max_offers, .. } = *self;
        let authenticate_frameworks = !self.credentials.is_empty();
        Config {
            hostname,
            port,
            domain,
            seed,
            agent_timeout,
            authenticate_frameworks,
            root_submissions,
            max_offers,
        }
    }

    fn agent_config(&self, index: usize, info: AgentInfo, work_dir: PathBuf, clock: Clock) -> AgentConfig {
        let port = match self.agent_port {
            0 => 0,
            first => first.saturating_add(u16::try_from(index).unwrap_or(u16::MAX)),
        };
        AgentConfig {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            resources: self.resources.clone(),
            attributes: self.attributes.clone(),
            in_process: self.in_process.clone(),
            authenticate_executors: self.authenticate_executors,
            listen: !self.domain_sockets && self.in_memory.is_none(),
            on_disk: self.in_memory.is_none(),
            domain_socket: self.domain_sockets.then(|| work_dir.join("agent.sock")),
            epoch: clock.now(),
            seed: self.seed.wrapping_add(index as u64),
            ..AgentConfig::new(info, work_dir)
        }
    }
}
