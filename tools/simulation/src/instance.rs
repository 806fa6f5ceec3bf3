//! One life of the framework, and how its handlers behave.

use std::collections::BTreeSet;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::freezer::{Freezable, Freezer};
use crate::world::World;

/// How long the handler works during a flood of events.
const FLOOD_WORK: Duration = Duration::from_secs(40);

/// One life of the scheduler.
pub(crate) struct Framework {
    pub(crate) world: Arc<World>,
    pub(crate) life: u32,
    /// The tasks that it last returned from `known_tasks` and that no update has arrived for since.
    pub(crate) not_reported: BTreeSet<String>,
    /// The tasks that it has spawned.
    pub(crate) tasks: Arc<Mutex<JoinSet<()>>>,
    pub(crate) freezer: Arc<Freezer>,
}

/// What a handler does this time.
pub(crate) struct HandlerAction {
    pub(crate) works: Duration,
    pub(crate) fails: bool,
    pub(crate) holds: bool,
}

impl Framework {
    /// Begins a handler: works for a while, and may panic.
    pub(crate) async fn begin(&self, what: &str) -> HandlerAction {
        let (action, panics) = self.world.with(|world| {
            world.handler(self.life, what);
            let handler_faults = world.handler_faults().clone();
            let slow = world.rng.chance(handler_faults.slow);
            let works = match (std::mem::take(&mut world.delays_next_handler), slow) {
                (true, _) => FLOOD_WORK,
                (false, true) => world.rng.time(handler_faults.longest_work),
                (false, false) => Duration::ZERO,
            };
            let (fails, holds) =
                (world.rng.chance(handler_faults.fails), world.rng.chance(handler_faults.holds));
            (HandlerAction { works, fails, holds }, world.rng.chance(handler_faults.panics))
        });
        if !action.works.is_zero() {
            sleep(action.works).await;
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
        action
    }

    pub(crate) fn end(&self) {
        self.world.with(|world| world.returns(self.life));
    }

    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let task = Freezable::new(task, Arc::clone(&self.freezer));
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).spawn(task);
    }
}
