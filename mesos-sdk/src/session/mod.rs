//! The session: what scheduler and executor share.
//!
//! [`Machine`] makes all decisions, without I/O: inputs and the time go in, [`Action`]s come out.
//! [`engine`] is the asynchronous shell that owns the sockets, the timer and the queues, and does
//! what the actions request. A [`Role`] defines what differs between a scheduler and an executor.

mod commands;
mod early;
mod engine;
mod engine_calls;
mod engine_input;
mod engine_lanes;
mod errors;
mod handler_loop;
mod handler_status;
mod inbox;
mod input;
mod machine;
#[cfg(feature = "metrics")]
pub(crate) mod measures;
#[cfg(feature = "metrics")]
mod meter;
#[cfg(not(feature = "metrics"))]
mod no_meter;
mod observer;
mod opening;
mod role;
mod sending;
mod settings;
mod status;
mod storing;
#[cfg(test)]
mod tests;
mod turns;

pub(crate) use commands::{CommandReceiver, CommandSender, command_channel};
pub(crate) use errors::log_dropped_failure;
pub(crate) use handler_loop::{Dispatch, run};
pub(crate) use inbox::{Notifications, Notify};
pub(crate) use input::{CallMode, Outcome, Stop};
pub(crate) use machine::Machine;
pub(crate) use opening::before_session;
#[cfg(feature = "metrics")]
pub(crate) use role::RoleMeter;
pub(crate) use role::{
    Api, ApiCall, CallId, Deliverable, Due, FollowUp, OutgoingCalls, Outlook, Periodic, Received,
    RepeatedCalls, Role, Subject, Token, TokenOf,
};
pub use sending::CallFuture;
pub(crate) use settings::{Ending, Settings};
pub use status::DriverStatus;
pub(crate) use status::Snapshot;
pub(crate) use storing::Store;
