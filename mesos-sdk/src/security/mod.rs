//! Who a driver is to its master, and whom it trusts.
//!
//! Give a driver an [`Authentication`]: [`Basic`] for a principal and a secret, [`Bearer`] for a token, or one of your
//! own.
//!
//! Credentials are never printed, and go only to hosts that you named: those in the list of masters, those that a
//! detector of your own gives, and those of `SchedulerDriver::with_trusted_hosts`. A redirect to another host, or a
//! master that ZooKeeper names, is refused with an error that says so.

mod authentication;
mod secret;
mod trust;

pub(crate) use authentication::header_value;
pub use authentication::{Authentication, Basic, Bearer};
pub use secret::Secret;
pub(crate) use trust::{Named, Trust};
