//! What the master refuses, in Mesos' words.

pub(super) mod call;
mod check;
mod command;
mod container;
mod executor;
pub(super) mod framework;
mod group;
mod id;
mod resource;
pub(super) mod role;
mod task;

use mesos_sdk::proto::v1::DurationInfo;

pub(super) use resource::validate_operation;

/// A length of time that is no less than nothing.
fn non_negative(length: Option<DurationInfo>, otherwise: &str) -> Result<(), String> {
    match length {
        Some(length) if length.nanoseconds < 0 => Err(otherwise.to_owned()),
        _ => Ok(()),
    }
}
