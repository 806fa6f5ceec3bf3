//! Validation: what a master refuses, with the master's own wording.
//!
//! Mesos responds to a malformed task with `TASK_ERROR` and a sentence, long after the task was
//! built. The functions of this module return the same sentence at once, without a master:
//! [`task`], [`task_group`], [`executor`], [`framework`], [`offer_constraints`], [`operation`], and
//! their parts ([`command`], [`container`], [`check`], [`health_check`], [`resources`], [`id`],
//! [`role`]).
//!
//! They check the messages alone. [`task_in`] and [`task_group_in`] also check what depends on the
//! cluster (whether an id is in use, whether the offer has the resources), with a [`Context`]; the
//! embedded cluster of `mesos-local` refuses tasks with them. The wording is that of Mesos 1.11.
//!
//! ```
//! use mesos_sdk::proto::v1::{TaskId, TaskInfo};
//! let task = TaskInfo { task_id: TaskId::from("a/b"), ..TaskInfo::default() };
//! let invalid = mesos_sdk::validation::task(&task).unwrap_err();
//! assert_eq!(invalid.field(), "task_id");
//! assert_eq!(invalid.reason(), "'a/b' contains invalid characters");
//! ```

mod check;
mod command;
mod constraints;
mod container;
mod context;
mod executor;
pub(crate) mod fatal;
mod framework;
mod group;
mod id;
mod invalid;
mod operation;
mod prepare;
mod quota;
mod resource;
mod role;
mod task;

use crate::proto::v1::DurationInfo;

pub use check::{validate as check, validate_health as health_check};
pub use command::validate as command;
pub use constraints::validate as offer_constraints;
pub use container::validate as container;
pub use context::{Context, InUse};
pub use executor::validate as executor;
pub use framework::{
    amount, failover_timeout, has_capability, roles_of, suppressed_roles, update, validate as framework,
};
pub use group::{validate as task_group, validate_in as task_group_in};
pub(crate) use id::MAX_ID;
pub use id::validate as id;
pub use invalid::ValidationError;
pub use operation::operation;
pub use prepare::{prepare_group, prepare_operation, prepare_task, unallocate_operation, upgrade_operation};
pub use quota::quota_amount;
pub use resource::{validate as resources, well_formed};
pub use role::validate as role;
pub use task::{validate as task, validate_in as task_in};

/// The least CPU share that the executor of a group needs, and that is worth an offer.
pub const MIN_CPUS: f64 = 0.01;
/// The least memory in megabytes that the executor of a group needs, and that is worth an offer.
pub const MIN_MEM: f64 = 32.0;

/// Checks that a duration is not negative.
fn non_negative(length: Option<DurationInfo>, otherwise: &str) -> Result<(), String> {
    match length {
        Some(length) if length.nanoseconds < 0 => Err(otherwise.to_owned()),
        _ => Ok(()),
    }
}
