//! A detector that reports the leader late, early, wrongly, or not at all.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mesos_sdk::{Address, Error, ErrorKind, MasterDetector};
use tokio::time::sleep;

use crate::world::{World, address};

#[derive(Debug)]
pub(crate) struct Detector {
    pub(crate) world: Arc<World>,
    pub(crate) life: u32,
}

#[async_trait]
impl MasterDetector for Detector {
    async fn detect(&self, _failed: Option<&Address>) -> Result<Address, Error> {
        let (delay, found) = self.world.with(|world| {
            world.asks_for_leader(self.life);
            let announced = *self.world.announced_leader.borrow();
            let doubt = if world.calm { 0 } else { 100 };
            let delay =
                if world.rng.chance(doubt) { world.rng.time(Duration::from_secs(3)) } else { Duration::ZERO };
            let masters = world.plan.masters;
            let found = match (world.rng.chance(doubt), world.rng.chance(doubt)) {
                (true, _) => None,
                (false, true) => Some(world.rng.below(masters)),
                (false, false) => announced,
            };
            let life = self.life;
            world.note(format_args!("S{life} detects {found:?}"));
            (delay, found)
        });
        if !delay.is_zero() {
            sleep(delay).await;
        }
        found.map(address).ok_or_else(|| Error::new(ErrorKind::Unavailable, "no leader elected"))
    }

    async fn changed(&self, known: Option<&Address>) -> Address {
        if !self.world.with(|world| world.plan.watches_leader) {
            return pending().await;
        }
        let mut announced = self.world.announced_leader.subscribe();
        loop {
            let leader = announced.borrow_and_update().map(address);
            if let Some(leader) = leader.filter(|leader| Some(leader) != known) {
                self.world.with(|world| world.learns_leader(self.life, &leader));
                return leader;
            }
            if announced.changed().await.is_err() {
                return pending().await;
            }
        }
    }
}
