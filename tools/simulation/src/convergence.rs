//! Checks that everything recovers in time after the faults, and ends as it should.

use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use crate::run::Run;
use crate::world::Inner;

/// When a driver must be subscribed: twice the time to notice silence, to give up a SUBSCRIBE
/// without a response, and of the longest wait.
const SUBSCRIBED_WITHIN: Duration = Duration::from_secs(2 * (75 + 30 + 15));
/// When every task must have ended: an agent whose update was lost resends it after 10 minutes at
/// most.
const CONVERGED_WITHIN: Duration = Duration::from_secs(2000);
/// When an agent must have resent an update that was not acknowledged, if it still has it.
const SENT_AGAIN_WITHIN: Duration = Duration::from_secs(600 + 30);
/// When a stop must have ended, successfully or not, and a handler must have returned.
const STOPPED_WITHIN: Duration = Duration::from_secs(15 + 1 + 240);

impl Run {
    /// Waits until everything has recovered.
    pub(crate) async fn await_convergence(&mut self) {
        let calm = Instant::now();
        let mut why = String::new();
        while calm.elapsed() < CONVERGED_WITHIN {
            self.until(Instant::now() + Duration::from_secs(1)).await;
            let since = calm.elapsed();
            match self.world.with(|world| world.not_converged(since)) {
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
        self.world.with(|world| {
            world.violation(format!("not recovered {CONVERGED_WITHIN:?} after the faults: {why}"))
        });
    }

    /// Returns a task that the cluster still has, although the framework believes that all have
    /// ended.
    async fn orphan(&self, since: Duration) -> Option<String> {
        if self.world.with(|world| world.may_have_been_removed()) {
            return None;
        }
        let state = self.cluster.state().await;
        let is_left = |task: &str, state: &str| {
            since < SENT_AGAIN_WITHIN || !self.world.with(|world| world.is_astray(task, state))
        };
        // With a stale store there may be another framework, which the journal does not know.
        let current = self
            .world
            .with(|world| world.stored_id.id.as_ref().filter(|_| world.stale).map(|id| id.value.clone()));
        let left = tasks(&state, current.as_deref()).find(|(task, state)| is_left(task, state));
        left.map(|(task, state)| format!("the master has task {task} in {state}"))
    }

    /// Checks that no framework is leaked.
    async fn check_frameworks(&mut self) {
        let state = self.cluster.state().await;
        let frameworks = state["frameworks"].as_array().map_or(0, Vec::len);
        let newest = self.newest().map(|process| process.life);
        self.world.with(|world| {
            // A framework with a short failover timeout may be removed before its driver notices
            // that it is disconnected.
            let lasts = self.plan.failover_timeout > SUBSCRIBED_WITHIN.as_secs_f64();
            let is_missed = frameworks == 0 && lasts && newest.is_some_and(|life| world.is_known(life));
            if self.plan.chosen_id && (frameworks > 1 || is_missed) && !world.stale {
                world.violation(format!(
                    "there are {frameworks} frameworks, although the client generates the id"
                ));
            }
        });
    }

    /// Tears the framework down.
    pub(crate) async fn stop(&mut self) {
        self.ending = true;
        let Some(life) = self.newest().map(|process| process.life) else { return };
        // If the framework is already leaving, the first request counts.
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
                world.violation(format!("S{life} reports its teardown, but no master has confirmed it"));
            }
            if well && id.is_some_and(|id| ids.contains(&id)) {
                world.violation(format!("S{life} was torn down, but the master still has the framework"));
            }
            if well && stores && world.stored_id.id.is_some() {
                world.violation(format!("S{life} was torn down, but its id is still stored"));
            }
            let displaced = world.life(life).failed_over;
            // TEARDOWN waits for calls that were made before.
            if calm && idle && !well && !displaced && !world.life(life).panicked {
                world.violation(format!("S{life} cannot be stopped although everything has recovered"));
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
        // A handler that was at work when the faults ended may still panic.
        if !well && !self.world.with(|world| world.life(life).panicked) {
            self.world.with(|world| {
                world.violation(format!("S{life} cannot leave although everything has recovered"))
            });
        }
        let state = self.cluster.state().await;
        let frameworks = state["frameworks"].as_array().map_or(0, Vec::len);
        let is_known = self.world.with(|world| world.is_known(life));
        if frameworks == 0 && is_known && self.plan.failover_timeout > 100.0 {
            self.world.with(|world| world.violation(format!("S{life} has left, and its framework is gone")));
        }
    }

    /// Waits for the end of a life, and returns whether the driver returned `Ok`.
    async fn end_of(&mut self, life: u32) -> bool {
        let began = Instant::now();
        while self.processes.contains_key(&life) {
            if began.elapsed() > STOPPED_WITHIN {
                self.world
                    .with(|world| world.violation(format!("S{life} does not end within {STOPPED_WITHIN:?}")));
                return false;
            }
            self.until(Instant::now() + Duration::from_millis(200)).await;
        }
        self.world.with(|world| world.life(life).ended_well)
    }
}

impl Inner {
    /// Returns whether the master must know the framework of this life: a leader elected since then
    /// learns of it only from an agent.
    fn is_known(&mut self, life: u32) -> bool {
        let elected = self.elected;
        self.life(life).last_subscribed > elected
    }

    /// Returns what has not recovered yet. What must never happen is a violation instead.
    fn not_converged(&mut self, since: Duration) -> Option<String> {
        let alive: Vec<_> = self.lives.iter().filter(|(_, life)| !life.over).map(|(life, _)| *life).collect();
        let [life] = alive[..] else { return Some(format!("{alive:?} are alive")) };
        let known = self.life(life);
        if known.subscription.is_none() {
            if since > SUBSCRIBED_WITHIN {
                self.violation(format!("S{life} is not subscribed {since:?} after the faults"));
            }
            return Some(format!("S{life} is not subscribed"));
        }
        self.audit(life);
        let known = self.life(life);
        let unacknowledged: Vec<_> = known.unacknowledged.keys().cloned().collect();
        if let Some(update) = unacknowledged.iter().find(|update| !self.is_forgotten(update)) {
            return Some(format!("S{life} has handled an update of {} but not acknowledged it", update.0));
        }
        let known = self.life(life);
        if let Some(update) = known.in_hand.first() {
            return Some(format!("S{life} has an update of {} in hand", update.0));
        }
        if self.may_have_been_removed() {
            return self.unfinished_call(life, true);
        }
        let known = self.life(life);
        if let Some(task) = known.kills.first() {
            return Some(format!("S{life} has not learned of the end of {task}, which it kills"));
        }
        if let Some((task, _)) = self.journal.open().next() {
            return Some(format!("{task} has not ended"));
        }
        if let Some(job) = self.journal.next() {
            return Some(format!("job {job} was not begun"));
        }
        self.unfinished_call(life, true)
    }
}

/// Returns the ids and states of the tasks that the master has, of one framework or of all.
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
