//! What may be done to a cluster, its network and its scheduler.

use std::fmt;

/// One of them. A kill is followed by a start, a freeze by a thaw, and a link's trouble by none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// SIGKILL.
    Kill(Victim),
    /// SIGSTOP: it does nothing, and its connections stay open.
    Freeze(Victim),
    /// Something is the matter with all connections to this one.
    Trouble(Link, Trouble),
}

/// Who can be killed or frozen. Masters, agents and executors are counted from 0.
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
    Scheduler,
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
}

/// What is the matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Trouble {
    #[default]
    None,
    /// All connections are cut when this many more bytes have passed, which may be in the middle of
    /// a message.
    CutAfter(usize),
    /// What comes is passed on after so many milliseconds.
    Delay(u64),
    /// So many bytes pass in a second on each connection.
    Throttle(usize),
    /// Nothing passes, and nobody is notified; what has lost something is cut at the end.
    HalfOpen,
    /// The same for responses alone: requests arrive.
    Unanswered,
    /// New connections are closed at once.
    Refuse,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kill(victim) => write!(formatter, "kill {victim}"),
            Self::Freeze(victim) => write!(formatter, "freeze {victim}"),
            Self::Trouble(link, trouble) => write!(formatter, "{trouble} {link}"),
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
            Self::Scheduler => formatter.write_str("scheduler"),
        }
    }
}

impl fmt::Display for Link {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Master(which) => write!(formatter, "to master {which}"),
            Self::Agent(which) => write!(formatter, "to agent {which}"),
            Self::ZooKeeper => formatter.write_str("to zookeeper"),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => formatter.write_str("links untroubled"),
            Self::CutAfter(bytes) => write!(formatter, "links cut after {bytes} bytes"),
            Self::Delay(milliseconds) => write!(formatter, "links delayed by {milliseconds} ms"),
            Self::Throttle(bytes) => write!(formatter, "links throttled to {bytes} bytes/s"),
            Self::HalfOpen => formatter.write_str("links half-open"),
            Self::Unanswered => formatter.write_str("links unanswered"),
            Self::Refuse => formatter.write_str("links refused"),
        }
    }
}
