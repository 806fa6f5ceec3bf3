//! A running cluster of either kind.

use std::fmt;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::http::Request;
use crate::real::RealMesos;

/// How long the master may take until its state is as a test wants it.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks at the master's state.
const POLL: Duration = Duration::from_millis(50);

/// Which Mesos.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `mesos-local`, in this process.
    Embedded,
    /// Apache Mesos 1.11.0, by `tools/real-mesos`.
    Real,
    /// The same with three masters that elect a leader in ZooKeeper.
    RealHa,
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Embedded => "embedded",
            Self::Real => "real",
            Self::RealHa => "real_ha",
        })
    }
}

/// A running cluster of one master, or of several, and some agents. It ends when this is dropped, with all that runs on it.
#[derive(Debug)]
pub struct Judge {
    kind: Kind,
    address: String,
    cluster: RealMesos,
}

impl Judge {
    /// A cluster of either kind, ready to take frameworks, all its agents registered.
    pub async fn start(kind: Kind, agents: usize) -> Result<Self> {
        match kind {
            Kind::Embedded => bail!("not there yet"),
            Kind::Real => Self::real(agents).await,
            Kind::RealHa => Self::by_tool(kind, agents, &["--ha", "--masters", "3"]).await,
        }
    }

    /// A real Mesos. Fails if this machine can't run one; `cargo xtask real-mesos check` says why.
    pub async fn real(agents: usize) -> Result<Self> {
        Self::by_tool(Kind::Real, agents, &[]).await
    }

    async fn by_tool(kind: Kind, agents: usize, options: &[&str]) -> Result<Self> {
        let cluster = RealMesos::up(agents, options).await?;
        Ok(Self { kind, address: cluster.leader().await?.context("the cluster has no leader")?, cluster })
    }

    /// Which one it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The `host:port` of the master that led at the start.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The `host:port` of every master.
    pub fn masters(&self) -> &[String] {
        self.cluster.masters()
    }

    /// The `host:port` of the master that leads now, if one does.
    pub async fn leader(&self) -> Result<Option<String>> {
        self.cluster.leader().await
    }

    /// Ends a master at once, as SIGKILL does.
    pub async fn kill_master(&self, master: usize) -> Result<()> {
        self.cluster.command("kill master", master).await
    }

    /// What the master answers to `GET /master/state`.
    pub async fn state(&self) -> Result<Value> {
        Request::get("/master/state").send(self.address()).await?.json().await
    }

    /// What the master's state says of a framework that has not been removed.
    pub async fn framework(&self, id: &str) -> Result<Value> {
        find(&self.state().await?["frameworks"], id)
            .with_context(|| format!("the master knows no framework {id}"))
    }

    /// Returns when the master has noticed that this framework's stream is closed.
    pub async fn disconnected(&self, framework: &str) -> Result<()> {
        self.until(|state| find(&state["frameworks"], framework).is_some_and(|it| it["connected"] == false))
            .await
    }

    /// Returns when the master has removed this framework.
    pub async fn completed(&self, framework: &str) -> Result<()> {
        self.until(|state| find(&state["completed_frameworks"], framework).is_some()).await
    }

    /// Returns when the master's state is as wanted.
    pub async fn until(&self, wanted: impl Fn(&Value) -> bool) -> Result<()> {
        let give_up = Instant::now() + PATIENCE;
        while !wanted(&self.state().await?) {
            ensure!(Instant::now() < give_up, "the master's state is not as wanted within {PATIENCE:?}");
            sleep(POLL).await;
        }
        Ok(())
    }

    /// Ends an agent at once, as SIGKILL does. Its executors live on.
    pub async fn kill_agent(&self, agent: usize) -> Result<()> {
        self.cluster.command("kill agent", agent).await
    }

    /// Starts an agent that was killed, with the same work folder.
    pub async fn start_agent(&self, agent: usize) -> Result<()> {
        self.cluster.command("start agent", agent).await
    }

    /// Stops an agent from doing anything, its connections staying open, as SIGSTOP does.
    pub async fn freeze_agent(&self, agent: usize) -> Result<()> {
        self.cluster.command("stop agent", agent).await
    }

    /// Lets a frozen agent go on.
    pub async fn thaw_agent(&self, agent: usize) -> Result<()> {
        self.cluster.command("cont agent", agent).await
    }
}

fn find(frameworks: &Value, id: &str) -> Option<Value> {
    frameworks.as_array()?.iter().find(|framework| framework["id"] == id).cloned()
}
