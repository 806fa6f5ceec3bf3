//! Runs batches of tasks on [Apache Mesos], each task to its end, even if the scheduler, masters or
//! agents fail in between.
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
//! let launcher = Launcher::new("nightly").master(master).store(store).start().await?;
//! let reports = (0..100).map(|n| Task::shell(format!("report {n}")).cpus(0.5).mem(256.0));
//! let batch = Batch::new("reports", reports).at_once(20).retry(Retry::attempts(5));
//! let batch = launcher.submit(batch).await?; // the same batch again changes nothing
//! println!("{:?}", batch.ended().await?);
//! batch.forget().await?; // done with its records
//! launcher.stop().await
//! # }
//! ```
//!
//! # What it does today
//!
//! It runs [batches](Batch) of command tasks. Services, rollouts, volumes, pods, constraints and
//! typed results are not part of it yet.
//!
//! # What it promises
//!
//! * No task exists without a record that was durable before its launch, and no task id is used
//!   twice, over all restarts of the program.
//! * A task of a batch has at most one attempt that may be running, except for one whose agent has
//!   been unreachable for 5 minutes: then another one starts, and the first is killed if it is seen
//!   again.
//! * The end of an attempt is stored before the update is acknowledged. The end of each task is
//!   returned once by a handle; after a restart again, until the batch is forgotten.
//! * A batch that was stopped is killed, also by later processes, until the end of each task is
//!   known or its agent is out of sight.
//! * Failures are counted by whose fault they are, and the counts and waits survive restarts: a
//!   restart makes no crash loop fast again.
//! * Of two programs that open the same store, only the later one can launch anything.
//!
//! A task may run more than once: see [`Batch::at_most_once`]. While the store does not work,
//! nothing is launched or acknowledged, and what runs continues.
//!
//! [Apache Mesos]: https://mesos.apache.org

#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs, clippy::disallowed_methods)]

mod check;
mod core;
mod end;
mod engine;
mod error;
mod framework_id;
mod handle;
mod launcher;
mod progress;
mod scheduler;
mod shared;
mod spec;
pub mod store;

pub use mesos_placement::Refusals;

pub use end::{End, Failure, Outcome, Side};
pub use error::{Error, ErrorKind};
pub use handle::BatchHandle;
pub use launcher::{Launcher, LauncherBuilder};
pub use progress::Progress;
pub use spec::{Backoff, Batch, Retry, Task};
pub use store::{FileLog, Memory, Store};
