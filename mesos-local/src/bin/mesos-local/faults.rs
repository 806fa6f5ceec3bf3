//! The faults of the cluster that runs in this process, by name.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;
use mesos_local::Cluster;
use mesos_window::{Fault, Faults};

/// All of them, in the order in which they are shown.
pub(crate) const LIST: [Fault; 12] = [
    Fault::of_agent("kill-agent", "Kills the agent; its executors live on"),
    Fault::of_agent("restart-agent", "Starts the killed agent again"),
    Fault::of_agent("freeze-agent", "Freezes the agent: nothing moves, nothing breaks"),
    Fault::of_agent("thaw-agent", "Lets the frozen agent go on"),
    Fault::of_master("lose-leader", "Leaves the cluster without a leader: each request gets 503"),
    Fault::of_master("start-recovery", "Makes the master recover: each call gets 503"),
    Fault::of_master("resume-leading", "Makes the master lead again"),
    Fault::of_master("fail-over", "Replaces the master by one that only knows what the agents report"),
    Fault::of_master("drop-event-streams", "Breaks all event streams, as a lost network connection does"),
    Fault::of_master("drop-response", "Carries out the next call, and drops its response"),
    Fault::of_master("stop-heartbeats", "Stops the heartbeats to schedulers"),
    Fault::of_master("resume-heartbeats", "Sends heartbeats again"),
];

/// Injects faults into a cluster.
#[derive(Clone, Debug)]
pub(crate) struct ClusterFaults {
    /// Whoever injects faults does not keep the cluster from ending.
    cluster: Weak<Cluster>,
    agents: Arc<Mutex<Vec<Condition>>>,
}

/// What was done to an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Condition {
    Runs,
    Killed,
    Frozen,
}

impl ClusterFaults {
    pub(crate) fn new(cluster: &Arc<Cluster>) -> Self {
        let agents = Arc::new(Mutex::new(vec![Condition::Runs; cluster.agents()]));
        Self { cluster: Arc::downgrade(cluster), agents }
    }

    fn cluster(&self) -> Result<Arc<Cluster>, String> {
        self.cluster.upgrade().ok_or_else(|| "the cluster is ending".to_owned())
    }

    /// Finds an agent by its index or its address.
    pub(crate) fn find(&self, agent: &str) -> Result<usize, String> {
        let found = agent.parse().ok().filter(|index| *index < self.agents().len());
        found.or_else(|| self.agents().iter().position(|address| address == agent)).ok_or_else(|| {
            format!("there is no agent {agent}: name one by its index, from 0, or by its address")
        })
    }

    /// Moves an agent from one condition to another, so that a fault that makes no sense in its
    /// condition is an error.
    fn moves(&self, agent: usize, from: &[Condition], to: Condition) -> Result<(), String> {
        let mut agents = self.agents.lock().unwrap_or_else(PoisonError::into_inner);
        let known = agents.get_mut(agent).ok_or_else(|| format!("there is no agent {agent}"))?;
        if !from.contains(known) {
            let is = match known {
                Condition::Runs => "runs",
                Condition::Killed => "is killed: use restart-agent",
                Condition::Frozen => "is frozen: use thaw-agent",
            };
            return Err(format!("agent {agent} {is}"));
        }
        *known = to;
        Ok(())
    }

    async fn inject_into(&self, name: &str, agent: usize) -> Result<(), String> {
        use Condition::{Frozen, Killed, Runs};
        let cluster = self.cluster()?;
        match name {
            "kill-agent" => {
                self.moves(agent, &[Runs, Frozen], Killed)?;
                cluster.kill_agent(agent).await;
            }
            "restart-agent" => {
                self.moves(agent, &[Killed], Runs)?;
                if let Err(error) = cluster.restart_agent(agent).await {
                    self.moves(agent, &[Runs], Killed)?;
                    return Err(format!("agent {agent} does not start: {error}"));
                }
            }
            "freeze-agent" => {
                self.moves(agent, &[Runs], Frozen)?;
                cluster.freeze_agent(agent).await;
            }
            "thaw-agent" => {
                self.moves(agent, &[Frozen], Runs)?;
                cluster.thaw_agent(agent).await;
            }
            _ => return Err(format!("{name} does not happen to an agent")),
        }
        Ok(())
    }
}

#[async_trait]
impl Faults for ClusterFaults {
    fn list(&self) -> Vec<Fault> {
        LIST.to_vec()
    }

    fn agents(&self) -> Vec<String> {
        let Some(cluster) = self.cluster.upgrade() else { return Vec::new() };
        (0..cluster.agents()).map(|agent| cluster.agent_address(agent).to_string()).collect()
    }

    async fn inject(&self, name: &str, agent: Option<usize>) -> Result<(), String> {
        if let Some(agent) = agent {
            return self.inject_into(name, agent).await;
        }
        let cluster = self.cluster()?;
        match name {
            "lose-leader" => cluster.lose_leader(),
            "start-recovery" => cluster.start_recovery(),
            "resume-leading" => cluster.resume_leading(),
            "fail-over" => cluster.fail_over().await,
            "drop-event-streams" => cluster.drop_event_streams().await,
            "drop-response" => cluster.drop_responses(1),
            "stop-heartbeats" => cluster.stop_heartbeats().await,
            "resume-heartbeats" => cluster.resume_heartbeats().await,
            _ => return Err(format!("there is no fault {name}, or it needs an agent")),
        }
        Ok(())
    }
}
