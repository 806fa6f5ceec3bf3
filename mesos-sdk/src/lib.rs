//! x
pub mod proto;
mod wire;
