//! The network between drivers and the cluster: pipes in memory, with all that a network does to bytes.

pub(crate) mod http;
mod pump;

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mesos_sdk::{Address, Connector, Io};
use tokio::io::duplex;

use crate::dice::Dice;
use crate::world::World;
pub(crate) use pump::Line;
use pump::{Pump, Switch};

/// How many bytes are between the network and a driver that does not read.
const BUFFER: usize = 4096;

/// How long a slow agent takes for a connection.
pub(crate) const SLOW_AGENT: Duration = Duration::from_secs(1);

/// Who speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Speaker {
    /// One life of the scheduler, with the masters.
    Scheduler(u32),
    /// An executor, with its agent.
    Executor(String),
}

impl fmt::Display for Speaker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheduler(life) => write!(formatter, "S{life}"),
            Self::Executor(name) => write!(formatter, "E{name}"),
        }
    }
}

/// All open connections, for faults that hit them all.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    open: Vec<Arc<Switch>>,
    numbered: u32,
}

impl Lines {
    /// Breaks all connections.
    pub(crate) fn cut(&mut self) {
        self.open.drain(..).for_each(|switch| switch.cut());
    }

    /// Nothing moves on them any more.
    pub(crate) fn deafen(&mut self) {
        self.open.iter().for_each(|switch| switch.deafen());
    }

    /// A further one, and its number.
    fn add(&mut self, is_local: bool) -> (Arc<Switch>, u32) {
        let switch = Arc::new(Switch::new(is_local));
        self.open.retain(|other| Arc::strong_count(other) > 1);
        self.open.push(Arc::clone(&switch));
        self.numbered += 1;
        (switch, self.numbered)
    }
}

/// Opens connections over the network.
pub(crate) struct Network {
    pub(crate) world: Arc<World>,
    pub(crate) speaker: Speaker,
    /// What reaches the peer without a network.
    pub(crate) inner: Arc<dyn Connector>,
    /// Where the cluster's only real master is.
    pub(crate) peer: Option<Address>,
}

/// What becomes of an attempt to connect.
enum Opening {
    Fine,
    Refused,
    Hangs,
}

impl Network {
    /// An agent that has no time for an executor yet.
    async fn slow_agent(&self) {
        let is_slow = self.world.with(|world| world.plan.slow_agents && !world.calm);
        if is_slow && matches!(self.speaker, Speaker::Executor(_)) {
            tokio::time::sleep(SLOW_AGENT).await;
        }
    }

    fn opening(&self, address: &Address) -> Opening {
        self.world.with(|world| {
            world.connecting(&self.speaker, address);
            let refused = world.weather().refused;
            match world.dice.chance(refused) {
                true if world.dice.chance(300) => {
                    world.hangs(&self.speaker);
                    Opening::Hangs
                }
                true => {
                    world.refuses(&self.speaker);
                    Opening::Refused
                }
                false => Opening::Fine,
            }
        })
    }
}

#[async_trait]
impl Connector for Network {
    async fn connect(&self, address: &Address) -> io::Result<Box<dyn Io>> {
        match self.opening(address) {
            Opening::Fine => {}
            Opening::Refused => return Err(io::ErrorKind::ConnectionRefused.into()),
            Opening::Hangs => {
                tokio::time::sleep(Duration::from_secs(3600)).await;
            }
        }
        self.slow_agent().await;
        let peer = self.inner.connect(self.peer.as_ref().unwrap_or(address)).await?;
        let (driver, ours) = duplex(BUFFER);
        let (switch, number, dice) = self.world.with(|world| {
            let (switch, number) = world.lines.add(matches!(self.speaker, Speaker::Executor(_)));
            (switch, number, world.dice.fork())
        });
        let master = usize::from(address.port() % 100);
        let pump = Pump::new(Arc::clone(&self.world), (self.speaker.clone(), number, master), dice, switch);
        tokio::spawn(pump.run(ours, peer));
        Ok(Box::new(driver))
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Network")
    }
}

/// What the network does with a request.
#[derive(Debug)]
pub(crate) enum Fate {
    /// So many bytes of it arrive, after a time; what comes then is `after`.
    Arrives { bytes: usize, delay: Duration, after: After },
    /// This comes back instead.
    Answered(u16, Option<String>, &'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    Answer,
    Break,
    Silence,
}

/// What the network does with what a peer sends on one connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Downstream {
    /// After so many bytes it is over, in this way.
    pub(crate) budget: Option<(usize, After)>,
    /// How large pieces are at most.
    pub(crate) piece: usize,
}

impl Downstream {
    /// Everything, as it comes.
    pub(crate) fn fair() -> Self {
        Self { budget: None, piece: usize::MAX }
    }

    fn is_fair(&self) -> bool {
        self.budget.is_none() && self.piece == usize::MAX
    }

    pub(crate) fn new(dice: &mut Dice, weather: &crate::plan::Weather) -> Self {
        let after = match (dice.chance(weather.cut_answer), dice.chance(weather.half_open)) {
            (true, _) => Some(After::Break),
            (false, true) => Some(After::Silence),
            (false, false) => None,
        };
        let bytes = dice.time(Duration::from_secs(6)).as_millis();
        let budget = after.map(|after| (usize::try_from(bytes).unwrap_or(0), after));
        let piece = if dice.chance(weather.split) { 1 + dice.below(300) } else { usize::MAX };
        Self { budget, piece }
    }
}
