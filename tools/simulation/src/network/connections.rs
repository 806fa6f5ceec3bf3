//! Connections, and what the network does with the bytes on them.

use std::fmt;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

use crate::plan::NetworkFaults;
use crate::rng::Rng;

/// Lets faults affect an open connection.
#[derive(Debug, Default)]
pub(crate) struct Switch {
    pub(super) cut: Notify,
    deaf: AtomicBool,
    /// Whether both ends are on one machine, where bytes get lost only if the connection breaks.
    is_local: bool,
}

impl Switch {
    pub(super) fn new(is_local: bool) -> Self {
        Self { is_local, ..Self::default() }
    }

    pub(super) fn cut(&self) {
        self.cut.notify_one();
    }

    pub(super) fn deafen(&self) {
        self.deaf.store(!self.is_local, Ordering::Relaxed);
    }

    pub(super) async fn unless_deaf(&self) {
        if self.deaf.load(Ordering::Relaxed) {
            pending::<()>().await;
        }
    }
}

/// The identity of a connection.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) client: Client,
    pub(crate) number: u32,
    /// The master that it leads to.
    pub(crate) master: usize,
}

impl Connection {
    /// Returns whether both ends are on one machine.
    pub(crate) fn is_local(&self) -> bool {
        matches!(self.client, Client::Executor(_))
    }
}

/// The driver at the near end of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Client {
    /// One life of the scheduler, connected to a master.
    Scheduler(u32),
    /// An executor, connected to its agent.
    Executor(String),
}

impl fmt::Display for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheduler(life) => write!(formatter, "S{life}"),
            Self::Executor(name) => write!(formatter, "E{name}"),
        }
    }
}

/// All open connections, for faults that affect all of them.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    open: Vec<Arc<Switch>>,
    numbered: u32,
}

impl Connections {
    /// Breaks all connections.
    pub(crate) fn cut(&mut self) {
        self.open.drain(..).for_each(|switch| switch.cut());
    }

    /// Stops all bytes on them, without breaking any.
    pub(crate) fn deafen(&mut self) {
        self.open.iter().for_each(|switch| switch.deafen());
    }

    /// Adds a connection and numbers it.
    pub(super) fn add(&mut self, is_local: bool) -> (Arc<Switch>, u32) {
        let switch = Arc::new(Switch::new(is_local));
        self.open.retain(|other| Arc::strong_count(other) > 1);
        self.open.push(Arc::clone(&switch));
        self.numbered += 1;
        (switch, self.numbered)
    }
}

/// What the network does with a request.
#[derive(Debug)]
pub(crate) enum Delivery {
    /// This many bytes of it arrive, after a delay, and `after` follows.
    Arrives { bytes: usize, delay: Duration, after: After },
    /// The network responds in place of the peer.
    Response(u16, Option<String>, &'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    Response,
    Break,
    Silence,
}

/// What the network does with the peer's bytes on one connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Downstream {
    /// The number of bytes after which it ends, and how.
    pub(crate) budget: Option<(usize, After)>,
    /// The largest piece in which bytes are passed on.
    pub(crate) piece: usize,
}

impl Downstream {
    /// Passes everything on as it arrives.
    pub(crate) fn fair() -> Self {
        Self { budget: None, piece: usize::MAX }
    }

    pub(super) fn is_fair(&self) -> bool {
        self.budget.is_none() && self.piece == usize::MAX
    }

    pub(crate) fn new(rng: &mut Rng, network_faults: &NetworkFaults) -> Self {
        let after = match (rng.chance(network_faults.cut_response), rng.chance(network_faults.half_open)) {
            (true, _) => Some(After::Break),
            (false, true) => Some(After::Silence),
            (false, false) => None,
        };
        let bytes = rng.time(Duration::from_secs(6)).as_millis();
        let budget = after.map(|after| (usize::try_from(bytes).unwrap_or(0), after));
        let piece = if rng.chance(network_faults.split) { 1 + rng.below(300) } else { usize::MAX };
        Self { budget, piece }
    }
}
