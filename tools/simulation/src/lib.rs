//! A million failures: the drivers of `mesos-sdk`, the cluster of `mesos-local` and a random framework run in one thread
//! of made-up time, over a network that does to bytes whatever networks do. All chance comes from a seed, so that a run
//! that fails can be had again.
//!
//! [`run`] does one run. What is watched is in `observer`: bytes on the wire, calls of handlers, and what becomes of
//! everything after the faults are over (`wellness`).

mod books;
mod detector;
mod dice;
mod executor;
mod faults;
mod framework;
mod freezer;
mod history;
mod instance;
mod kept;
mod launch;
mod life;
mod network;
mod observer;
mod plan;
mod run;
mod store;
mod wellness;
mod world;

pub use run::{Report, run};
