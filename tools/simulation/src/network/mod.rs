//! The network between drivers and the cluster: in-memory pipes with the faults of a network.

mod connections;
mod pump;

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mesos_sdk::{Address, Connector, Io};
use tokio::io::duplex;

use crate::world::World;
pub(crate) use connections::{After, Client, Connection, Connections, Delivery};
use pump::Pump;

/// The size of the buffer between the network and a driver that does not read.
const BUFFER: usize = 4096;

/// How long a slow agent takes to accept a connection.
pub(crate) const SLOW_AGENT: Duration = Duration::from_secs(1);

/// Opens connections over the network.
pub(crate) struct Network {
    pub(crate) world: Arc<World>,
    pub(crate) client: Client,
    /// Opens the connection to the peer, without faults.
    pub(crate) inner: Arc<dyn Connector>,
    /// The address of the cluster's only real master.
    pub(crate) peer: Option<Address>,
}

/// What becomes of an attempt to connect.
enum Opening {
    Fine,
    Refused,
    Hangs,
}

impl Network {
    /// Delays an executor's connection if agents are slow.
    async fn slow_agent(&self) {
        let is_slow = self.world.with(|world| world.plan.slow_agents && !world.calm);
        if is_slow && matches!(self.client, Client::Executor(_)) {
            tokio::time::sleep(SLOW_AGENT).await;
        }
    }

    fn opening(&self, address: &Address) -> Opening {
        self.world.with(|world| {
            world.connecting(&self.client, address);
            let refused = world.network_faults().refused;
            match world.rng.chance(refused) {
                true if world.rng.chance(300) => {
                    world.hangs(&self.client);
                    Opening::Hangs
                }
                true => {
                    world.refuses(&self.client);
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
        let (switch, number, rng) = self.world.with(|world| {
            let (switch, number) = world.connections.add(matches!(self.client, Client::Executor(_)));
            (switch, number, world.rng.fork())
        });
        let master = usize::from(address.port() % 100);
        let pump = Pump::new(Arc::clone(&self.world), (self.client.clone(), number, master), rng, switch);
        tokio::spawn(pump.run(ours, peer));
        Ok(Box::new(driver))
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Network")
    }
}
