//! What handles show of the instances of services.

use super::run::{Phase, Run, Slot};
use super::turn::{Draft, Effect};
use super::{Core, WorkloadState};
use crate::instance::{Instance, InstanceState, time};

impl Core {
    /// Returns the instances of all services.
    pub(crate) fn instances(&self) -> impl Iterator<Item = (&str, usize, Instance)> {
        self.workloads.iter().flat_map(|(name, workload)| {
            let all = 0..workload.slots.len();
            all.filter_map(move |index| Some((name.as_str(), index, workload.instance(index)?)))
        })
    }

    /// Shows the instances that have changed.
    pub(super) fn show_instances(&self, draft: &mut Draft) {
        for (name, index) in std::mem::take(&mut draft.shown) {
            let Some(workload) = self.workloads.get(&name).filter(|one| one.record.policy.is_service())
            else {
                continue;
            };
            let instance = workload.instance(index).map(Box::new);
            draft.after_write.push(Effect::Instance(name, index, instance));
        }
    }
}

impl WorkloadState {
    /// Returns an instance of a service, unless its slot is idle.
    fn instance(&self, index: usize) -> Option<Instance> {
        let slot = self.slots.get(index).filter(|_| self.record.policy.is_service())?;
        let of = |run: &Run| (run.task_id.clone(), run.host.clone(), run.ports.clone());
        let (task_id, host, ports) = slot.run.as_ref().map(of).unwrap_or_default();
        let failures = slot.program_failures.saturating_add(slot.platform_failures);
        let (state, last_end) = (self.state(index, slot)?, slot.last_end.clone());
        let version = slot.run.as_ref().map_or(slot.version, |run| run.version).0;
        Some(Instance { index, version, state, task_id, host, ports, failures, last_end })
    }

    fn state(&self, index: usize, slot: &Slot) -> Option<InstanceState> {
        let Some(run) = &slot.run else {
            let waits = slot
                .not_before
                .map_or(InstanceState::Waiting, |until| InstanceState::BackingOff(time(until)));
            return self.wants(index).then_some(waits);
        };
        Some(match run.phase {
            _ if self.is_to_end(run) => InstanceState::Stopping,
            Phase::Unreachable(since) => InstanceState::Unreachable(time(since)),
            Phase::Intended | Phase::Starting => InstanceState::Starting,
            Phase::Running if run.well.is_none() => InstanceState::Unhealthy,
            Phase::Running => InstanceState::Running,
        })
    }
}
