//! What a test can do to a running cluster.

use anyhow::{Context, Result, bail};

use crate::judge::{Judge, Running};

/// # Faults
///
/// Masters and agents are named by their index, from 0.
impl Judge {
    /// Ends one of several masters at once, as SIGKILL does.
    pub async fn kill_master(&self, master: usize) -> Result<()> {
        match &self.cluster {
            Running::Embedded(_) => bail!("the embedded cluster has one master: see restart_master"),
            Running::Real(cluster) => cluster.command("kill master", master).await,
        }
    }

    /// Starts one of several masters that was killed.
    pub async fn start_master(&self, master: usize) -> Result<()> {
        match &self.cluster {
            Running::Embedded(_) => bail!("the embedded cluster has one master: see restart_master"),
            Running::Real(cluster) => cluster.command("start master", master).await,
        }
    }

    /// Stops one of several masters from doing anything, its connections staying open, as SIGSTOP does.
    pub async fn freeze_master(&self, master: usize) -> Result<()> {
        match &self.cluster {
            Running::Embedded(_) => bail!("the embedded cluster has one master: see restart_master"),
            Running::Real(cluster) => cluster.command("stop master", master).await,
        }
    }

    /// Ends ZooKeeper at once, as SIGKILL does.
    pub async fn kill_zookeeper(&self) -> Result<()> {
        self.to_zookeeper("kill").await
    }

    /// Starts ZooKeeper when it was killed, with what it had on its disk.
    pub async fn start_zookeeper(&self) -> Result<()> {
        self.to_zookeeper("start").await
    }

    /// Stops ZooKeeper from doing anything, its connections staying open, as SIGSTOP does.
    pub async fn freeze_zookeeper(&self) -> Result<()> {
        self.to_zookeeper("stop").await
    }

    /// Lets a frozen ZooKeeper go on.
    pub async fn thaw_zookeeper(&self) -> Result<()> {
        self.to_zookeeper("cont").await
    }

    async fn to_zookeeper(&self, verb: &str) -> Result<()> {
        match &self.cluster {
            Running::Embedded(_) => bail!("the embedded cluster has no ZooKeeper"),
            Running::Real(cluster) => cluster.command(&format!("{verb} zookeeper"), 0).await,
        }
    }

    /// Starts what has ended by itself, as an init system does: a real master that loses its lead ends. Gives the
    /// names of what has.
    pub async fn revive(&self) -> Result<Vec<String>> {
        match &self.cluster {
            Running::Embedded(_) => Ok(Vec::new()),
            Running::Real(cluster) => cluster.revive().await,
        }
    }

    /// Lets a frozen master go on.
    pub async fn thaw_master(&self, master: usize) -> Result<()> {
        match &self.cluster {
            Running::Embedded(_) => bail!("the embedded cluster has one master: see restart_master"),
            Running::Real(cluster) => cluster.command("cont master", master).await,
        }
    }

    /// From now on no master leads, and every stream of a master ends: ZooKeeper is frozen, so that the leader has to
    /// give up, and nobody can follow it.
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

    /// Lets a master lead again after [`Judge::lose_leader`].
    pub async fn let_lead(&self) -> Result<()> {
        match &self.cluster {
            Running::Embedded(cluster) => {
                cluster.resume_leading();
                Ok(())
            }
            Running::Real(_) => self.thaw_zookeeper().await,
        }
    }

    /// From now on the master that leads has not recovered its state: of three masters the leader is killed and another
    /// one frozen, so that the third one leads, without a second one that knows the registry.
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

    /// Lets the master recover its state after [`Judge::lose_registry`].
    pub async fn find_registry(&self) -> Result<()> {
        match &self.cluster {
            Running::Embedded(cluster) => {
                cluster.resume_leading();
                Ok(())
            }
            Running::Real(_) => self.thaw_master(self.leader_and_standby()?.1).await,
        }
    }

    /// Who led at the start, and the first of those who did not.
    fn leader_and_standby(&self) -> Result<(usize, usize)> {
        let index =
            |is_leader| self.masters().iter().position(|master| (master == self.address()) == is_leader);
        Ok((index(true).context("no leader")?, index(false).context("no standby")?))
    }

    /// Ends the only master at once, and starts another at its address. It has forgotten everything that agents and
    /// frameworks do not tell it. An agent looks for a new master when its old one has been silent for as long as it
    /// would itself be given up: see [`Judge::impatient`].
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

    /// Ends an agent at once, as SIGKILL does. Its executors live on.
    pub async fn kill_agent(&self, agent: usize) -> Result<()> {
        match &self.cluster {
            Running::Embedded(cluster) => cluster.kill_agent(agent).await,
            Running::Real(cluster) => cluster.command("kill agent", agent).await?,
        }
        Ok(())
    }

    /// Starts an agent that was killed, with the same work folder.
    pub async fn start_agent(&self, agent: usize) -> Result<()> {
        match &self.cluster {
            Running::Embedded(cluster) => cluster.restart_agent(agent).await?,
            Running::Real(cluster) => cluster.command("start agent", agent).await?,
        }
        Ok(())
    }

    /// Stops an agent from doing anything, its connections staying open, as SIGSTOP does.
    pub async fn freeze_agent(&self, agent: usize) -> Result<()> {
        match &self.cluster {
            Running::Embedded(cluster) => cluster.freeze_agent(agent).await,
            Running::Real(cluster) => cluster.command("stop agent", agent).await?,
        }
        Ok(())
    }

    /// Lets a frozen agent go on.
    pub async fn thaw_agent(&self, agent: usize) -> Result<()> {
        match &self.cluster {
            Running::Embedded(cluster) => cluster.thaw_agent(agent).await,
            Running::Real(cluster) => cluster.command("cont agent", agent).await?,
        }
        Ok(())
    }
}
