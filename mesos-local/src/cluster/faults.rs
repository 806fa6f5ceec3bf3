//! Fault injection, for tests of frameworks.

use std::io;

use tokio::sync::oneshot;

use super::Cluster;
use super::availability::Role;
use super::leader::Command;
use crate::master::Input;

/// # Faults
///
/// These methods inject faults. Agents are identified by their index, from 0; each method that
/// takes one panics if there is no such agent.
impl Cluster {
    /// Makes the master a standby: it redirects every request with 307 to `leader`, a `host:port`.
    /// Streams that are open stay so; [`Cluster::drop_event_streams`] breaks them.
    pub fn become_standby(&self, leader: impl Into<String>) {
        self.availability.set(Role::Standby(leader.into()));
    }

    /// Removes the leader: every request gets 503 "No leader elected".
    pub fn lose_leader(&self) {
        self.availability.set(Role::NoLeader);
    }

    /// Starts the master's recovery, during which every call gets 503.
    pub fn start_recovery(&self) {
        self.availability.set(Role::Recovering);
    }

    /// Makes the master lead again.
    pub fn resume_leading(&self) {
        self.availability.set(Role::Leading);
    }

    /// Breaks the event streams of all schedulers in the middle, as a lost network connection does.
    pub async fn drop_event_streams(&self) {
        self.command(Command::DropEventStreams).await;
    }

    /// Carries out the next `count` calls, but breaks their connections before the response.
    pub fn drop_responses(&self, count: usize) {
        self.availability.drop_responses(count);
    }

    /// Stops the heartbeats to schedulers.
    pub async fn stop_heartbeats(&self) {
        self.command(Command::Input(Input::Heartbeats(false))).await;
    }

    /// Sends heartbeats again.
    pub async fn resume_heartbeats(&self) {
        self.command(Command::Input(Input::Heartbeats(true))).await;
    }

    /// Replaces the master by a new leader, at the same address and with a new id: streams break,
    /// and all is forgotten except what the agents know, which register again.
    pub async fn fail_over(&self) {
        let (done, is_done) = oneshot::channel();
        self.command(Command::FailOver { done }).await;
        // The leader's task lives as long as the cluster.
        let _ = is_done.await;
        for member in &self.members {
            let link = member.open(&self.commands).await;
            member.handle.connect(link).await;
        }
    }

    /// Kills an agent, as SIGKILL does: its connections break, its executors live on.
    pub async fn kill_agent(&self, agent: usize) {
        self.member(agent).handle.kill().await;
    }

    /// Starts a killed agent again. It finds executors of checkpointing frameworks, and kills the
    /// others.
    ///
    /// # Errors
    ///
    /// If another program has taken the agent's port in the meantime.
    pub async fn restart_agent(&self, agent: usize) -> io::Result<()> {
        let member = self.member(agent);
        let link = member.open(&self.commands).await;
        member.handle.restart(link).await
    }

    /// Freezes an agent, as SIGSTOP does: nothing moves, nothing breaks. After the agent timeout
    /// its tasks are unreachable.
    pub async fn freeze_agent(&self, agent: usize) {
        let member = self.member(agent);
        member.handle.freeze().await;
        self.command(Command::Input(Input::AgentSilent { link: member.link() })).await;
    }

    /// Thaws a frozen agent. If it was unreachable by then, it registers again.
    pub async fn thaw_agent(&self, agent: usize) {
        let member = self.member(agent);
        member.handle.thaw().await;
        let (given_up, is_given_up) = oneshot::channel();
        self.command(Command::Thawed(member.link(), given_up)).await;
        // An agent that has just turned to a new master registers by itself.
        if is_given_up.await.unwrap_or(false) {
            let link = member.open(&self.commands).await;
            member.handle.connect(link).await;
        }
    }
}
