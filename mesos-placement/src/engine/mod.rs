//! How tasks get their places; all of it is arithmetic.
//!
//! Tasks that ask for the same are of one [`shape`](shape::Shape). A shape keeps the places that may do for it in heaps,
//! the best ones first. When a task gets its place, one place changes: each shape looks at it again when its turn comes.

mod amounts;
mod check;
mod claim;
mod cluster;
mod compile;
mod counter;
mod disk;
mod explain;
mod heap;
mod keys;
mod parting;
mod pick;
mod pool;
mod ports;
mod requirement;
mod score;
mod shape;
mod shape_key;
mod shapes;
mod shares;
mod site;
mod table;
mod taste;
mod view;

pub(crate) use cluster::{Cluster, Tenant};
pub(crate) use compile::profile;
pub(crate) use shapes::Shapes;
