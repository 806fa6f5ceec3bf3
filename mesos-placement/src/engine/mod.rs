//! How tasks get their places; all of it is arithmetic.
//!
//! Tasks that ask for the same are of one [`shape`](shape::Shape). Shapes that look at the same
//! places, however much they ask for, share an [`index`](index::Index) of them, the best ones
//! first. When a task gets its place, one place changes, and moves within the indexes.

mod amounts;
mod check;
mod claim;
mod cluster;
mod compile;
mod counter;
mod disk;
mod executors;
mod explain;
mod index;
mod keys;
mod leaving;
mod part;
mod pick;
mod piece;
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
mod tenant;
mod tenants;
mod usage;
mod view;
mod volumes;

pub(crate) use cluster::Cluster;
pub(crate) use explain::Offered;
pub(crate) use shapes::Shapes;
pub(crate) use tenant::{Guest, Tenant};
