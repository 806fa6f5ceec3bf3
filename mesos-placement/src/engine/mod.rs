//! How tasks get their places; all of it is arithmetic.
//!
//! Tasks that ask for the same are of one [`shape`](shape::Shape). Shapes that look at the same
//! places, however much they ask for, share an [`index`](index::Index) of them, the best ones
//! first. When a task gets its place, one place changes, and moves within the indexes.

mod agent_state;
mod amounts;
mod changes;
mod check;
mod claim;
mod cluster;
mod compile;
mod compiled_preference;
mod counter;
mod disk;
mod executors;
mod explain;
mod index;
mod keys;
mod part;
mod pick;
mod piece;
mod pool;
mod ports;
mod requirement;
mod running_task;
mod running_tasks;
mod score;
mod shape;
mod shape_key;
mod shapes;
mod shares;
mod table;
mod unmet;
mod usage;
mod view;
mod volumes;

pub(crate) use cluster::Cluster;
pub(crate) use explain::Offered;
pub(crate) use running_task::{Footprint, RunningTask};
pub(crate) use shapes::Shapes;
