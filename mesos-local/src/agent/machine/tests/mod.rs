//! The machine, statement by statement. Times are seconds since the start.

mod agent;
mod bench;
mod calls;
mod command;
mod endings;
mod histories;
mod kill;
mod subscribe;
mod updates;
mod volumes;
