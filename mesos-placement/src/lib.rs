//! Matches the tasks of an [Apache Mesos] framework with what its agents offer: tasks and offers go
//! in, assignments and reasons come out.
//!
//! The crate does no I/O, reads no clock and uses no randomness: the same input gives the same
//! result.
//!
//! A scheduler needs three lines for it: it passes its offers to the placer, accepts those that the
//! placer has assigned tasks to, and declines the rest.
//!
//! ```
//! use mesos_placement::{Accept, Constraint, Key, Needs, PlacementError, Placer, Task};
//! use mesos_sdk::build;
//! use mesos_sdk::proto::v1::{AgentId, Offer, TaskInfo, TaskStatus};
//! use mesos_sdk::validation::ValidationError;
//! use mesos_sdk::{HandlerResult, Scheduler, SchedulerHandle, async_trait};
//!
//! struct Web {
//!     placer: Placer,
//! }
//!
//! impl Web {
//!     /// Submits a task; each one runs on a different host.
//!     fn submit(&mut self, id: &str) -> Result<(), PlacementError> {
//!         let web = Task::new(id, Needs::new(0.5, 128.0)).group("web");
//!         self.placer.submit(web.constraint(Constraint::limit(Key::Hostname, 1)))
//!     }
//! }
//!
//! fn infos(accept: &Accept<'_>) -> Result<Vec<TaskInfo>, ValidationError> {
//!     let agent = AgentId::from(accept.agent);
//!     let task = |id: &str| build::Task::new(id).command("exec web");
//!     let tasks = accept.assignments.iter();
//!     tasks.map(|one| task(&one.task).resources(one.resources.clone()).build(&agent)).collect()
//! }
//!
//! #[async_trait]
//! impl Scheduler for Web {
//!     async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
//!         offers.iter().try_for_each(|offer| self.placer.add_offer(offer))?;
//!         for accept in self.placer.place().accepts() {
//!             handle.launch(accept.offers.to_vec(), infos(&accept)?).await?;
//!         }
//!         handle.decline(self.placer.take_offers()).await?;
//!         Ok(())
//!     }
//!
//!     async fn update(&mut self, _: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
//!         self.placer.update(&status);
//!         for unplaced in self.placer.explain() {
//!             println!("{} waits:\n{}", unplaced.task, unplaced.refusals);
//!         }
//!         Ok(())
//!     }
//! }
//! ```
//!
//! # Constraints
//!
//! A constraint is about the agent alone, or about the tasks that run with the same *value*: with
//! the same hostname, rack or zone. Below, each box is a rack, `#` is a task of the group, and `+`
//! is where a new one may go.
//!
//! ```text
//! equals("rack", "b")      limit("rack", 2)         same("rack")
//!   a     b     c            a     b     c            a     b     c
//! +---+ +---+ +---+        +---+ +---+ +---+        +---+ +---+ +---+
//! |   | | + | |   |        |## | |#+ | | + |        |   | |#+ | |   |
//! +---+ +---+ +---+        +---+ +---+ +---+        +---+ +---+ +---+
//!
//! even("rack", 3, 7)       spread("rack", 1)        away("rack", group x)
//! 3, 2 and 2 tasks         counts differ by <= 1    x keeps away as well
//!   a     b     c            a     b     c            a     b     c
//! +---+ +---+ +---+        +---+ +---+ +---+        +---+ +---+ +---+
//! |###| |## | |#+ |        |## | |#+ | |#+ |        | x | | + | | + |
//! +---+ +---+ +---+        +---+ +---+ +---+        +---+ +---+ +---+
//!
//! near("rack", group x)    Exclusive, by agents     limit("rack", 1) and
//!   a     b     c            1     2     3            none_of("rack", ["c"])
//! +---+ +---+ +---+        +---+ +---+ +---+        +---+ +---+ +---+
//! | x+| |   | |   |        | x | | + | | # |        | # | | + | |   |
//! +---+ +---+ +---+        +---+ +---+ +---+        +---+ +---+ +---+
//! ```
//!
//! Constraints can be combined with [`Constraint::All`], [`Constraint::Any`] and
//! [`Constraint::Not`], and each can be a [`Preference`] with a weight. [`parse_marathon`] reads
//! Marathon's texts.
//!
//! # Which agent is chosen
//!
//! Among the suitable agents, the placer chooses the one with the largest sum of weights of the
//! preferences that are met. Among equals, the [`Strategy`] decides, and finally the order in which
//! the agents became known. Tasks are placed one after the other, in the order in which they were
//! submitted.
//!
//! # What it costs
//!
//! Tasks that ask for the same share everything that the placer computes for them, and tasks that
//! differ only in amounts share an order of the agents. Creating an order takes a look at each
//! agent; afterwards, placing a task only takes a look at what has changed. This works best if many
//! agents have the same total resources: set [`Agent::total`] where other frameworks use a part of
//! them.
//!
//! [Apache Mesos]: https://mesos.apache.org

#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod agent;
mod changes;
mod constraint;
mod custom_strategy;
mod engine;
mod error;
mod executor;
mod key;
mod marathon;
mod needs;
mod pattern;
mod placer;
mod preference;
mod reason;
mod round;
mod select;
mod settings;
mod task;
mod test;
mod validation;
mod value;
mod words;

pub use agent::{Agent, HeldOffer, Unavailable};
pub use constraint::{Constraint, Domains, First, GroupConstraint, Rule, Spread};
pub use custom_strategy::{Amount, CustomStrategy, Fit};
pub use error::PlacementError;
pub use executor::Executor;
pub use key::Key;
pub use marathon::parse_marathon;
pub use needs::{DiskType, Needs, PersistentNeed, PortNeeds, VolumeNeed};
pub use pattern::Pattern;
pub use placer::Placer;
pub use preference::{Condition, Preference, Share};
pub use reason::{Reason, Shortage, Unmet};
pub use round::{Accept, Assignment, Refusal, Refusals, Round, Unplaced};
pub use select::{LabelTest, Select};
pub use settings::{Gpus, Home, Maintenance, Settings, Shares, Strategy};
pub use task::{GpuAgents, Place, Running, State, Task};
pub use test::{Missing, Test};

/// Compiles the example in the README in the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
