//! What may be done to a cluster, its network and its scheduler.

use std::fmt;

use testkit::LinkFault;

/// One of them. A kill is followed by a start, a freeze by a thaw, and a fault of links by none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// SIGKILL.
    Kill(Victim),
    /// SIGSTOP: it does nothing, and its connections stay open.
    Freeze(Victim),
    /// A fault of all connections to this one.
    Links(Link, LinkFault),
    /// Another scheduler is started, which does not stand by: it takes over from whoever leads.
    Intrude,
}

/// Who can be killed or frozen. Masters, agents, executors and schedulers are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Victim {
    /// The master that leads at the time.
    Leader,
    Master(usize),
    Agent(usize),
    /// This one of the executors that are there at the time, counted round and round. Its end is
    /// for its agent to notice.
    Executor(usize),
    ZooKeeper,
    Scheduler(usize),
}

/// Whom the connections lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// Schedulers, agents and the other masters have them.
    Master(usize),
    /// Its executors and the masters have them.
    Agent(usize),
    /// Schedulers, masters and agents have them.
    ZooKeeper,
    /// To ZooKeeper: this one of the schedulers has them.
    Store(usize),
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kill(victim) => write!(formatter, "kill {victim}"),
            Self::Freeze(victim) => write!(formatter, "freeze {victim}"),
            Self::Links(link, fault) => write!(formatter, "{fault} {link}"),
            Self::Intrude => formatter.write_str("intrude scheduler"),
        }
    }
}

impl fmt::Display for Victim {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leader => formatter.write_str("leader"),
            Self::Master(which) => write!(formatter, "master {which}"),
            Self::Agent(which) => write!(formatter, "agent {which}"),
            Self::Executor(which) => write!(formatter, "executor {which}"),
            Self::ZooKeeper => formatter.write_str("zookeeper"),
            Self::Scheduler(which) => write!(formatter, "scheduler {which}"),
        }
    }
}

impl fmt::Display for Link {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Master(which) => write!(formatter, "to master {which}"),
            Self::Agent(which) => write!(formatter, "to agent {which}"),
            Self::ZooKeeper => formatter.write_str("to zookeeper"),
            Self::Store(which) => write!(formatter, "to store {which}"),
        }
    }
}
