//! The cluster and the proxies before it, and what is done to them.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use testkit::{Backend, FACE, LinkFault, Places, Proxy, TestCluster};
use tokio::time::{Duration, Instant, sleep};

use crate::executors::Executors;
use crate::fault::{Fault, Link, Victim};
use crate::framework::Framework;
use crate::plan::{MAX_SCHEDULERS, Shape};

/// How long a leader is waited for that is to be killed.
const ELECTION: Duration = Duration::from_secs(15);
const POLL: Duration = Duration::from_millis(200);
const NO_MEMBER: &str = "no process of the cluster";
/// Agents are given up when they are silent for 15 seconds, not 75, so that it happens. What is
/// there again after that finds its executors waiting: several times as long as a start takes on a
/// busy machine.
const VARIABLES: [&str; 3] = [
    "MESOS_AGENT_PING_TIMEOUT=3secs",
    "MESOS_MAX_AGENT_PING_TIMEOUTS=5",
    "MESOS_EXECUTOR_REREGISTRATION_TIMEOUT=15secs",
];

/// A cluster that can be tormented.
#[derive(Debug)]
pub struct World {
    cluster: TestCluster,
    proxies: Vec<(Link, Proxy)>,
    /// The leader that was killed or frozen, until it is back.
    leader: Option<usize>,
    frozen: Option<Pid>,
}

impl From<TestCluster> for World {
    fn from(cluster: TestCluster) -> Self {
        Self { cluster, proxies: Vec::new(), leader: None, frozen: None }
    }
}

impl World {
    /// Creates a cluster of this kind with proxies before its masters; of several masters, before
    /// its ZooKeeper and agents too.
    pub async fn behind_proxies(backend: Backend, agents: usize) -> Result<Self> {
        let (cluster, proxies) = TestCluster::behind(backend, agents, &VARIABLES, before).await?;
        Ok(Self { proxies, ..Self::from(cluster) })
    }

    /// Returns what there is to torment of this framework: of a launcher, two schedulers where
    /// there is a ZooKeeper.
    pub fn shape(&self, framework: Framework) -> Shape {
        let masters = self.cluster.masters().len();
        let schedulers = if framework == Framework::Launcher && masters > 1 { 2 } else { 1 };
        Shape { masters, agents: self.cluster.agents().len(), schedulers }
    }

    pub(crate) fn cluster(&self) -> &TestCluster {
        &self.cluster
    }

    /// Returns the master for the scheduler.
    pub(crate) fn master(&self) -> String {
        match self.proxies.is_empty() {
            true => self.cluster.zookeeper().unwrap_or(self.cluster.address()).to_owned(),
            false => self.cluster.face(),
        }
    }

    /// Returns the store in ZooKeeper for this scheduler, if there is a ZooKeeper.
    pub(crate) fn store(&self, scheduler: usize) -> Option<String> {
        let zookeeper = self.cluster.zookeeper()?.trim_start_matches("zk://");
        let own = self.proxies.iter().find(|(link, _)| *link == Link::Store(scheduler));
        let server = own.map_or(zookeeper.split('/').next()?, |(_, proxy)| proxy.address());
        Some(format!("zk://{server}/launchers/acceptance"))
    }

    /// Returns how many connections the proxies have cut.
    pub(crate) fn connections_lost(&self) -> usize {
        self.proxies.iter().map(|(_, proxy)| proxy.lost()).sum()
    }

    /// Does it; the scheduler is not of this world.
    pub(crate) async fn begin(&mut self, fault: Fault, executors: &Executors) -> Result<()> {
        match fault {
            Fault::Kill(Victim::Executor(which)) => executors.signal(which, Signal::KILL).map(drop),
            Fault::Freeze(Victim::Executor(which)) => {
                self.frozen = Some(executors.signal(which, Signal::STOP)?);
                Ok(())
            }
            Fault::Links(link, fault) => self.set(link, fault),
            Fault::Intrude => bail!("{NO_MEMBER}"),
            Fault::Kill(Victim::Leader) if self.cluster.masters().len() == 1 => {
                self.cluster.restart_master().await
            }
            Fault::Kill(victim) => {
                let member = self.member(victim).await?;
                self.kill(member).await
            }
            Fault::Freeze(victim) => {
                let member = self.member(victim).await?;
                self.freeze(member).await
            }
        }
    }

    /// Takes it back.
    pub(crate) async fn end(&mut self, fault: Fault) -> Result<()> {
        match fault {
            Fault::Freeze(Victim::Executor(_)) => {
                let frozen = self.frozen.take().context("nobody was frozen")?;
                Ok(kill_process(frozen, Signal::CONT)?)
            }
            Fault::Links(link, _) => self.set(link, LinkFault::None),
            Fault::Intrude => bail!("{NO_MEMBER}"),
            Fault::Kill(Victim::Leader) if self.cluster.masters().len() == 1 => Ok(()),
            Fault::Kill(victim) => {
                let member = self.member_again(victim)?;
                self.start(member).await
            }
            Fault::Freeze(victim) => {
                let member = self.member_again(victim)?;
                self.thaw(member).await
            }
        }
    }

    fn set(&self, link: Link, fault: LinkFault) -> Result<()> {
        let mut all = self.proxies.iter();
        let (_, proxy) = all.find(|(to, _)| *to == link).with_context(|| format!("no proxy {link}"))?;
        proxy.set(fault);
        Ok(())
    }

    async fn kill(&self, victim: Victim) -> Result<()> {
        match victim {
            Victim::Master(which) => self.cluster.kill_master(which).await,
            Victim::Agent(which) => self.cluster.kill_agent(which).await,
            Victim::ZooKeeper => self.cluster.kill_zookeeper().await,
            Victim::Leader | Victim::Executor(_) | Victim::Scheduler(_) => bail!("{NO_MEMBER}"),
        }
    }

    async fn start(&self, victim: Victim) -> Result<()> {
        match victim {
            Victim::Master(which) => self.cluster.start_master(which).await,
            Victim::Agent(which) => self.cluster.start_agent(which).await,
            Victim::ZooKeeper => self.cluster.start_zookeeper().await,
            Victim::Leader | Victim::Executor(_) | Victim::Scheduler(_) => bail!("{NO_MEMBER}"),
        }
    }

    async fn freeze(&self, victim: Victim) -> Result<()> {
        match victim {
            Victim::Master(which) => self.cluster.freeze_master(which).await,
            Victim::Agent(which) => self.cluster.freeze_agent(which).await,
            Victim::ZooKeeper => self.cluster.freeze_zookeeper().await,
            Victim::Leader | Victim::Executor(_) | Victim::Scheduler(_) => bail!("{NO_MEMBER}"),
        }
    }

    async fn thaw(&self, victim: Victim) -> Result<()> {
        match victim {
            Victim::Master(which) => self.cluster.thaw_master(which).await,
            Victim::Agent(which) => self.cluster.thaw_agent(which).await,
            Victim::ZooKeeper => self.cluster.thaw_zookeeper().await,
            Victim::Leader | Victim::Executor(_) | Victim::Scheduler(_) => bail!("{NO_MEMBER}"),
        }
    }

    /// Returns who that is now; a leader is remembered.
    async fn member(&mut self, victim: Victim) -> Result<Victim> {
        if victim != Victim::Leader {
            return Ok(victim);
        }
        let give_up = Instant::now() + ELECTION;
        let leader = loop {
            match self.cluster.leader().await? {
                Some(leader) => break leader,
                None if Instant::now() >= give_up => bail!("nobody leads"),
                None => sleep(POLL).await,
            }
        };
        self.leader = self.cluster.masters().iter().position(|master| *master == leader);
        self.leader.map(Victim::Master).with_context(|| format!("{leader} leads and is none of the masters"))
    }

    /// Returns who that was then.
    fn member_again(&mut self, victim: Victim) -> Result<Victim> {
        match victim {
            Victim::Leader => self.leader.take().map(Victim::Master).context("nobody led"),
            other => Ok(other),
        }
    }
}

/// Returns the proxies of all members, and those before ZooKeeper's own for the schedulers.
async fn before(places: Places) -> Result<Vec<(Link, Proxy)>> {
    let zookeeper = places.zookeeper.iter().cloned().map(|to| (Link::ZooKeeper, to));
    let masters = places.masters.into_iter().enumerate().map(|(which, to)| (Link::Master(which), to));
    let agents = places.agents.into_iter().enumerate().map(|(which, to)| (Link::Agent(which), to));
    let mut proxies = Vec::new();
    for (link, to) in zookeeper.chain(masters).chain(agents) {
        let to: SocketAddr = to.parse()?;
        proxies.push((link, Proxy::at(SocketAddr::new(FACE.parse()?, to.port()), to).await?));
    }
    for (to, scheduler) in places.zookeeper.first().into_iter().cycle().zip(0..MAX_SCHEDULERS) {
        let to = SocketAddr::new(FACE.parse()?, to.parse::<SocketAddr>()?.port());
        proxies.push((Link::Store(scheduler), Proxy::at("127.0.0.1:0".parse()?, to).await?));
    }
    Ok(proxies)
}
