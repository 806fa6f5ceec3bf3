//! Write [Apache Mesos](https://mesos.apache.org) frameworks: a scheduler that decides what runs
//! where, executors that run it, and drivers that keep both connected.
//!
//! Implement [`Scheduler`], and run it with a [`SchedulerDriver`]. The driver speaks Mesos' v1 HTTP
//! API: it finds the leading master, subscribes and keeps the subscription, hands each event to one
//! of your methods, acknowledges status updates after your method has returned `Ok`, and sends your
//! calls. It needs neither libmesos nor `protoc`, and nothing has to connect back to the scheduler.
//!
//! ```no_run
#![doc = include_str!("../examples/smallest_scheduler.rs")]
//! ```
//!
//! An executor works the same way: implement [`Executor`], and run it with an [`ExecutorDriver`].
//!
//! ```no_run
#![doc = include_str!("../examples/smallest_executor.rs")]
//! ```
//!
//! # Where things are
//!
//! | Module | What |
//! |---|---|
//! | [`scheduler`], [`executor`] | the two traits, their drivers and handles |
//! | [`detect`] | finding the leading master |
//! | [`security`] | credentials and TLS |
//! | [`store`] | keeping the framework's id, for the next start of the scheduler |
//! | [`operator`] | querying and controlling masters and agents, as operators do |
//! | [`proto`] | the messages of the v1 API |
//! | [`build`], [`validation`] | building a framework's messages, and checking them as a master would |
//! | [`resources`] | adding, subtracting and finding resources as Mesos does |
//! | [`main`](macro@main), [`entry`] | programs that are their own executors |
//! | [`payload`], [`resource_spec`] | typed task data and typed resource needs, with derive macros |
//! | [`wire`] | RecordIO and the two encodings, for servers and tools |
//! | [`duration`] | Mesos' text form of durations |
//!
//! # What a driver promises
//!
//! * The driver acknowledges a status update only after your method has returned `Ok`. If the
//!   update is sent again, the driver acknowledges it again but does not hand it over again.
//! * No call vanishes: when you await it, you get the master's response or an error that states
//!   whether it was sent. If you do not await it, a failure reaches [`Scheduler::call_failed`].
//! * An executor's updates are kept and sent again until the scheduler has acknowledged them.
//! * A handler may be slow: heartbeats and calls go on, and events wait with the master rather than
//!   in memory.
//!
//! # Features
//!
//! | Feature | Default | What |
//! |---|---|---|
//! | `derive` | yes | the derive macros `Payload` and `ResourceSpec`, and the attribute `main` |
//! | `tls` | yes | masters as `https://…`, by rustls |
//! | `native-tls` | no | the same by the library that comes with the system, for masters with legacy cipher suites |
//! | `dcos` | no | service accounts of DC/OS |
//! | `json` | no | the JSON encoding of the v1 API, and the JSON form of resources |
//! | `metrics` | no | metrics of the drivers, for a recorder of the `metrics` crate |
//! | `zookeeper` | no | masters as `zk://host1:2181,host2:2181/mesos`: the leader is found, and watched, in ZooKeeper |
//!
//! # Cancel safety
//!
//! Dropping the future of `run` ends the driver at once, as `abort` would. You may drop a
//! [`CallFuture`] at any time: its call is already on its way.
//!
//! # Types of other crates
//!
//! Types of other crates that you name must come from the version that this crate uses. These are
//! all:
//!
//! | Crate | Here as | What |
//! |---|---|---|
//! | `async_trait` | [`async_trait`](macro@async_trait) | the attribute for implementations of traits with async methods |
//! | `bytes` | [`bytes`](::bytes) | `Bytes` |
//! | `futures_core` | - | `Stream` |
//! | `prost` | [`prost`](::prost) | `Message`, `UnknownEnumValue` |
//! | `serde_core` | - | `Deserialize`, `DeserializeOwned`, `Deserializer`, `Serialize`, `Serializer` |
//! | `tokio` | - | `AsyncRead`, `AsyncWrite` |

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::disallowed_methods))]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod address;
mod backoff;
mod budget;
pub mod build;
pub mod detect;
pub mod duration;
#[cfg(feature = "derive")]
pub mod entry;
mod error;
pub mod executor;
#[cfg(any(fuzzing, all(test, feature = "json", feature = "zookeeper")))]
#[doc(hidden)]
pub mod fuzzing;
mod http;
mod ids;
pub mod operator;
pub mod payload;
pub mod prelude;
pub mod proto;
/// Re-exports for the other crates of this project.
#[doc(hidden)]
pub mod regular_file;
pub mod resource_spec;
pub mod resources;
pub mod scheduler;
pub mod security;
mod session;
mod silence;
pub mod store;
/// For the other crates of this project.
#[doc(hidden)]
pub mod timer;
mod transport;
mod undecodable;
pub mod validation;
pub mod wire;

pub use ::{bytes, prost};
pub use ::async_trait::async_trait;

/// Makes a program its own executor: started by a person, `main` runs the scheduler; started by an
/// agent with the arguments `mesos-executor NAME`, the executor with that name.
///
/// ```
/// use mesos_sdk::proto::v1::{KillPolicy, TaskId, TaskInfo};
/// use mesos_sdk::{Error, Executor, ExecutorHandle, HandlerResult, async_trait};
///
/// #[derive(Default)]
/// struct Counter;
///
/// #[async_trait]
/// impl Executor for Counter {
/// #   async fn launch(&mut self, _: &ExecutorHandle, _: TaskInfo) -> HandlerResult { Ok(()) }
/// #   async fn kill(&mut self, _: &ExecutorHandle, _: TaskId, _: Option<KillPolicy>) -> HandlerResult { Ok(()) }
///     // …
/// }
///
/// #[mesos_sdk::main(executors(Counter))]
/// async fn main() -> Result<(), Error> {
///     // Runs a SchedulerDriver, whose tasks name the command `[program, "mesos-executor", "Counter"]`.
///     Ok(())
/// }
/// ```
///
/// `executors(…)` names types that implement [`Executor`] and `Default`; the name of an executor is
/// that of its type. `work(…)` names functions with the attribute `work` of mesos-launcher.
///
/// `main` runs in a multi-threaded tokio runtime. An error is printed on one line, and the exit
/// status is 1. A program that is started with the argument `mesos-executor`, but not by an agent,
/// explains that and exits with status 2.
#[cfg(feature = "derive")]
pub use mesos_sdk_derive::main;

pub use address::{Address, DEFAULT_MASTER_PORT, Scheme};
pub use detect::{Master, MasterDetector};
pub use error::{Error, ErrorKind, HandlerResult, Sent};
pub use executor::{Executor, ExecutorDriver, ExecutorHandle};
pub use http::{Connector, Io, TcpConnector};
pub use payload::{Payload, PayloadError};
pub use resource_spec::{ResourceSpec, ResourceSpecError};
pub use scheduler::{Scheduler, SchedulerDriver, SchedulerHandle};
pub use session::{CallFuture, DriverStatus};
pub use store::FrameworkStore;
pub use transport::ClientOptions;
pub use undecodable::Undecodable;

/// Compiles the example in the README in the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
