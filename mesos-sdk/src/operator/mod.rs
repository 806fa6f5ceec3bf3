//! The operator APIs of masters and agents, for tools and dashboards that inspect and control a
//! cluster.
//!
//! [`MasterOperator`] connects to whichever master leads, [`AgentOperator`] to one agent. Each call
//! of the v1 API is a method that returns a message of [`proto`](crate::proto).
//! [`MasterOperator::events`] streams all changes in the cluster, [`MasterOperator::tasks`] and its
//! like stream the parts of a large state, and [`MasterOperator::read_whole_file`] and
//! [`AgentOperator::read_whole_file`] read files.
//! [`MasterOperator::sandbox`] leads from a task to what it has written.

mod agent;
mod calls;
mod client;
mod event;
mod events;
mod files;
mod input_records;
mod line;
mod machine;
mod master;
mod progress;
mod response;
mod sandbox;
mod search;
mod state_item;
mod state_items;
mod streams;

pub use agent::{AgentOperator, ContainerInput, ProcessOutput};
pub use event::ClusterEvent;
pub use events::Events;
pub use files::FileChunks;
pub use master::MasterOperator;
pub use sandbox::Sandbox;
pub use state_item::StateItem;
pub use state_items::StateItems;

#[cfg(any(fuzzing, all(test, feature = "json", feature = "zookeeper")))]
pub(crate) use event::Received;
