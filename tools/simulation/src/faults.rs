//! Injects faults into the cluster and the scheduler.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::plan::Fault;
use crate::run::Run;
use crate::world::Inner;

/// When a process crashes that is to crash after some polls but is not polled.
const CRASH_AT_LAST: Duration = Duration::from_secs(5);

impl Run {
    pub(crate) async fn inject(&mut self, fault: Fault) {
        self.world.with(|world| world.note(format_args!("fault: {fault:?}")));
        match fault {
            Fault::KillAgent(agent) if self.killed.insert(agent) => {
                self.cluster.kill_agent(agent).await;
                self.world.with(|world| world.agent_killed(agent));
            }
            Fault::RestartAgent(agent) if self.killed.remove(&agent) => {
                // An agent in memory always restarts.
                let _ = self.cluster.restart_agent(agent).await;
            }
            Fault::FreezeAgent(agent) if !self.killed.contains(&agent) && self.frozen.insert(agent) => {
                self.cluster.freeze_agent(agent).await;
            }
            Fault::ThawAgent(agent) if self.frozen.remove(&agent) => {
                self.cluster.thaw_agent(agent).await;
            }
            Fault::KillExecutor => self.world.kill_executor.notify_waiters(),
            Fault::Elect(master) => self.elect(master).await,
            Fault::LoseLeader => self.lead(None, false),
            Fault::Recover => self.world.with(|world| world.recovering = true),
            Fault::Lead => self.lead(Some(self.world.with(|world| world.leader.unwrap_or(0))), false),
            Fault::DropEventStreams => self.cluster.drop_event_streams().await,
            Fault::CutConnections => self.world.with(|world| world.connections.cut()),
            Fault::Deafen => self.world.with(|world| world.connections.deafen()),
            Fault::StopHeartbeats => self.cluster.stop_heartbeats().await,
            Fault::ResumeHeartbeats => self.cluster.resume_heartbeats().await,
            Fault::Crash(polls) => self.crash(polls),
            Fault::SecondInstance if self.is_resumable() => self.begin_life(),
            Fault::LeaveForAnother => self.leave_for_another(),
            Fault::Freeze => self.freeze(),
            Fault::Thaw => self.thaw(),
            Fault::Flood => self.world.with(Inner::begin_flood),
            Fault::KillAgent(_)
            | Fault::RestartAgent(_)
            | Fault::FreezeAgent(_)
            | Fault::ThawAgent(_)
            | Fault::SecondInstance => {}
        }
    }

    fn lead(&self, leader: Option<usize>, recovering: bool) {
        self.world.with(|world| {
            world.leader = leader;
            world.recovering = recovering;
        });
        self.world.announced_leader.send_replace(leader);
    }

    /// Makes another master the leader. Detectors learn of it before, now, or later.
    async fn elect(&mut self, master: usize) {
        let (early, lag) = (self.rng.chance(300), self.rng.time(Duration::from_secs(20)));
        if early {
            self.world.announced_leader.send_replace(Some(master));
            let then = Instant::now() + lag.min(Duration::from_secs(3));
            Box::pin(self.until(then)).await;
        }
        self.cluster.fail_over().await;
        self.world.with(|world| {
            world.leader = Some(master);
            world.recovering = false;
            world.elected = Some(world.now());
            // Connections to the old master break, or carry nothing more.
            if world.rng.chance(800) { world.connections.cut() } else { world.connections.deafen() }
        });
        let world = Arc::clone(&self.world);
        tokio::spawn(async move {
            sleep(if early { Duration::ZERO } else { lag }).await;
            let leader = world.with(|world| world.leader);
            world.announced_leader.send_replace(leader);
        });
    }

    /// Returns whether a second instance would resume the same framework.
    fn is_resumable(&self) -> bool {
        let newest = self.newest().map(|process| process.life);
        self.world.with(|world| {
            let kept = world.stored_id.id.as_ref().map(|id| id.value.clone());
            kept.is_some() && newest.is_some_and(|newest| world.life(newest).framework == kept)
        })
    }

    fn crash(&self, polls: u32) {
        let Some(process) = self.newest() else { return };
        let crash = Arc::clone(&process.crash);
        crash.schedule(polls);
        tokio::spawn(async move {
            sleep(CRASH_AT_LAST).await;
            crash.hasten();
        });
    }

    fn leave_for_another(&self) {
        if let Some(process) = self.newest() {
            self.world.with(|world| world.life(process.life).leaving = true);
            process.handle.stop_with_failover();
        }
    }

    fn freeze(&self) {
        let Some(process) = self.newest() else { return };
        process.freezer.freeze();
        self.world.with(|world| world.frozen(process.life));
    }

    fn thaw(&mut self) {
        for process in self.processes.values() {
            if process.freezer.thaw(&mut self.rng) {
                self.world.with(|world| world.thawed(process.life));
            }
        }
    }

    /// Ends all faults.
    pub(crate) async fn end_faults(&mut self) {
        self.world.with(|world| {
            world.note(format_args!("calm"));
            world.calm = true;
        });
        self.processes.values().for_each(|process| process.crash.hasten());
        let leader = self.world.with(|world| world.leader).unwrap_or(0);
        self.lead(Some(leader), false);
        self.cluster.resume_heartbeats().await;
        self.thaw();
        for agent in 0..self.plan.agents {
            self.inject(Fault::RestartAgent(agent)).await;
            self.inject(Fault::ThawAgent(agent)).await;
        }
    }
}
