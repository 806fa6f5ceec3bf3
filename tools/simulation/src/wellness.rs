//! After the faults: everything becomes well within its bounds, and ends well.

use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use crate::run::Run;
use crate::world::Inner;

/// By now a driver is subscribed: silence is noticed, a SUBSCRIBE without an answer given up, and the longest wait over,
/// each of them twice.
const SUBSCRIBED_WITHIN: Duration = Duration::from_secs(2 * (75 + 30 + 15));
/// By now every task has ended: an agent that was not heard sends its update again after 10 minutes at most.
const WELL_WITHIN: Duration = Duration::from_secs(2000);
/// By now an agent has sent an update again that nobody has acknowledged, if it still has it.
const SENT_AGAIN_WITHIN: Duration = Duration::from_secs(600 + 30);
/// By now a stop is over, one way or the other; and a handler that is at work has returned.
const STOPPED_WITHIN: Duration = Duration::from_secs(15 + 1 + 240);

impl Run {
    /// Waits until all is well.
    pub(crate) async fn become_well(&mut self) {
        let calm = Instant::now();
        let mut why = String::new();
        while calm.elapsed() < WELL_WITHIN {
            self.until(Instant::now() + Duration::from_secs(1)).await;
            let since = calm.elapsed();
            match self.world.with(|world| world.unwell(since)) {
                Some(reason) => why = reason,
                None => match self.orphan(since).await {
                    Some(reason) => why = reason,
                    None => return self.check_frameworks().await,
                },
            }
            if self.is_gone() || self.world.with(|world| !world.broken.is_empty()) {
                return;
            }
        }
        self.world.with(|world| world.violated(format!("not well {WELL_WITHIN:?} after the faults: {why}")));
    }

    /// A task that the cluster knows, though the framework takes all of its tasks to have ended.
    async fn orphan(&self, since: Duration) -> Option<String> {
        if self.world.with(|world| world.may_have_been_removed()) {
            return None;
        }
        let state = self.cluster.state().await;
        let is_left = |task: &str, state: &str| {
            since < SENT_AGAIN_WITHIN || !self.world.with(|world| world.is_astray(task, state))
        };
        // With a stale store there may be another framework, which nobody remembers.
        let current = self
            .world
            .with(|world| world.kept.id.as_ref().filter(|_| world.stale).map(|id| id.value.clone()));
        let left = tasks(&state, current.as_deref()).find(|(task, state)| is_left(task, state));
        left.map(|(task, state)| format!("the master has task {task} in {state}"))
    }

    /// No framework is leaked.
    async fn check_frameworks(&mut self) {
        let state = self.cluster.state().await;
        let frameworks = state["frameworks"].as_array().map_or(0, Vec::len);
        let newest = self.newest().map(|process| process.life);
        self.world.with(|world| {
            // One that may be away for a short time only may be gone before its driver notices that it is away.
            let lasts = self.plan.failover_timeout > SUBSCRIBED_WITHIN.as_secs_f64();
            let is_missed = frameworks == 0 && lasts && newest.is_some_and(|life| world.is_known(life));
            if self.plan.chosen_id && (frameworks > 1 || is_missed) && !world.stale {
                world.violated(format!("there are {frameworks} frameworks, though the id was chosen"));
            }
        });
    }

    /// Tears the framework down.
    pub(crate) async fn stop(&mut self) {
        self.ending = true;
        let Some(life) = self.newest().map(|process| process.life) else { return };
        // Of two ends that are wanted the first one counts.
        let (leaves, idle) = self.world.with(|world| {
            world.note(format_args!("S{life} is stopped"));
            let now = world.now();
            let known = world.life(life);
            (std::mem::replace(&mut known.leaving, true), known.is_idle(now))
        });
        self.newest().iter().for_each(|process| process.handle.stop());
        let well = self.end_of(life).await;
        if leaves {
            return;
        }
        let calm = self.world.with(|world| world.calm);
        let state = self.cluster.state().await;
        let ids: Vec<_> =
            state["frameworks"].as_array().into_iter().flatten().map(|one| one["id"].clone()).collect();
        self.world.with(|world| {
            let stores = world.plan.store_fails == 0;
            let (torn_down, removed) = (world.life(life).torn_down, world.life(life).removed);
            let id = world.life(life).framework.clone().map(Value::from);
            if well && !torn_down && !removed && id.is_some() {
                world.violated(format!("S{life} says that it was torn down, but no master has said so"));
            }
            if well && id.is_some_and(|id| ids.contains(&id)) {
                world.violated(format!("S{life} was torn down, but the master still has the framework"));
            }
            if well && stores && world.kept.id.is_some() {
                world.violated(format!("S{life} was torn down, but its id is still stored"));
            }
            let displaced = world.life(life).failed_over;
            // TEARDOWN waits for calls that were made before.
            if calm && idle && !well && !displaced && !world.life(life).panicked {
                world.violated(format!("S{life} can't be stopped though all is well"));
            }
        });
    }

    /// Leaves the framework to a later instance.
    pub(crate) async fn leave(&mut self) {
        self.ending = true;
        let Some(life) = self.newest().map(|process| process.life) else { return };
        self.world.with(|world| world.life(life).leaving = true);
        self.newest().iter().for_each(|process| process.handle.stop_with_failover());
        let well = self.end_of(life).await;
        // A handler that was at work when the faults ended may panic still.
        if !well && !self.world.with(|world| world.life(life).panicked) {
            self.world.with(|world| world.violated(format!("S{life} can't leave though all is well")));
        }
        let state = self.cluster.state().await;
        let frameworks = state["frameworks"].as_array().map_or(0, Vec::len);
        let is_known = self.world.with(|world| world.is_known(life));
        if frameworks == 0 && is_known && self.plan.failover_timeout > 100.0 {
            self.world.with(|world| world.violated(format!("S{life} has left, and its framework is gone")));
        }
    }

    /// Waits for the end of a life; whether it was a good one.
    async fn end_of(&mut self, life: u32) -> bool {
        let began = Instant::now();
        while self.processes.contains_key(&life) {
            if began.elapsed() > STOPPED_WITHIN {
                self.world
                    .with(|world| world.violated(format!("S{life} does not end within {STOPPED_WITHIN:?}")));
                return false;
            }
            self.until(Instant::now() + Duration::from_millis(200)).await;
        }
        self.world.with(|world| world.life(life).ended_well)
    }
}

impl Inner {
    /// Whether the master must know the framework by this life. One that leads since then knows of it only if an agent does.
    fn is_known(&mut self, life: u32) -> bool {
        let elected = self.elected;
        self.life(life).last_subscribed > elected
    }

    /// What is not as it should be by and by. What should not be at all is a violation.
    fn unwell(&mut self, since: Duration) -> Option<String> {
        let alive: Vec<_> = self.lives.iter().filter(|(_, life)| !life.over).map(|(life, _)| *life).collect();
        let [life] = alive[..] else { return Some(format!("{alive:?} are alive")) };
        let known = self.life(life);
        if known.subscription.is_none() {
            if since > SUBSCRIBED_WITHIN {
                self.violated(format!("S{life} is not subscribed {since:?} after the faults"));
            }
            return Some(format!("S{life} is not subscribed"));
        }
        self.audit(life);
        let known = self.life(life);
        let unacknowledged: Vec<_> = known.unacknowledged.keys().cloned().collect();
        if let Some(update) = unacknowledged.iter().find(|update| !self.is_forgotten(update)) {
            return Some(format!("S{life} has handled an update of {}, and not acknowledged it", update.0));
        }
        let known = self.life(life);
        if let Some(update) = known.in_hand.first() {
            return Some(format!("S{life} has an update of {} in hand", update.0));
        }
        if self.may_have_been_removed() {
            return self.unanswered_call(life, true);
        }
        let known = self.life(life);
        if let Some(task) = known.kills.first() {
            return Some(format!("S{life} has not been told of the end of {task}, which it kills"));
        }
        if let Some((task, _)) = self.books.open().next() {
            return Some(format!("{task} has not ended"));
        }
        if let Some(job) = self.books.next() {
            return Some(format!("job {job} was not begun"));
        }
        self.unanswered_call(life, true)
    }
}

/// The tasks that the master takes to be there, of one framework or of all: their ids and states.
fn tasks<'a>(state: &'a Value, framework: Option<&'a str>) -> impl Iterator<Item = (&'a str, &'a str)> {
    let frameworks = state["frameworks"].as_array().into_iter().flatten();
    let frameworks = frameworks.filter(move |known| framework.is_none_or(|id| known["id"] == *id));
    let tasks = frameworks.flat_map(|framework| {
        ["tasks", "unreachable_tasks"]
            .into_iter()
            .flat_map(|kind| framework[kind].as_array().into_iter().flatten())
    });
    tasks.filter_map(|task| Some((task["id"].as_str()?, task["state"].as_str()?)))
}
