//! Copies of a core, to try what may happen next.

use mesos_placement::{Placer, Settings};

use super::super::Core;
use super::super::run::Wait;

impl Clone for Core {
    /// Copies a core between two turns, when its placer holds no offers. The next turn of the copy
    /// gives the placer its tasks again.
    fn clone(&self) -> Self {
        assert_eq!(self.placer.offers().count(), 0, "offers are held between turns");
        let mut workloads = self.workloads.clone();
        for batch in workloads.values_mut() {
            (batch.placed, batch.cursor) = (0, 0);
            for slot in batch.slots.iter_mut().filter(|slot| slot.wait == Wait::Placed) {
                slot.wait = Wait::Held;
            }
        }
        let mut copy = Self {
            incarnation: self.incarnation.clone(),
            ids: self.ids,
            workloads,
            runs: self.runs.clone(),
            abandoned: self.abandoned.clone(),
            abandoned_at: self.abandoned_at.clone(),
            volumes: self.volumes.clone(),
            format: self.format,
            safety_stop: self.safety_stop.clone(),
            placer: Placer::new(Settings::default()).unwrap(),
            framework: self.framework.clone(),
            roles: self.roles.clone(),
            agents: self.agents.clone(),
            look_at_agents: self.look_at_agents,
            timers: self.timers.clone(),
            kills: self.kills.clone(),
            is_subscribed: self.is_subscribed,
            demand: self.demand.clone(),
            is_postponed: self.is_postponed,
            is_unordered: self.is_unordered,
        };
        copy.count_runs();
        copy
    }
}
