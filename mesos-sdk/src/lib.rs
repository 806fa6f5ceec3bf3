//! Write Apache Mesos frameworks in Rust.

mod address;
pub mod detect;
pub mod duration;
mod error;
pub mod executor;
mod http;
pub mod payload;
pub mod proto;
pub mod resource_spec;
pub mod resources;
pub mod scheduler;
mod session;
pub mod wire;

pub use ::async_trait::async_trait;

pub use address::{Address, DEFAULT_MASTER_PORT};
pub use detect::{Master, MasterDetector};
pub use error::{Error, ErrorKind, HandlerResult};
pub use executor::{Executor, ExecutorDriver, ExecutorHandle};
pub use http::{Connector, Io, TcpConnector};
pub use payload::{Payload, PayloadError};
pub use resource_spec::{ResourceSpec, ResourceSpecError};
pub use scheduler::{Scheduler, SchedulerDriver, SchedulerHandle};
pub use session::Sending;
