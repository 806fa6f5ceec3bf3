//! A running cluster on either test backend.

use std::fmt;
use std::io::Write as _;
use std::slice;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::http::Request;
use crate::real::RealMesos;

/// How long the master may take until its state is as a test expects it.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often the master's state is polled.
const POLL: Duration = Duration::from_millis(50);

/// A test backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// `mesos-local`, in this process.
    Embedded,
    /// Apache Mesos 1.11.0, started by `tools/real-mesos`.
    Real,
    /// Apache Mesos 1.11.0 with three masters, which elect a leader in ZooKeeper.
    RealHa,
}

impl fmt::Display for Backend {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Embedded => "embedded",
            Self::Real => "real",
            Self::RealHa => "real_ha",
        })
    }
}

/// A running cluster with one or several masters and some agents. Dropping it ends the cluster with
/// all that runs on it.
#[derive(Debug)]
pub struct TestCluster {
    backend: Backend,
    address: String,
    pub(crate) cluster: Running,
}

#[derive(Debug)]
pub(crate) enum Running {
    Embedded(mesos_local::Cluster),
    Real(Box<RealMesos>),
}

impl TestCluster {
    /// Starts a cluster on this backend. All its agents are registered, and it is ready for
    /// frameworks.
    pub async fn start(backend: Backend, agents: usize) -> Result<Self> {
        match backend {
            Backend::Embedded => Self::embedded(agents).await,
            Backend::Real => Self::real(agents).await,
            Backend::RealHa => Self::by_tool(backend, agents, &["--ha", "--masters", "3"]).await,
        }
    }

    /// Starts a cluster of one agent whose master gives up an agent after 3 seconds of silence,
    /// instead of 75.
    pub async fn impatient(backend: Backend) -> Result<Self> {
        match backend {
            Backend::Embedded => {
                Self::built(mesos_local::Cluster::builder().agent_timeout(Duration::from_secs(3))).await
            }
            Backend::Real | Backend::RealHa => {
                let pings =
                    ["--env", "MESOS_AGENT_PING_TIMEOUT=1secs", "--env", "MESOS_MAX_AGENT_PING_TIMEOUTS=3"];
                Self::by_tool(backend, 1, &pings).await
            }
        }
    }

    /// Starts a cluster of one agent whose master only accepts schedulers with this principal and
    /// secret.
    pub async fn authenticating_schedulers(backend: Backend, principal: &str, secret: &str) -> Result<Self> {
        if backend == Backend::Embedded {
            return Self::built(mesos_local::Cluster::builder().credentials(principal, secret)?).await;
        }
        // Mesos reads the file at the start only.
        let mut file = tempfile::NamedTempFile::new()?;
        let credentials = json!({"credentials": [{"principal": principal, "secret": secret}]});
        file.write_all(credentials.to_string().as_bytes())?;
        let path = file.path().to_str().context("an odd path")?;
        let variables = [
            "MESOS_AUTHENTICATE_HTTP_FRAMEWORKS=true".to_owned(),
            "MESOS_HTTP_FRAMEWORK_AUTHENTICATORS=basic".to_owned(),
            format!("MESOS_CREDENTIALS={path}"),
        ];
        Self::with_variables(backend, &variables).await
    }

    /// Starts a cluster of one agent with these resources and attributes.
    pub async fn with_agent(backend: Backend, resources: &str, attributes: &str) -> Result<Self> {
        if backend == Backend::Embedded {
            let builder = mesos_local::Cluster::builder().resources(resources).attributes(attributes);
            return Self::built(builder).await;
        }
        let attributes = format!("MESOS_ATTRIBUTES={attributes}");
        Self::by_tool(backend, 1, &["--resources", resources, "--env", &attributes]).await
    }

    /// Starts a cluster whose master has this fault domain, as in `eu/eu-1`, with an agent in each
    /// of the others.
    pub async fn in_domains(backend: Backend, master: &str, agents: &[&str]) -> Result<Self> {
        if backend == Backend::Embedded {
            let builder = mesos_local::Cluster::builder().agents(agents.len()).master_domain(master);
            return Self::built(builder.agent_domains(agents.join(","))).await;
        }
        let domains = [&[master], agents].concat();
        let options: Vec<_> = domains.iter().flat_map(|domain| ["--domain", domain]).collect();
        Self::by_tool(backend, agents.len(), &options).await
    }

    /// Starts a cluster of one agent that issues tokens to its executors and requires them. A real
    /// cluster must have several masters: a single one shares its process, and its authentication
    /// settings, with the agent.
    pub async fn authenticating_executors(backend: Backend) -> Result<Self> {
        if backend == Backend::Embedded {
            return Self::built(mesos_local::Cluster::builder().executor_authentication(true)).await;
        }
        let mut key = tempfile::NamedTempFile::new()?;
        key.write_all(b"a key that is long enough to sign the tokens of tests")?;
        let path = key.path().to_str().context("an odd path")?;
        let variables = [
            "MESOS_AUTHENTICATE_HTTP_EXECUTORS=true".to_owned(),
            "MESOS_HTTP_AUTHENTICATORS=jwt".to_owned(),
            format!("MESOS_JWT_SECRET_KEY={path}"),
        ];
        Self::with_variables(backend, &variables).await
    }

    async fn with_variables(backend: Backend, variables: &[String]) -> Result<Self> {
        let several: &[&str] = if backend == Backend::RealHa { &["--ha", "--masters", "3"] } else { &[] };
        let variables = variables.iter().flat_map(|variable| ["--env", variable.as_str()]);
        Self::by_tool(backend, 1, &several.iter().copied().chain(variables).collect::<Vec<_>>()).await
    }

    /// Starts a cluster of one agent that uses the rights of a task's user for what it does for the
    /// task, as far as it may: only root can do that.
    pub async fn switching_users(backend: Backend) -> Result<Self> {
        match backend {
            Backend::Embedded => Self::embedded(1).await,
            Backend::Real | Backend::RealHa => {
                Self::with_variables(backend, &["MESOS_SWITCH_USER=true".to_owned()]).await
            }
        }
    }

    /// Starts a cluster of one agent whose master refuses frameworks of the user `root`.
    pub async fn without_root(backend: Backend) -> Result<Self> {
        match backend {
            Backend::Embedded => Self::built(mesos_local::Cluster::builder().root_submissions(false)).await,
            Backend::Real | Backend::RealHa => {
                Self::with_variables(backend, &["MESOS_ROOT_SUBMISSIONS=false".to_owned()]).await
            }
        }
    }

    /// Starts a cluster of one agent whose master handles one message of this principal every ten
    /// seconds, and keeps one more. The embedded one has no such limits, because they do not apply
    /// to HTTP.
    pub async fn rate_limiting(backend: Backend, principal: &str) -> Result<Self> {
        if backend == Backend::Embedded {
            return Self::embedded(1).await;
        }
        let limits = json!({"limits": [{"principal": principal, "qps": 0.1, "capacity": 1}]});
        Self::with_variables(backend, &[format!("MESOS_RATE_LIMITS={limits}")]).await
    }

    /// Starts a cluster of one agent whose master makes offers twenty times a second.
    pub async fn allocating_often(backend: Backend) -> Result<Self> {
        ensure!(backend != Backend::Embedded, "the embedded master allocates once a second");
        Self::with_variables(backend, &["MESOS_ALLOCATION_INTERVAL=50ms".to_owned()]).await
    }

    /// Starts a cluster of one agent whose executors reach it over a domain socket.
    pub async fn with_domain_socket(backend: Backend) -> Result<Self> {
        match backend {
            Backend::Embedded => Self::built(mesos_local::Cluster::builder().domain_sockets(true)).await,
            Backend::Real | Backend::RealHa => {
                Self::by_tool(backend, 1, &["--env", "MESOS_HTTP_EXECUTOR_DOMAIN_SOCKETS=true"]).await
            }
        }
    }

    /// Starts an embedded cluster.
    pub async fn embedded(agents: usize) -> Result<Self> {
        Self::built(mesos_local::Cluster::builder().agents(agents)).await
    }

    async fn built(builder: mesos_local::Builder) -> Result<Self> {
        let cluster = builder.start().await?;
        let agents = cluster.agents();
        let address = cluster.address().to_string();
        let cluster = Self { backend: Backend::Embedded, address, cluster: Running::Embedded(cluster) };
        cluster.until(|state| state["activated_slaves"] == agents).await?;
        Ok(cluster)
    }

    /// Starts a real Mesos. Fails if this machine can't run one; `cargo xtask real-mesos check`
    /// shows why.
    pub async fn real(agents: usize) -> Result<Self> {
        Self::by_tool(Backend::Real, agents, &[]).await
    }

    async fn by_tool(backend: Backend, agents: usize, options: &[&str]) -> Result<Self> {
        Self::of(backend, RealMesos::up(agents, options).await?).await
    }

    pub(crate) async fn of(backend: Backend, cluster: RealMesos) -> Result<Self> {
        let address = cluster.leader().await?.context("the cluster has no leader")?;
        Ok(Self { backend, address, cluster: Running::Real(Box::new(cluster)) })
    }

    /// Returns the test backend.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Returns the `host:port` of the master that led at the start.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Returns the `host:port` of every master.
    pub fn masters(&self) -> &[String] {
        match &self.cluster {
            Running::Embedded(_) => slice::from_ref(&self.address),
            Running::Real(cluster) => cluster.masters(),
        }
    }

    /// Returns where several masters elect their leader, as `zk://host:port/path`.
    pub fn zookeeper(&self) -> Option<&str> {
        match &self.cluster {
            Running::Embedded(_) => None,
            Running::Real(cluster) => cluster.zookeeper(),
        }
    }

    /// Returns the `host:port` of the present leader, if there is one.
    pub async fn leader(&self) -> Result<Option<String>> {
        match &self.cluster {
            Running::Embedded(_) => Ok(Some(self.address.clone())),
            Running::Real(cluster) => cluster.leader().await,
        }
    }

    /// Returns the master's `/master/state`.
    pub async fn state(&self) -> Result<Value> {
        Request::get("/master/state").send(self.address()).await?.json().await
    }

    /// Returns a framework that has not been removed, from the master's state.
    pub async fn framework(&self, id: &str) -> Result<Value> {
        find(&self.state().await?["frameworks"], id)
            .with_context(|| format!("the master knows no framework {id}"))
    }

    /// Removes a framework, as an operator does.
    pub async fn tear_down(&self, framework: &str) -> Result<()> {
        let call = json!({"type": "TEARDOWN", "teardown": {"framework_id": {"value": framework}}});
        Request::post("/api/v1", &call).send(self.address()).await?.expect(200, "TEARDOWN").await?;
        Ok(())
    }

    /// Waits until the master has noticed that this framework's stream is closed.
    pub async fn disconnected(&self, framework: &str) -> Result<()> {
        self.until(|state| find(&state["frameworks"], framework).is_some_and(|it| it["connected"] == false))
            .await
    }

    /// Waits until the master has removed this framework.
    pub async fn completed(&self, framework: &str) -> Result<()> {
        self.until(|state| find(&state["completed_frameworks"], framework).is_some()).await
    }

    /// Waits until the master's state is as wanted.
    pub async fn until(&self, wanted: impl Fn(&Value) -> bool) -> Result<()> {
        let give_up = Instant::now() + PATIENCE;
        while !wanted(&self.state().await?) {
            ensure!(Instant::now() < give_up, "the master's state is not as wanted within {PATIENCE:?}");
            sleep(POLL).await;
        }
        Ok(())
    }
}

fn find(frameworks: &Value, id: &str) -> Option<Value> {
    frameworks.as_array()?.iter().find(|framework| framework["id"] == id).cloned()
}
