//! Faults that a test can cause in a running cluster.

use anyhow::{Context, Result, bail};

use crate::test_cluster::{Running, TestCluster};

/// # Faults
///
/// Masters and agents are named by their index, from 0.
impl TestCluster {
    /// Kills one of several masters, as SIGKILL does.
    pub async fn kill_master(&self, master: usize) -> Result<()> {
        match &self.cluster {
            Running::Embedded(_) => bail!("the embedded cluster has one master: see restart_master"),
            Running::Real(cluster) => cluster.command("kill master", master).await,
        }
    }

    /// Starts one of several masters again after it was killed.
    pub async fn start_master(&self, master: usize) -> Result<()> {
        match &self.cluster {
            Running::Embedded(_) => bail!("the embedded cluster has one master: see restart_master"),
            Running::Real(cluster) => cluster.command("start master", master).await,
        }
    }

    /// Freezes one of several masters, as SIGSTOP does. Its connections stay open.
    pub async fn freeze_master(&self, master: usize) -> Result<()> {
        match &self.cluster {
            Running::Embedded(_) => bail!("the embedded cluster has one master: see restart_master"),
            Running::Real(cluster) => cluster.command("stop master", master).await,
        }
    }

    /// Kills ZooKeeper, as SIGKILL does.
    pub async fn kill_zookeeper(&self) -> Result<()> {
        self.to_zookeeper("kill").await
    }

    /// Starts ZooKeeper again after it was killed, with what it had on its disk.
    pub async fn start_zookeeper(&self) -> Result<()> {
        self.to_zookeeper("start").await
    }

    /// Freezes ZooKeeper, as SIGSTOP does. Its connections stay open.
    pub async fn freeze_zookeeper(&self) -> Result<()> {
        self.to_zookeeper("stop").await
    }

    /// Resumes a frozen ZooKeeper.
    pub async fn thaw_zookeeper(&self) -> Result<()> {
        self.to_zookeeper("cont").await
    }

    async fn to_zookeeper(&self, verb: &str) -> Result<()> {
        match &self.cluster {
            Running::Embedded(_) => bail!("the embedded cluster has no ZooKeeper"),
            Running::Real(cluster) => cluster.command(&format!("{verb} zookeeper"), 0).await,
        }
    }

    /// Restarts what has ended by itself, as an init system does: a real master that loses its lead
    /// ends. Returns the names of what it has restarted.
    pub async fn revive(&self) -> Result<Vec<String>> {
        match &self.cluster {
            Running::Embedded(_) => Ok(Vec::new()),
            Running::Real(cluster) => cluster.revive().await,
        }
    }

    /// Resumes a frozen master.
    pub async fn thaw_master(&self, master: usize) -> Result<()> {
        match &self.cluster {
            Running::Embedded(_) => bail!("the embedded cluster has one master: see restart_master"),
            Running::Real(cluster) => cluster.command("cont master", master).await,
        }
    }

    /// Leaves the cluster without a leader, and ends every stream of a master. ZooKeeper is frozen,
    /// so that the leader has to give up and no other master can follow it.
    pub async fn lose_leader(&self) -> Result<()> {
        match &self.cluster {
            Running::Embedded(cluster) => {
                cluster.lose_leader();
                cluster.drop_event_streams().await;
                Ok(())
            }
            Running::Real(_) => self.freeze_zookeeper().await,
        }
    }

    /// Lets a master lead again after [`TestCluster::lose_leader`].
    pub async fn let_lead(&self) -> Result<()> {
        match &self.cluster {
            Running::Embedded(cluster) => {
                cluster.resume_leading();
                Ok(())
            }
            Running::Real(_) => self.thaw_zookeeper().await,
        }
    }

    /// Leaves the cluster with a leader that can't recover its state. Of three masters, the leader
    /// is killed and another one frozen, so that the third one leads without a second master that
    /// knows the registry.
    pub async fn lose_registry(&self) -> Result<()> {
        match &self.cluster {
            Running::Embedded(cluster) => {
                cluster.start_recovery();
                cluster.drop_event_streams().await;
                Ok(())
            }
            Running::Real(_) => {
                let (leader, standby) = self.leader_and_standby()?;
                self.freeze_master(standby).await?;
                self.kill_master(leader).await
            }
        }
    }

    /// Lets the master recover its state after [`TestCluster::lose_registry`].
    pub async fn find_registry(&self) -> Result<()> {
        match &self.cluster {
            Running::Embedded(cluster) => {
                cluster.resume_leading();
                Ok(())
            }
            Running::Real(_) => self.thaw_master(self.leader_and_standby()?.1).await,
        }
    }

    /// Returns the master that led at the start, and the first of the others.
    fn leader_and_standby(&self) -> Result<(usize, usize)> {
        let index =
            |is_leader| self.masters().iter().position(|master| (master == self.address()) == is_leader);
        Ok((index(true).context("no leader")?, index(false).context("no standby")?))
    }

    /// Kills the only master, and starts another at its address. The new master only knows what
    /// agents and frameworks report to it. An agent looks for a new master after the old one has
    /// been silent for as long as the master would tolerate from the agent: see
    /// [`TestCluster::impatient`].
    pub async fn restart_master(&self) -> Result<()> {
        match &self.cluster {
            Running::Embedded(cluster) => cluster.fail_over().await,
            Running::Real(cluster) => {
                cluster.command("kill master", 0).await?;
                cluster.command("start master", 0).await?;
            }
        }
        Ok(())
    }

    /// Kills an agent, as SIGKILL does. Its executors survive.
    pub async fn kill_agent(&self, agent: usize) -> Result<()> {
        match &self.cluster {
            Running::Embedded(cluster) => cluster.kill_agent(agent).await,
            Running::Real(cluster) => cluster.command("kill agent", agent).await?,
        }
        Ok(())
    }

    /// Starts an agent again after it was killed, with the same work folder.
    pub async fn start_agent(&self, agent: usize) -> Result<()> {
        match &self.cluster {
            Running::Embedded(cluster) => cluster.restart_agent(agent).await?,
            Running::Real(cluster) => cluster.command("start agent", agent).await?,
        }
        Ok(())
    }

    /// Freezes an agent, as SIGSTOP does. Its connections stay open.
    pub async fn freeze_agent(&self, agent: usize) -> Result<()> {
        match &self.cluster {
            Running::Embedded(cluster) => cluster.freeze_agent(agent).await,
            Running::Real(cluster) => cluster.command("stop agent", agent).await?,
        }
        Ok(())
    }

    /// Resumes a frozen agent.
    pub async fn thaw_agent(&self, agent: usize) -> Result<()> {
        match &self.cluster {
            Running::Embedded(cluster) => cluster.thaw_agent(agent).await,
            Running::Real(cluster) => cluster.command("cont agent", agent).await?,
        }
        Ok(())
    }
}
