//! How tasks get their places; all of it is arithmetic.
//!
//! A *place* is an agent as a number: the row of the agent in every column of the
//! [`Cluster`]. What an agent offers is its [`pool`](pool::Pool) of [pieces](piece::Piece). A
//! [`claim`](claim::Claim) decides which pieces a task may use, by role and reservation.
//!
//! Tasks that ask for the same are of one [`shape`](shape::Shape). Shapes that consider the same
//! places, however much they ask for, share an [`index`](index::Index) of them, the best ones
//! first. When a task gets its place, one place changes, and moves within the indexes.

mod agent_state;
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
mod free_amounts;
mod index;
mod interner;
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
mod unmet;
mod usage;
mod view;
mod volumes;

pub(crate) use cluster::Cluster;
pub(crate) use explain::Offered;
pub(crate) use running_task::{Footprint, RunningTask};
pub(crate) use shapes::Shapes;
