//! Metrics of operations on resources, by their type and state.

use mesos_sdk::proto::v1::offer::operation::Type;
use mesos_sdk::proto::v1::{Metric, OperationState};

use super::super::super::Master;
use super::{of_master, types};

/// The states of operations that are not pending.
const STATES: [(&str, OperationState); 7] = [
    ("recovering", OperationState::Recovering),
    ("unreachable", OperationState::Unreachable),
    ("finished", OperationState::Finished),
    ("failed", OperationState::Failed),
    ("error", OperationState::Error),
    ("dropped", OperationState::Dropped),
    ("gone_by_operator", OperationState::GoneByOperator),
];

impl Master {
    pub(super) fn operation_metrics(&self) -> Vec<Metric> {
        let mut metrics = self.operations_with("operations", |_| true);
        let types = types::<Type>(1).filter(|kind| !matches!(kind, Type::Launch | Type::LaunchGroup));
        for kind in types {
            let prefix = format!("operations/{}", kind.as_str_name().to_lowercase());
            metrics.extend(self.operations_with(&prefix, |of| of == kind));
        }
        metrics
    }

    fn operations_with(&self, prefix: &str, is_meant: impl Fn(Type) -> bool) -> Vec<Metric> {
        let pending = self.pending_operations().filter(|kind| is_meant(*kind)).count() as u64;
        let counted = || self.counters.operations.iter().filter(|((kind, _), _)| is_meant(*kind));
        let total = counted().map(|(_, number)| number).sum::<u64>().saturating_add(pending);
        let in_state = |state: OperationState| {
            counted().filter(|((_, of), _)| *of == state).map(|(_, number)| number).sum()
        };
        let known = STATES.map(|(name, state)| (name, in_state(state)));
        let all = [("total", total), ("pending", pending)].into_iter().chain(known);
        all.map(|(name, number)| of_master(&format!("{prefix}/{name}"), number)).collect()
    }

    fn pending_operations(&self) -> impl Iterator<Item = Type> {
        let operations = self.agents.values().flat_map(|agent| agent.operations.values());
        let pending = operations.filter(|tracked| tracked.status.is_none());
        pending.filter_map(|tracked| tracked.operation.as_ref()).map(|operation| operation.r#type())
    }
}
