//! Measures what only an executor has.

use std::time::Duration;

use super::event::Delivery;
use crate::proto::v1::executor::Call;
use crate::session::RoleMeter;
use crate::session::measures::{self, Labels};

/// Counts the states that an executor reports.
pub(crate) struct ExecutorMeter(Labels);

impl RoleMeter for ExecutorMeter {
    type Delivery = Delivery;
    type Call = Call;

    fn new(labels: Labels) -> Self {
        Self(labels)
    }

    fn delivers(&mut self, _: Duration, _: &Delivery) {}

    fn sends(&mut self, _: Duration, call: &Call) {
        if let Some(update) = &call.update {
            let state = update.status.state().as_str_name();
            measures::TASK_UPDATES.add(self.0.with([("state", state)]), 1);
        }
    }

    fn publish(&mut self, _: Duration, _: usize) {}

    fn end(&mut self) {}
}
