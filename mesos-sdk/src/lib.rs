//! Write Apache Mesos frameworks in Rust.

pub mod duration;
pub mod proto;
pub mod wire;
