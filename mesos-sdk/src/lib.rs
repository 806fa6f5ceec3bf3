//! Write Apache Mesos frameworks in Rust.

pub mod duration;
pub mod payload;
pub mod proto;
pub mod resource_spec;
pub mod resources;
pub mod wire;

pub use payload::{Payload, PayloadError};
pub use resource_spec::{ResourceSpec, ResourceSpecError};
