//! What has happened since the master began, for its metrics.

use std::collections::BTreeMap;

use mesos_sdk::proto::v1::offer::operation;
use mesos_sdk::proto::v1::scheduler::call::Type;
use mesos_sdk::proto::v1::{OperationState, TaskState, TaskStatus};

use crate::tally::Tally;

/// The names of two counters: of what was not valid, and of what was.
type Pair = [&'static str; 2];

pub(super) const STATUS_UPDATES: Pair = ["invalid_status_updates", "valid_status_updates"];
pub(super) const ACKNOWLEDGEMENTS: Pair =
    ["invalid_status_update_acknowledgements", "valid_status_update_acknowledgements"];
pub(super) const OPERATION_UPDATES: Pair =
    ["invalid_operation_status_updates", "valid_operation_status_updates"];
pub(super) const OPERATION_ACKNOWLEDGEMENTS: Pair =
    ["invalid_operation_status_update_acknowledgements", "valid_operation_status_update_acknowledgements"];
pub(super) const MESSAGES_TO_EXECUTORS: Pair =
    ["invalid_framework_to_executor_messages", "valid_framework_to_executor_messages"];
pub(super) const MESSAGES_TO_FRAMEWORKS: Pair =
    ["invalid_executor_to_framework_messages", "valid_executor_to_framework_messages"];

/// The counters of a master, below `master/`. Some never change here, because nothing happens that
/// they count.
const NAMES: [&str; 51] = [
    "dropped_messages",
    "http_cache_hits",
    "invalid_executor_to_framework_messages",
    "invalid_framework_to_executor_messages",
    "invalid_operation_status_update_acknowledgements",
    "invalid_operation_status_updates",
    "invalid_status_update_acknowledgements",
    "invalid_status_updates",
    "messages_authenticate",
    "messages_deactivate_framework",
    "messages_decline_offers",
    "messages_executor_to_framework",
    "messages_exited_executor",
    "messages_framework_to_executor",
    "messages_kill_task",
    "messages_launch_tasks",
    "messages_operation_status_update",
    "messages_operation_status_update_acknowledgement",
    "messages_reconcile_operations",
    "messages_reconcile_tasks",
    "messages_register_framework",
    "messages_register_slave",
    "messages_reregister_framework",
    "messages_reregister_slave",
    "messages_resource_request",
    "messages_revive_offers",
    "messages_status_update",
    "messages_status_update_acknowledgement",
    "messages_suppress_offers",
    "messages_unregister_framework",
    "messages_unregister_slave",
    "messages_update_slave",
    "recovery_slave_removals",
    "slave_registrations",
    "slave_removals",
    "slave_removals/reason_registered",
    "slave_removals/reason_unhealthy",
    "slave_removals/reason_unregistered",
    "slave_reregistrations",
    "slave_shutdowns_canceled",
    "slave_shutdowns_completed",
    "slave_shutdowns_scheduled",
    "slave_unreachable_canceled",
    "slave_unreachable_completed",
    "slave_unreachable_scheduled",
    "valid_executor_to_framework_messages",
    "valid_framework_to_executor_messages",
    "valid_operation_status_update_acknowledgements",
    "valid_operation_status_updates",
    "valid_status_update_acknowledgements",
    "valid_status_updates",
];

/// How often it has happened.
#[derive(Debug)]
pub(super) struct Counters {
    named: BTreeMap<&'static str, u64>,
    pub(super) allocations: u64,
    pub(super) ended_tasks: Tally<TaskState>,
    /// By state, source and reason, with the names that these have in a metric.
    pub(super) task_reasons: Tally<String>,
    /// Operations that are not pending, by their type and last known state.
    pub(super) operations: Tally<(operation::Type, OperationState)>,
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            named: NAMES.into_iter().map(|name| (name, 0)).collect(),
            allocations: 0,
            ended_tasks: Tally::default(),
            task_reasons: Tally::default(),
            operations: Tally::default(),
        }
    }
}

impl Counters {
    /// Counts one more under a name below `master/`.
    pub(super) fn count(&mut self, name: &'static str) {
        *self.named.entry(name).or_default() += 1;
    }

    /// Counts one more that was valid, or not.
    pub(super) fn count_valid(&mut self, [invalid, valid]: Pair, is_valid: bool) {
        self.count(if is_valid { valid } else { invalid });
    }

    /// Counts a call that has its own counter.
    pub(super) fn count_call(&mut self, kind: Type) {
        let name = match kind {
            Type::Decline => "messages_decline_offers",
            Type::Revive => "messages_revive_offers",
            Type::Suppress => "messages_suppress_offers",
            Type::Kill => "messages_kill_task",
            Type::Acknowledge => "messages_status_update_acknowledgement",
            Type::AcknowledgeOperationStatus => "messages_operation_status_update_acknowledgement",
            Type::Reconcile => "messages_reconcile_tasks",
            Type::ReconcileOperations => "messages_reconcile_operations",
            Type::Message => "messages_framework_to_executor",
            Type::Request => "messages_resource_request",
            _ => return,
        };
        self.count(name);
    }

    /// Counts a task that has ended or become unreachable.
    pub(super) fn count_end(&mut self, status: &TaskStatus) {
        self.ended_tasks.count(status.state());
        if let (Some(source), Some(reason)) = (status.source(), status.reason()) {
            let parts = [status.state().as_str_name(), source.as_str_name(), reason.as_str_name()];
            // Metrics keep the word that agents had before the v1 API.
            self.task_reasons.count(parts.join("/").to_lowercase().replace("agent", "slave"));
        }
    }

    /// Returns the counters with a name below `master/`.
    pub(super) fn named(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.named.iter().map(|(name, number)| (*name, *number))
    }
}
