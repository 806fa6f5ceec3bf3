//! Which delivery a handler has.

use std::fmt;
use std::sync::Arc;

use super::acknowledgement::{wanted, wanted_operation};
use crate::proto::v1::scheduler::call::{Acknowledge, AcknowledgeOperationStatus};
use crate::proto::v1::{OperationStatus, TaskId, TaskStatus};
use crate::session::Token;

/// Which delivery a handler has returned from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum DeliveryToken {
    /// An update that wants an acknowledgement.
    Update(Arc<Acknowledge>),
    /// An operation's update that wants one.
    Operation(Arc<AcknowledgeOperationStatus>),
    /// An update that wants none, of this task unless it is one of an operation.
    Unacknowledged(Option<TaskId>),
    /// Anything else, by the name of its handler.
    Event(&'static str),
}

impl DeliveryToken {
    /// Of an update's delivery.
    pub(super) fn of(status: &TaskStatus) -> Self {
        wanted(status).map_or_else(|| Self::Unacknowledged(Some(status.task_id.clone())), Self::Update)
    }

    /// Of an operation update's delivery.
    pub(super) fn of_operation(status: &OperationStatus) -> Self {
        wanted_operation(status).map_or(Self::Unacknowledged(None), Self::Operation)
    }
}

impl Token for DeliveryToken {
    fn may_fail(&self) -> bool {
        matches!(self, Self::Update(_) | Self::Operation(_) | Self::Unacknowledged(_))
    }
}

impl fmt::Display for DeliveryToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Update(update) => write!(formatter, "the update of task {}", update.task_id.value),
            Self::Operation(update) => {
                write!(formatter, "the update of operation {}", update.operation_id.value)
            }
            Self::Unacknowledged(Some(task)) => write!(formatter, "an update of task {}", task.value),
            Self::Unacknowledged(None) => formatter.write_str("an update of an operation"),
            Self::Event(name) => formatter.write_str(name),
        }
    }
}
