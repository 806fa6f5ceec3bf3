//! Measures the library beside what the machine allows, and beside other clients.
//!
//! A replayed [`master`] answers SUBSCRIBE with a [`stream`] that it has in memory, as fast as it
//! is read, and checks that every answer to it arrives. What reads it is a [`framework`] on the
//! library, a [`floor`], or any program that takes [`orders`] by environment variables. [`compare`]
//! runs them in turn, each in a separate process, and makes the tables.
//!
//! [`cluster`] is a large embedded one, and those who ask it; [`launch`] is a framework on a real
//! one; [`batch`] and [`service`] are such on simulated agents; [`state`] is a response that is
//! read as a stream.

pub mod batch;
pub mod cluster;
pub mod compare;
pub mod floor;
pub mod framework;
pub mod launch;
pub mod master;
pub mod measure;
pub mod orders;
pub mod service;
pub mod state;
pub mod stream;
