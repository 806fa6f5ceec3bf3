//! Operations that this master does not do.

use mesos_sdk::proto::v1::{OperationId, OperationState, OperationStatus};

use super::{Master, event};

impl Master {
    /// An operation with an id gets `OPERATION_ERROR`; without one the framework wants no answer.
    pub(super) fn drop_operation(&mut self, framework: &str, id: Option<OperationId>, message: &str) {
        tracing::warn!(framework, message, "operation dropped");
        if id.is_some() {
            let status = OperationStatus {
                operation_id: id,
                state: OperationState::OperationError.into(),
                message: Some(message.to_owned()),
                ..OperationStatus::default()
            };
            self.send(framework, event::operation_update(status));
        }
    }
}
