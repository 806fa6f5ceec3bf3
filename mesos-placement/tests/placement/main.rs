//! What the placer promises, from outside.

#![expect(clippy::unwrap_used, reason = "a test that fails shows where")]

mod changes;
mod choice;
mod cluster;
mod executors;
mod input;
mod properties;
mod reference;
mod rounds;
mod scene;
mod strategies;
mod volumes;
