//! Matches the tasks of an [Apache Mesos] framework with what its agents offer: tasks and offers go in, assignments and
//! reasons come out.
//!
//! It is arithmetic only: there is no socket, no clock and no chance in it. The same input gives the same answer.
//!
//! ```
//! use mesos_placement::{Constraint, Key, Needs, Placer, Settings, Task};
//! # fn offers(offers: Vec<mesos_sdk::proto::v1::Offer>) -> Result<(), mesos_placement::PlacementError> {
//! let mut placer = Placer::new(Settings::default())?;
//! for number in 1..=3 {
//!     let web = Task::new(format!("web.{number}"), Needs::new(0.5, 128.0)).group("web");
//!     placer.submit(web.constraint(Constraint::limit(Key::Hostname, 1)))?;
//! }
//! // In the handler of offers:
//! for offer in &offers {
//!     placer.offer(offer)?;
//! }
//! let round = placer.place();
//! for (agent, assignments) in round.by_agent() {
//!     // One ACCEPT of `assignments[0].offers`, with a task of `assignment.resources` for each.
//! }
//! for unplaced in placer.explain() {
//!     println!("{} waits:\n{}", unplaced.task, unplaced.why);
//! }
//! // `placer.offers()` are those of which nothing was taken: decline them, and drop them.
//! # Ok(())
//! # }
//! ```
//!
//! # Constraints
//!
//! A constraint is about the agent alone, or about the tasks that run with the same *value*: with the same hostname, rack
//! or zone. Below, each box is a rack, `#` is a task of the group, and `+` is where a new one may go.
//!
//! ```text
//! equals("rack", "b")      limit("rack", 2)         same("rack")
//!   a     b     c            a     b     c            a     b     c
//! +---+ +---+ +---+        +---+ +---+ +---+        +---+ +---+ +---+
//! |   | | + | |   |        |## | |#+ | | + |        |   | |#+ | |   |
//! +---+ +---+ +---+        +---+ +---+ +---+        +---+ +---+ +---+
//!
//! even("rack", 3, 7)       spread("rack", 1)        away("rack", group x)
//! 3, 2 and 2 tasks         no rack has 2 more       x keeps away as well
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
//! Constraints can be combined with [`Constraint::All`], [`Constraint::Any`] and [`Constraint::Not`], and each can be a
//! [`Preference`] with a weight. [`parse_marathon`] reads Marathon's texts.
//!
//! # Which agent is chosen
//!
//! Of the agents that will do, the one with the largest sum of weights of the preferences that are met; then the one that
//! the [`Strategy`] likes best; then the one that was known first. Tasks get their places one after the other, in the order
//! in which they were submitted.
//!
//! # What it costs
//!
//! Tasks that ask for the same share all that is worked out for them, and those that differ in amounts only share an
//! order of the agents. To make it costs a look at each agent; from then on a task costs what has changed since. It pays
//! where many agents have the same resources in all: state [`Agent::total`] where other frameworks use a part of them.
//!
//! [Apache Mesos]: https://mesos.apache.org

mod agent;
mod check;
mod constraint;
mod engine;
mod error;
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
mod value;

pub use agent::{Agent, HeldOffer, Unavailable};
pub use constraint::{Constraint, Domains, First, GroupConstraint, Missing, Rule, Spread};
pub use error::PlacementError;
pub use key::Key;
pub use marathon::parse_marathon;
pub use needs::{DiskType, Needs, PortNeeds, VolumeNeed};
pub use pattern::Pattern;
pub use placer::Placer;
pub use preference::{Preference, Share, Wish};
pub use reason::{Reason, Shortage};
pub use round::{Assignment, Refusal, Refusals, Round, Unplaced};
pub use select::{LabelTest, Select};
pub use settings::{Gpus, Home, Maintenance, Settings, Shares, Strategy};
pub use task::{GpuAgents, Place, Running, State, Task};
pub use test::Test;
