//! Where the framework's id is kept: a store that is slow, and fails at times.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mesos_sdk::proto::v1::FrameworkId;
use mesos_sdk::store::FrameworkStore;
use mesos_sdk::{Error, ErrorKind};
use tokio::time::sleep;

use crate::world::{Inner, World};

/// One life's way to the store.
pub(crate) struct Store {
    pub(crate) world: Arc<World>,
    pub(crate) life: u32,
}

enum Luck {
    Fine,
    FailsBefore,
    FailsAfter,
}

impl Store {
    /// A store takes its time, in which the process may crash.
    async fn luck(&self, what: &str) -> Luck {
        let (delay, luck) = self.world.with(|world| {
            let fails = if world.calm { 0 } else { world.plan.store_fails };
            let luck = match (world.dice.chance(fails), world.dice.chance(500)) {
                (true, true) => Luck::FailsBefore,
                (true, false) => Luck::FailsAfter,
                (false, _) => Luck::Fine,
            };
            let slow = if world.calm { 0 } else { 100 };
            let delay = if world.dice.chance(slow) {
                world.dice.time(Duration::from_secs(2))
            } else {
                Duration::ZERO
            };
            let life = self.life;
            world.note(format_args!(
                "S{life} store: {what}{}",
                if matches!(luck, Luck::Fine) { "" } else { " fails" }
            ));
            (delay, luck)
        });
        if !delay.is_zero() {
            sleep(delay).await;
        }
        luck
    }

    /// What the driver ends with.
    fn failure(&self) -> Error {
        self.world.with(|world| world.life(self.life).leaving = true);
        Error::new(ErrorKind::Store, "the simulated store fails")
    }

    async fn put(&self, id: Option<FrameworkId>, what: &str) -> Result<(), Error> {
        let luck = self.luck(what).await;
        if !matches!(luck, Luck::FailsBefore) {
            self.world.with(|world| world.kept.put(id));
        }
        if matches!(luck, Luck::Fine) { Ok(()) } else { Err(self.failure()) }
    }
}

impl Inner {
    /// What the store says that it holds. A stale one, such as a copy that lags behind, says what it held before: only
    /// once, and only when nobody else is alive, for two frameworks at a time would share one set of books.
    fn stored(&mut self, life: u32) -> Option<FrameworkId> {
        let alone = self.lives.iter().all(|(other, known)| *other == life || known.over);
        let may_be = self.plan.store_is_stale && alone && !self.calm && !self.stale;
        if may_be && self.kept.id.is_some() && self.dice.chance(500) {
            self.stale = true;
            self.kept.id = self.kept.before.clone();
            self.note(format_args!("the store is stale"));
        }
        self.kept.id.clone()
    }
}

#[async_trait]
impl FrameworkStore for Store {
    async fn load(&self) -> Result<Option<FrameworkId>, Error> {
        match self.luck("load").await {
            Luck::Fine => Ok(self.world.with(|world| {
                let id = world.stored(self.life);
                world.life(self.life).stored = id.as_ref().map(|id| id.value.clone());
                id
            })),
            Luck::FailsBefore | Luck::FailsAfter => Err(self.failure()),
        }
    }

    async fn save(&self, id: &FrameworkId) -> Result<(), Error> {
        self.put(Some(id.clone()), "save").await
    }

    async fn clear(&self) -> Result<(), Error> {
        self.put(None, "clear").await
    }
}
