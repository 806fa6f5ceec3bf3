//! The network between drivers and the cluster: pipes in memory, with all that a network does to bytes.

pub(crate) mod http;
mod lines;
mod pump;

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mesos_sdk::{Address, Connector, Io};
use tokio::io::duplex;

use crate::world::World;
pub(crate) use lines::{After, Fate, Line, Lines, Speaker};
use pump::Pump;

/// How many bytes are between the network and a driver that does not read.
const BUFFER: usize = 4096;

/// How long a slow agent takes for a connection.
pub(crate) const SLOW_AGENT: Duration = Duration::from_secs(1);

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
