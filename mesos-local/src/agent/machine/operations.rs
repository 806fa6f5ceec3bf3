//! The operation status manager: operations change what the agent has, and are reported until that
//! is acknowledged.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::{self as api, FrameworkId, OperationState, OperationStatus, Uuid};
use mesos_sdk::validation;

use super::Machine;
use super::timers::Timer;
use super::updates::{RETRY_INTERVAL_MAX, RETRY_INTERVAL_MIN};
use crate::messages::FromAgent;

/// The reports of an agent that are not acknowledged, by the operation's uuid. The master limits
/// how many there are.
#[derive(Clone, Debug, Default)]
pub(super) struct Operations(BTreeMap<Bytes, Report>);

#[derive(Clone, Debug)]
struct Report {
    framework_id: Option<FrameworkId>,
    operation: Operation,
    status: OperationStatus,
    interval: Duration,
}

impl Machine {
    /// Does an operation, once: the master repeats what it has heard nothing of.
    pub(super) fn apply_operation(
        &mut self,
        framework_id: Option<FrameworkId>,
        uuid: &Bytes,
        operation: Operation,
    ) {
        if self.operations.0.contains_key(uuid) {
            return self.report(uuid, RETRY_INTERVAL_MIN);
        }
        let mut unallocated = operation.clone();
        validation::unallocate_operation(&mut unallocated);
        let (state, message) = match self.total.apply(&unallocated) {
            Ok(resources) => {
                self.total = resources;
                self.keep_folders(&operation);
                (OperationState::Finished, None)
            }
            Err(error) => (OperationState::Failed, Some(error.to_string())),
        };
        let status = OperationStatus {
            operation_id: operation.id.clone(),
            state: state.into(),
            message,
            uuid: Some(Box::new(Uuid { value: self.ids.bytes() })),
            agent_id: self.info.id.clone(),
            ..OperationStatus::default()
        };
        let report = Report { framework_id, operation, status, interval: RETRY_INTERVAL_MIN };
        self.operations.0.insert(uuid.clone(), report);
        self.report(uuid, RETRY_INTERVAL_MIN);
    }

    /// Repeats a report that was not acknowledged in time.
    pub(super) fn report_again(&mut self, uuid: &Bytes) {
        let interval = self.operations.0.get(uuid).map(|report| report.interval * 2);
        self.report(uuid, interval.unwrap_or_default().min(RETRY_INTERVAL_MAX));
    }

    /// Repeats all reports, because a master listens again.
    pub(super) fn report_all(&mut self) {
        let all: Vec<_> = self.operations.0.keys().cloned().collect();
        for uuid in all {
            self.report(&uuid, RETRY_INTERVAL_MIN);
        }
    }

    fn report(&mut self, uuid: &Bytes, interval: Duration) {
        let Some(report) = self.operations.0.get_mut(uuid) else { return };
        report.interval = interval;
        let (framework_id, status) = (report.framework_id.clone(), Box::new(report.status.clone()));
        self.timers.set(Timer::ReportOperation(uuid.clone()), self.now.saturating_add(interval));
        self.send_to_master(FromAgent::OperationUpdate { framework_id, uuid: uuid.clone(), status });
    }

    pub(super) fn operation_acknowledged(&mut self, uuid: &Bytes, status: &Bytes) {
        let is_meant =
            |report: &Report| report.status.uuid.as_ref().is_some_and(|sent| sent.value == *status);
        if self.operations.0.get(uuid).is_some_and(is_meant) {
            self.operations.0.remove(uuid);
            self.timers.cancel(&Timer::ReportOperation(uuid.clone()));
        }
    }

    /// Returns the operations whose reports are not acknowledged.
    pub(super) fn reported(&self) -> Vec<api::Operation> {
        let described = |(uuid, report): (&Bytes, &Report)| api::Operation {
            framework_id: report.framework_id.clone(),
            agent_id: self.info.id.clone(),
            info: report.operation.clone(),
            latest_status: report.status.clone(),
            statuses: vec![report.status.clone()],
            uuid: Uuid { value: uuid.clone() },
        };
        self.operations.0.iter().map(described).collect()
    }
}
