//! An embedded Apache Mesos cluster: one master and some agents in your process.
//!
//! It speaks the same v1 HTTP API as Apache Mesos 1.11 on a port of loopback, so every framework
//! that can use Mesos can use it: yours in its tests, and any other in development. Agents run
//! executors and commands as child processes, with the environment and the sandbox that Mesos gives
//! them; nothing outlives the cluster.
//!
//! # In tests
//!
//! ```
//! use mesos_sdk::proto::v1::{FrameworkInfo, Offer, TaskStatus};
//! use mesos_sdk::{HandlerResult, Scheduler, SchedulerDriver, SchedulerHandle, async_trait};
//!
//! /// Stops at the first offer.
//! struct OneOffer;
//!
//! #[async_trait]
//! impl Scheduler for OneOffer {
//!     async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
//!         println!("{} offers {:?}", offers[0].hostname, offers[0].resources);
//!         Ok(handle.stop())
//!     }
//!     async fn update(&mut self, _: &SchedulerHandle, _: TaskStatus) -> HandlerResult {
//!         Ok(())
//!     }
//! }
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let cluster = mesos_local::Cluster::builder().agents(2).start().await?;
//!     let info = FrameworkInfo { user: "me".into(), name: "test".into(), ..Default::default() };
//!     SchedulerDriver::new(cluster.master(), info).run(&mut OneOffer).await?;
//!     assert_eq!(cluster.state().await["completed_frameworks"][0]["name"], "test");
//!     cluster.shutdown().await;
//!     Ok(())
//! }
//! ```
//!
//! * You can make everything go wrong that goes wrong in a real cluster: agents are killed or
//!   freeze, streams break, responses get lost, another leader takes over, or there is none. See
//!   the methods of [`Cluster`] under "Faults".
//! * [`InProcessExecutors`] run as futures instead of processes, and [`Cluster::connector`] needs
//!   no sockets. With both, tests can pause tokio's clock, and an hour passes in no time.
//! * [`SimulatedAgents`] exist, with their tasks, only in the master's memory. They show how a
//!   framework fares in a large cluster.
//! * [`Cluster::state`] returns what the master serves at `/master/state`.
//!
//! # As a program
//!
//! `cargo run -p mesos-local -- up --agents 3` starts a cluster for development, with a page that
//! shows it live, and prints how to reach it. Other commands inject faults into it, as
//! `docs/command-line.md` describes. Programs that take their master as text can use [`master()`]:
//! with `local` they start their own cluster.
//!
//! # What it leaves out
//!
//! A test that passes here should pass on Mesos, and what is missing here should be obvious.
//!
//! * **Resources are counted, not enforced.** Executors run as plain processes of your user and
//!   ignore `FrameworkInfo.user`. Container images, volumes of containers, and networks are not
//!   supported, and GPUs are only counted. If the cluster runs as root, a sandbox belongs to the
//!   task's user, and the command's files are fetched with that user's rights. A user unknown to
//!   the machine is treated as root; a real agent fails the task.
//! * **Files of commands** come from paths and from `file://`, `http://` and `https://` (which
//!   needs `curl`), not from `ftp://` or Hadoop.
//! * **Persistent volumes** are folders, `volumes/roles/ROLE/ID` of the agent, as on agents without
//!   mounts: a sandbox has a link to each volume that is used in it, unless the path has a slash.
//!   Their size is not enforced, and a read-only volume can be written to. Disks with a source, of
//!   type `PATH` or `MOUNT`, get no folders. Agents have no resource providers and refuse
//!   `CREATE_DISK` and `DESTROY_DISK`. A later cluster with the same [folder](Builder::work_dir)
//!   knows none of the volumes, but finds the files of those that are created in it again.
//! * **No oversubscription.**
//! * **Pods** run: the default executor in this process, and their tasks as child processes. A
//!   cluster [in memory](Builder::in_memory) starts no processes, so their tasks fail there.
//! * **Operators** need no credentials. Their containers, and those of pods, are plain processes,
//!   too, without limits and images. Of volumes they have only the paths of an executor's sandbox
//!   that its tasks share. Pruning images and changing resource providers is not supported.
//! * **Terminals** control what runs in them by way of `setsid` (of util-linux). Where it is
//!   missing, their keys send no signals.
//! * **No authorization and no TLS.** Schedulers and executors authenticate where
//!   [`Builder::credentials`] and [`Builder::executor_authentication`] ask for it. Otherwise
//!   everyone who can reach loopback can use the cluster.
//! * **Pages** exist as far as [testing a framework][testing] lists them. Metrics that are not
//!   measured are absent.
//! * **One master.** [`Cluster::fail_over`] restarts it with only what agents report to it, as with
//!   a new leader. With [`Cluster::become_standby`] and others it responds like a standby.
//! * **Request heads** go through another parser. It refuses HTTP versions and header names that do
//!   not exist, which real Mesos accepts.
//!
//! `docs/testing-a-framework.md` lists the remaining differences in responses, and why they mislead
//! nobody.
//!
//! [testing]: https://github.com/mesos-sdk/mesos-sdk/blob/main/docs/testing-a-framework.md
//!
//! # Limits
//!
//! Like Mesos, the master keeps its state in memory. Unlike Mesos, it has limits; a client that
//! exceeds one is disconnected, as a network failure would do.
//!
//! | Limit of each master and agent | | Then |
//! |---|---|---|
//! | `MAX_CONNECTIONS` | 4096 connections | the one goes that has been waited on longest: for a head, for a body, for the client to read |
//! | `MAX_HEAD` | 80 KiB of a request's head, as in Mesos | the connection ends |
//! | `MAX_HEADERS` | 2048 headers in it | the connection ends |
//! | `MAX_BODY` | 64 MiB of a request's body | 413 |
//! | `UNPACKED_FACTOR`, `UNPACKED_FLOOR` | 100 times the size of a compressed body, and 4 MiB; one body at a time is decompressed | 413; further ones wait |
//! | `MAX_DECODED` | 512 MiB of memory for the call in it | 413 |
//! | `MAX_DECODED_AT_ONCE` | 1 GiB of memory for all calls that are being done | further ones wait |
//! | `MAX_HELD_BYTES` | 256 MiB of bodies that are not whole yet | the same one goes |
//! | `READ_TIMEOUT` | 10 minutes for a head, or between two requests, and for a body | the connection ends |
//! | `MAX_QUEUED_EVENTS`, `MAX_QUEUED_BYTES` | 262,144 events, or 64 MiB of them, for one subscriber, unless [set](Builder::event_queue) | the stream is cut |
//! | `MAX_STARTING` | 16 containers that an agent makes and starts at once | further ones wait; the registration timeout of an executor begins when its process runs |
//! | `MAX_AGENTS`, `MAX_CROWD_TASKS` | 100,000 agents, as many of a crowd, and 10,000,000 tasks of a crowd | the cluster does not start |
//! | `CACHE_SIZE` | 2 GiB of fetched files that an agent keeps, as in Mesos | further files are fetched each time |
//! | `WAITING_CALLS` | 1024 calls that wait for the master or agent | further ones wait |
//!
//! Connections with an event stream or a call in progress are never closed to make room: 4096
//! subscribers fill a master.
//!
//! What a task has started ends with it, even if it has left its process group, as daemons do by
//! `setsid`: on Linux every process is killed whose environment names the sandbox. A process that
//! was started with another environment is not found (real agents need cgroups to find it). Daemons
//! also survive if this process is ended by SIGKILL. The output of tasks has no limit, as with a
//! real agent's default logger.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::disallowed_methods))]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod agent;
mod cluster;
mod describe;
mod master;
mod messages;
mod pages;
mod random;
mod server;
mod tally;

pub use agent::{InProcessEnvironment, InProcessExecutors};
pub use cluster::{Builder, Cluster, SimulatedAgents, StartError, master};

/// Compiles the example in the README in the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
