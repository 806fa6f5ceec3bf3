//! Runs batches, maps and services on [Apache Mesos], even if the scheduler, masters or agents
//! fail: each task of a batch to its end, and the desired number of instances of a service, always.
//!
//! ```no_run
#![doc = include_str!("../examples/quickstart.rs")]
//! ```
//!
//! A program that must not lose anything gives the launcher a store, and submits the same batch
//! each time it starts:
//!
//! ```no_run
//! use mesos_launcher::{Batch, Error, FileLog, Launcher, Retry, Task};
//! use mesos_sdk::Master;
//!
//! # async fn example() -> Result<(), Error> {
//! let master: Master = "10.0.0.1:5050".parse()?;
//! let store = FileLog::new("/var/lib/nightly");
//! let launcher = Launcher::builder("nightly").master(master).store(store).start().await?;
//! let reports = (0..100).map(|n| Task::shell(format!("report {n}")).cpus(0.5).mem(256.0));
//! let batch = Batch::new("reports", reports).max_concurrent(20).retry(Retry::attempts(5));
//! let batch = launcher.submit(batch).await?; // the same batch again changes nothing
//! println!("{:?}", batch.ended().await?);
//! batch.forget().await?; // done with its records
//! launcher.stop().await
//! # }
//! ```
//!
//! A service runs until it is stopped:
//!
//! ```no_run
//! use mesos_launcher::{Error, Health, Launcher, Service, Task};
//!
//! # async fn example(launcher: Launcher) -> Result<(), Error> {
//! let server = Task::shell("exec ./server --port $PORT_HTTP").uri("/srv/server.tgz").mem(256.0);
//! let server = server.port("http").health(Health::http("http", "/health"));
//! let web = Service::new("web", server).instances(5);
//! let web = launcher.submit(web).await?; // the same service again changes nothing
//! web.until_running(5).await?;
//! web.scale(7).await
//! # }
//! ```
//!
//! # What it does today
//!
//! It runs [batches](Batch) and [services](Service) of command tasks, where their
//! [constraints](Task::constraint) allow it, and gives services new versions by
//! [rollouts](Update). An instance of a service may be a [`Pod`] of several tasks. A [`Map`] runs a
//! function of the program itself on many inputs. Volumes are not part of it yet.
//!
//! # What it promises
//!
//! * No task exists without a record that was durable before its launch, and no task id is used
//!   twice, over all restarts of the program.
//! * A task of a batch, or an instance of a service, has at most one run that may be alive, except
//!   for one whose agent has been unreachable for 5 minutes, or as long as the service
//!   [sets](Service::replace_unreachable_after): then another one starts, and the first is killed
//!   if it is seen again.
//! * The end of a run is stored before the update is acknowledged. The end of each task of a batch
//!   is returned once by a handle; after a restart again, until the batch is forgotten. The result
//!   of a task of a map is part of its end.
//! * What was stopped or scaled down is killed, also by later processes, until the end of each task
//!   is known or its agent is out of sight.
//! * Constraints hold for all that the launcher runs, also after a restart: see
//!   [`Task::constraint`].
//! * An instance that runs is not stopped for one that does not when a service is scaled down.
//! * A rollout stops no instance if fewer than desired, without those that may be
//!   [missing](Update::missing), would run, and adds no more than its [surge](Update::surge). It is
//!   rolled back at most once, and continues after a restart where it was.
//! * Failures are counted by whose fault they are, and the counts and waits survive restarts: a
//!   restart makes no crash loop fast again.
//! * Of two programs that open the same store, only the later one can launch anything. With
//!   [`standby`](LauncherBuilder::standby), the later one waits until the other one is gone.
//!
//! A task may run more than once: see [`Batch::at_most_once`]. While the store does not work,
//! nothing is launched or acknowledged, and what runs continues.
//!
//! [Apache Mesos]: https://mesos.apache.org

#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs, clippy::disallowed_methods)]

mod batch;
mod binary;
mod check;
mod constraints;
mod core;
mod data;
mod end;
mod engine;
mod error;
mod framework_id;
mod handle;
mod health;
mod instance;
mod launcher;
mod map;
mod map_handle;
mod pod;
mod port;
mod progress;
mod retry;
mod rollout;
mod scheduler;
mod service;
mod service_handle;
mod shared;
mod spec;
mod stalls;
pub mod store;
mod task;
mod unit;
mod update;
mod volume;
mod work;
mod workload;

pub use mesos_placement::{
    Condition, Constraint, Domains, First, GroupConstraint, Key, Missing, Pattern, PlacementError,
    Preference, Reason, Refusal, Refusals, Rule, Select, Share, Shortage, Spread, Test, Unmet,
    parse_marathon,
};

pub use batch::Batch;
pub use binary::Binary;
pub use end::{End, Failure, Outcome, Side};
pub use error::{Error, ErrorKind};
pub use handle::BatchHandle;
pub use health::Health;
pub use instance::{Instance, InstanceState, ServiceStatus};
pub use launcher::{Launcher, LauncherBuilder};
pub use map::Map;
pub use map_handle::MapHandle;
/// Makes an async function one that a [`Map`] runs on agents.
///
/// ```
/// use mesos_launcher::{Context, Map, WorkError};
/// use mesos_sdk::Payload;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize, Payload)]
/// struct Text(String);
///
/// #[derive(Serialize, Deserialize, Payload)]
/// struct Words(usize);
///
/// #[mesos_launcher::work]
/// async fn count(text: Text, context: Context) -> Result<Words, WorkError> {
///     if text.0.is_empty() {
///         return Err(WorkError::fatal("no text")); // any other error is tried again
///     }
///     println!("attempt {}", context.attempt());
///     Ok(Words(text.0.split_whitespace().count()))
/// }
///
/// let map = Map::<count>::new("words", [Text("one two".to_owned())]);
/// # drop(map);
/// ```
///
/// The function stays as it is, so that a unit test can call it with [`Context::default`]. Beside
/// it, the attribute declares a type of the same name, which implements [`Work`]. The context may
/// be left out. `#[work(max_concurrent = 8)]` sets [`Work::MAX_CONCURRENT`].
pub use mesos_sdk_derive::work;
pub use pod::Pod;
pub use port::Port;
pub use progress::Progress;
pub use retry::{Backoff, Retry};
pub use rollout::{Rollout, RolloutState};
pub use service::Service;
pub use service_handle::ServiceHandle;
pub use store::{FileLog, Memory, Store};
pub use task::Task;
pub use unit::Unit;
pub use update::{OnFailure, Update};
pub use volume::{Volume, VolumeState};

#[doc(hidden)]
pub use work::Returned;
pub use work::{Context, MAX_INPUT, MAX_RESULT, Work, WorkError, Worker};
pub use workload::Workload;
