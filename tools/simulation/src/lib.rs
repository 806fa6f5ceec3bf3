//! Simulation of `mesos-sdk`: the real drivers, the cluster of `mesos-local` and a random framework
//! run in one thread of virtual time, over a network that delays, cuts and duplicates bytes. All
//! randomness comes from a seed, so a run that fails can be repeated exactly.
//!
//! [`run`] does one run. `observer` checks the bytes on the wire and the calls of handlers;
//! `convergence` checks that everything recovers after the faults are over.

mod convergence;
mod detector;
mod executor;
mod faults;
mod framework;
mod freezer;
mod history;
mod instance;
mod journal;
mod launch;
mod life;
mod network;
mod observer;
mod plan;
mod rng;
mod run;
mod store;
mod stored_id;
mod world;

pub use run::{Report, run};
