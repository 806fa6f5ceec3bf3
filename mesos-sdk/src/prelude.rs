//! What most schedulers need: `use mesos_sdk::prelude::*;`
//!
//! It contains the trait [`Scheduler`] and its driver, the builders of [`Task`] and [`Framework`],
//! and the messages that the methods for offers and updates receive.

pub use crate::build::{Framework, Task};
pub use crate::proto::TaskFate;
pub use crate::proto::v1::{Offer, TaskStatus};
pub use crate::{Error, HandlerResult, Scheduler, SchedulerDriver, SchedulerHandle, async_trait};
