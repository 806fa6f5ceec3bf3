//! The master's limits and intervals, with the values of Mesos 1.11 where it has them.

use std::time::Duration;

/// The time between two heartbeats to a framework.
pub(super) const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(15);
/// The time between two rounds of allocation.
pub(super) const ALLOCATION_INTERVAL: Duration = Duration::from_secs(1);
/// How long an agent may stay away before it is unreachable: five pings of 15 s.
pub(crate) const AGENT_TIMEOUT: Duration = Duration::from_secs(75);
/// How long a new master waits for the agents of the last one.
pub(super) const AGENT_REREGISTER_TIMEOUT: Duration = Duration::from_secs(600);
/// How many operations on one agent may wait for their acknowledgement.
pub(super) const MAX_OPERATIONS_PER_AGENT: usize = 10_000;
/// How many offers one framework may hold, unless the cluster's builder sets another limit.
pub(crate) const MAX_OFFERS_PER_FRAMEWORK: usize = 50;
/// How many removed frameworks are remembered, so that their ids are refused.
pub(super) const MAX_COMPLETED_FRAMEWORKS: usize = 50;
/// How many ended tasks of a framework are remembered.
pub(super) const MAX_COMPLETED_TASKS: usize = 1000;
/// How many tasks of a framework on unreachable agents are remembered.
pub(super) const MAX_UNREACHABLE_TASKS: usize = 1000;
/// How many unreachable agents are remembered.
pub(super) const MAX_UNREACHABLE_AGENTS: usize = 102_400;
/// The filter that a framework gets if it does not set one, in seconds.
pub(super) const DEFAULT_REFUSE_SECONDS: f64 = 5.0;
/// The longest filter in seconds: 365 days.
pub(super) const MAX_REFUSE_SECONDS: f64 = 31_536_000.0;
/// How many filters a framework may have for one role on one agent. The oldest is dropped first.
pub(super) const MAX_FILTERS: usize = 100;
/// How many instructions the program of a regular expression may have, as in Mesos.
pub(super) const MAX_REGEX_PROGRAM: usize = 100;
/// How many RE2 can compile with the memory that Mesos gives it.
pub(super) const MAX_REGEX_COMPILED: usize = 285;
/// The longest pattern that is read, in bytes: what is larger than any program needs no parser.
pub(super) const MAX_REGEX_PATTERN: usize = 16 << 10;
/// How deep groups may be nested, which `regex` limits as well.
pub(super) const MAX_REGEX_NESTING: usize = 250;
/// How much memory a compiled regular expression may take, in bytes. Programs of that size need
/// less.
pub(super) const MAX_REGEX: usize = 1 << 20;
/// How many operators may be subscribed. Above that, the oldest subscriber is dropped.
pub(super) const MAX_SUBSCRIBERS: usize = 1000;
