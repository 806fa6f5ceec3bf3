//! A store of the framework id that is slow, and fails at times.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mesos_sdk::proto::v1::FrameworkId;
use mesos_sdk::store::FrameworkStore;
use mesos_sdk::{Error, ErrorKind};
use tokio::time::sleep;

use crate::world::{Inner, World};

/// One life's view of the store.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) world: Arc<World>,
    pub(crate) life: u32,
}

enum Attempt {
    Fine,
    FailsBefore,
    FailsAfter,
}

impl Store {
    /// Takes a while, during which the process may crash, and returns whether the access succeeds.
    async fn attempt(&self, what: &str) -> Attempt {
        let (delay, attempt) = self.world.with(|world| {
            let fails = if world.calm { 0 } else { world.plan.store_fails };
            let attempt = match (world.rng.chance(fails), world.rng.chance(500)) {
                (true, true) => Attempt::FailsBefore,
                (true, false) => Attempt::FailsAfter,
                (false, _) => Attempt::Fine,
            };
            let slow = if world.calm { 0 } else { 100 };
            let delay =
                if world.rng.chance(slow) { world.rng.time(Duration::from_secs(2)) } else { Duration::ZERO };
            let life = self.life;
            world.note(format_args!(
                "S{life} store: {what}{}",
                if matches!(attempt, Attempt::Fine) { "" } else { " fails" }
            ));
            (delay, attempt)
        });
        if !delay.is_zero() {
            sleep(delay).await;
        }
        attempt
    }

    /// Returns the error with which the driver ends.
    fn failure(&self) -> Error {
        self.world.with(|world| world.life(self.life).leaving = true);
        Error::new(ErrorKind::Store, "the simulated store fails")
    }

    async fn put(&self, id: Option<FrameworkId>, what: &str) -> Result<(), Error> {
        let attempt = self.attempt(what).await;
        if !matches!(attempt, Attempt::FailsBefore) {
            self.world.with(|world| world.stored_id.put(id));
        }
        if matches!(attempt, Attempt::Fine) { Ok(()) } else { Err(self.failure()) }
    }
}

impl Inner {
    /// Returns the id in the store, or once, from a stale store such as a lagging copy, the
    /// previous one. A store is stale only while no other life is alive, because two frameworks at
    /// a time would share one journal.
    fn stored(&mut self, life: u32) -> Option<FrameworkId> {
        let alone = self.lives.iter().all(|(other, known)| *other == life || known.over);
        let may_be = self.plan.store_is_stale && alone && !self.calm && !self.stale;
        if may_be && self.stored_id.id.is_some() && self.rng.chance(500) {
            self.stale = true;
            self.stored_id.id = self.stored_id.before.clone();
            self.note(format_args!("the store is stale"));
        }
        self.stored_id.id.clone()
    }
}

#[async_trait]
impl FrameworkStore for Store {
    async fn load(&self) -> Result<Option<FrameworkId>, Error> {
        match self.attempt("load").await {
            Attempt::Fine => Ok(self.world.with(|world| {
                let id = world.stored(self.life);
                world.life(self.life).stored = id.as_ref().map(|id| id.value.clone());
                id
            })),
            Attempt::FailsBefore | Attempt::FailsAfter => Err(self.failure()),
        }
    }

    async fn save(&self, id: &FrameworkId) -> Result<(), Error> {
        self.put(Some(id.clone()), "save").await
    }

    async fn clear(&self) -> Result<(), Error> {
        self.put(None, "clear").await
    }
}
