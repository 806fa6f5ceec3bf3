//! One life of the framework, and how its handlers behave.

use std::collections::BTreeSet;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::freezer::{Freezable, Freezer};
use crate::world::World;

/// How long a handler is at work while a flood comes.
const DAWDLES: Duration = Duration::from_secs(40);

/// One life of the scheduler.
pub(crate) struct Framework {
    pub(crate) world: Arc<World>,
    pub(crate) life: u32,
    /// The tasks that it has named last, and that no update has come of since.
    pub(crate) unanswered: BTreeSet<String>,
    /// What it does beside its handlers.
    pub(crate) tasks: Arc<Mutex<JoinSet<()>>>,
    pub(crate) freezer: Arc<Freezer>,
}

/// What a handler does this time.
pub(crate) struct Whim {
    pub(crate) works: Duration,
    pub(crate) fails: bool,
    pub(crate) holds: bool,
}

impl Framework {
    /// Every handler begins with this.
    pub(crate) async fn begin(&self, what: &str) -> Whim {
        let (whim, panics) = self.world.with(|world| {
            world.handler(self.life, what);
            let manners = world.manners().clone();
            let slow = world.dice.chance(manners.slow);
            let works = match (std::mem::take(&mut world.dawdles), slow) {
                (true, _) => DAWDLES,
                (false, true) => world.dice.time(manners.longest_work),
                (false, false) => Duration::ZERO,
            };
            let (fails, holds) = (world.dice.chance(manners.fails), world.dice.chance(manners.holds));
            (Whim { works, fails, holds }, world.dice.chance(manners.panics))
        });
        if !whim.works.is_zero() {
            sleep(whim.works).await;
        }
        if panics {
            let life = self.life;
            self.world.with(|world| {
                world.note(format_args!("S{life} panics"));
                let now = world.now();
                let known = world.life(life);
                (known.panicked, known.panicked_at) = (true, now);
            });
            resume_unwind(Box::new("a handler of the simulation panics"));
        }
        whim
    }

    pub(crate) fn end(&self) {
        self.world.with(|world| world.returns(self.life));
    }

    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let task = Freezable::new(task, Arc::clone(&self.freezer));
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).spawn(task);
    }
}
