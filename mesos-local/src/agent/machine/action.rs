//! What goes into the machine and what comes out of it.

use std::time::Duration;

use mesos_executor::machine::{Outcome, Probe, Which};
use mesos_sdk::proto::v1::{CommandInfo, executor};

use super::links::{Link, Relink, VolumeId};
use crate::messages::{FromAgent, ToAgent};

/// Which executor a token was given to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claims {
    pub(crate) framework_id: String,
    pub(crate) executor_id: String,
}

/// One HTTP request to the agent; after a SUBSCRIBE also the stream of events that responds to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ConnectionId(pub(crate) u64);

/// What happens to an agent.
#[derive(Debug)]
pub(crate) enum Input {
    /// The agent has read what an earlier run of it left behind.
    Boot,
    /// There is a way to a master, which does not know this agent yet.
    MasterConnected,
    MasterLost,
    Master(ToAgent),
    /// A well-formed request to the executor API.
    Call {
        connection: ConnectionId,
        call: Box<executor::Call>,
        /// Whose token it has, where executors have tokens.
        claims: Option<Claims>,
    },
    /// The executor hung up.
    StreamClosed(ConnectionId),
    /// The process of this container runs; an in-process executor has no pid.
    Started {
        container: String,
        pid: Option<u32>,
    },
    /// The container could not be made: no sandbox, no such file to copy.
    LaunchFailed {
        container: String,
        reason: String,
    },
    /// The process has ended; `status` is what waitpid gave.
    Exited {
        container: String,
        status: i32,
    },
    /// The links to volumes in the container's sandbox could not be changed.
    RelinkFailed {
        container: String,
        reason: String,
    },
    /// A look at the command in this container has been taken.
    Probed {
        container: String,
        which: Which,
        outcome: Outcome,
    },
    /// The time of the next deadline has come.
    Tick,
    /// End all executors, take no new ones.
    Shutdown,
}

/// What the agent does about it, in this order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    ToMaster(FromAgent),
    Respond {
        connection: ConnectionId,
        response: CallResponse,
    },
    Send {
        connection: ConnectionId,
        event: Box<executor::Event>,
    },
    Close(ConnectionId),
    Start(Box<Launch>),
    /// Make the folder of a persistent volume. An existing one is left as it is.
    CreateVolume(VolumeId),
    /// Remove the folder of a persistent volume and its contents.
    DestroyVolume(VolumeId),
    /// Change which persistent volumes a sandbox has links to.
    Relink(Relink),
    /// Take a look at the command in this container.
    Probe {
        container: String,
        which: Which,
        probe: Box<Probe>,
    },
    /// Forget the look that is under way.
    Abandon {
        container: String,
        which: Which,
    },
    /// A signal for all processes of the container.
    Signal {
        container: String,
        signal: Signal,
    },
}

/// The response to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CallResponse {
    /// 202, no body.
    Accepted,
    /// 200, a stream of events follows.
    Stream,
    /// Any other status with its text.
    Refused(u16, String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    Terminate,
    Kill,
}

/// A container to start.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Launch {
    pub(crate) container: String,
    pub(crate) agent_id: String,
    pub(crate) framework_id: String,
    pub(crate) executor_id: String,
    pub(crate) executor_name: String,
    pub(crate) command: CommandInfo,
    /// Whose the sandbox is, and who fetches the files.
    pub(crate) user: String,
    /// Whether it is the executor of type `DEFAULT`, which has no command.
    pub(crate) is_default: bool,
    /// Why no process can be started for it.
    pub(crate) unsupported: Option<&'static str>,
    /// Whether it has a terminal, to which others attach.
    pub(crate) terminal: bool,
    pub(crate) checkpoint: bool,
    pub(crate) shutdown_grace_period: Duration,
    /// The role of the resources of a command task, which its command finds in the environment.
    pub(crate) role: Option<String>,
    /// The persistent volumes that its sandbox has from the start.
    pub(crate) volumes: Vec<Link>,
}
