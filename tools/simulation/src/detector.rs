//! A detector that names the leader late, early, wrong, or not at all.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mesos_sdk::{Address, Error, ErrorKind, MasterDetector};
use tokio::time::sleep;

use crate::world::{World, address};

pub(crate) struct Detector {
    pub(crate) world: Arc<World>,
    pub(crate) life: u32,
}

#[async_trait]
impl MasterDetector for Detector {
    async fn detect(&self, _failed: Option<&Address>) -> Result<Address, Error> {
        let (delay, found) = self.world.with(|world| {
            world.asks_for_leader(self.life);
            let named = *self.world.named.borrow();
            let doubt = if world.calm { 0 } else { 100 };
            let delay = if world.dice.chance(doubt) {
                world.dice.time(Duration::from_secs(3))
            } else {
                Duration::ZERO
            };
            let masters = world.plan.masters;
            let found = match (world.dice.chance(doubt), world.dice.chance(doubt)) {
                (true, _) => None,
                (false, true) => Some(world.dice.below(masters)),
                (false, false) => named,
            };
            let life = self.life;
            world.note(format_args!("S{life} detects {found:?}"));
            (delay, found)
        });
        if !delay.is_zero() {
            sleep(delay).await;
        }
        found.map(address).ok_or_else(|| Error::new(ErrorKind::Unavailable, "nobody leads"))
    }

    async fn changed(&self, known: Option<&Address>) -> Address {
        if !self.world.with(|world| world.plan.watches_leader) {
            return pending().await;
        }
        let mut named = self.world.named.subscribe();
        loop {
            let leader = named.borrow_and_update().map(address);
            if let Some(leader) = leader.filter(|leader| Some(leader) != known) {
                self.world.with(|world| world.told_of_leader(self.life, &leader));
                return leader;
            }
            if named.changed().await.is_err() {
                return pending().await;
            }
        }
    }
}
