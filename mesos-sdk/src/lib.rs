//! Write [Apache Mesos](https://mesos.apache.org) frameworks: a scheduler that decides what runs where, executors
//! that run it, and drivers that keep both connected.
//!
//! Implement [`Scheduler`], and run it with a [`SchedulerDriver`]. The driver speaks Mesos' v1 HTTP API: it finds the
//! leading master, subscribes and keeps the subscription, hands each event to a method of yours, acknowledges status
//! updates after your method has returned `Ok`, and sends your calls. There is no libmesos and no `protoc` in it, and
//! nothing needs to connect back to the scheduler.
//!
//! ```no_run
#![doc = include_str!("../examples/smallest_scheduler.rs")]
//! ```
//!
//! An executor is the same the other way round: [`Executor`] and [`ExecutorDriver`].
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
//! | [`operator`] | asking masters and agents, and telling them, what operators want |
//! | [`proto`] | the messages of the v1 API |
//! | [`build`], [`validation`] | building what a framework says, and what a master would say to it |
//! | [`resources`] | adding, subtracting and finding resources as Mesos does |
//! | [`payload`], [`resource_spec`] | typed task data and typed resource needs, with derive macros |
//! | [`wire`] | RecordIO and the two encodings, for servers and tools |
//! | [`duration`] | Mesos' text form of durations |
//!
//! # What a driver promises
//!
//! * A status update is acknowledged only after your method has returned `Ok`; one that comes again is acknowledged
//!   again without being handed over again.
//! * No call vanishes: awaiting it gives the master's answer or an error that says whether it was sent, and a
//!   failure of one that you do not await reaches [`Scheduler::call_failed`].
//! * An executor's updates are kept and sent again until the scheduler has acknowledged them.
//! * A handler may be slow: heartbeats and calls go on, and events wait with the master rather than in memory.
//!
//! # Features
//!
//! | Feature | Default | What |
//! |---|---|---|
//! | `derive` | yes | the derive macros `Payload` and `ResourceSpec` |
//! | `tls` | yes | masters as `https://…`, by rustls |
//! | `native-tls` | no | the same by the library that comes with the system, for masters with the ciphers of old |
//! | `dcos` | no | service accounts of DC/OS |
//! | `json` | no | the JSON encoding of the v1 API, and the JSON form of resources |
//! | `zookeeper` | no | masters as `zk://host1:2181,host2:2181/mesos`: the leader is found, and watched, in ZooKeeper |
//!
//! # Cancel safety
//!
//! Dropping the future of `run` ends the driver at once, as `abort` would. A [`CallFuture`] may be dropped at
//! any time: its call is on its way already.

//! # Types of other crates
//!
//! What you name of other crates has to be of the version that this one uses. These are all:
//!
//! | Crate | Here as | What |
//! |---|---|---|
//! | `async_trait` | [`async_trait`](macro@async_trait) | the attribute for implementations of traits with async methods |
//! | `bytes` | [`bytes`](::bytes) | `Bytes` |
//! | `futures_core` | - | `Stream` |
//! | `prost` | [`prost`](::prost) | `Message`, `UnknownEnumValue` |
//! | `serde_core` | - | `Deserialize`, `DeserializeOwned`, `Deserializer`, `Serialize`, `Serializer` |
//! | `tokio` | - | `AsyncRead`, `AsyncWrite` |

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::disallowed_methods))]

mod address;
mod backoff;
mod budget;
pub mod build;
pub mod detect;
pub mod duration;
mod error;
pub mod executor;
#[cfg(any(fuzzing, all(test, feature = "json", feature = "zookeeper")))]
#[doc(hidden)]
pub mod fuzzing;
mod http;
mod ids;
pub mod operator;
pub mod payload;
pub mod proto;
/// For the other crates of this project.
#[doc(hidden)]
pub mod regular_file;
pub mod resource_spec;
pub mod resources;
pub mod scheduler;
pub mod security;
mod session;
mod silence;
pub mod store;
mod transport;
mod undecodable;
pub mod validation;
pub mod wire;

pub use ::{bytes, prost};
pub use ::async_trait::async_trait;

pub use address::{Address, DEFAULT_MASTER_PORT, Scheme};
pub use detect::{Master, MasterDetector};
pub use error::{Error, ErrorKind, HandlerResult, Sent};
pub use executor::{Executor, ExecutorDriver, ExecutorHandle};
pub use http::{Connector, Io, TcpConnector};
pub use payload::{Payload, PayloadError};
pub use resource_spec::{ResourceSpec, ResourceSpecError};
pub use scheduler::{Scheduler, SchedulerDriver, SchedulerHandle};
pub use session::CallFuture;
pub use store::FrameworkStore;
pub use undecodable::Undecodable;

/// The examples in the project's pages are compiled by the tests.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../../README.md")]
    struct Readme;
    #[doc = include_str!("../../docs/writing-a-framework.md")]
    struct WritingAFramework;
    #[doc = include_str!("../../docs/operator.md")]
    struct Operators;
    #[cfg(feature = "dcos")]
    #[doc = include_str!("../../docs/security.md")]
    struct Security;
}
