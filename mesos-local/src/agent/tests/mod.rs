//! The agent with its processes, sockets and clock, and a master played by the test.

mod client;
mod executors;
mod master;
mod processes;
