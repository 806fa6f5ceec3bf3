//! The framework: as users would write it, and sometimes as they should not.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mesos_sdk::proto::v1::scheduler::call::reconcile;
use mesos_sdk::proto::v1::{AgentId, Offer, OperationId, OperationStatus, TaskId, TaskState, TaskStatus};
use mesos_sdk::scheduler::{FailedCall, HeldUpdate, KnownOperation, KnownTask, Subscription};
use mesos_sdk::{Error, ErrorKind, HandlerResult, Scheduler, SchedulerHandle};
use tokio::time::sleep;

use crate::instance::{Framework, HandlerAction};
use crate::journal::Outcome;
use crate::launch;
use crate::observer::{Life, Update, marker, update_of, update_of_operation};
use crate::world::World;

impl Framework {
    /// Kills the tasks that do not end by themselves, until they have ended.
    fn kill_what_stays(&self, handle: &SchedulerHandle) {
        let tasks: Vec<(String, String)> = self.world.with(|world| {
            let stays = |job: usize| world.journal.jobs[job].work == 0;
            let known: Vec<_> = world
                .journal
                .open_of(false)
                .filter(|(_, task)| stays(task.job))
                .map(|(id, task)| (id.clone(), task.agent.clone()))
                .collect();
            let life = world.life(self.life);
            known.into_iter().filter(|(id, _)| life.kills.insert(id.clone())).collect()
        });
        for (task, agent) in tasks {
            let (world, life, handle) = (Arc::clone(&self.world), self.life, handle.clone());
            self.spawn(async move { kill(&world, life, &handle, task, agent).await });
        }
    }

    fn decide_later(&self, held: HeldUpdate, update: Option<Update>) {
        let (world, life) = (Arc::clone(&self.world), self.life);
        let (delay, choice) = world.with(|world| {
            let longest = world.handler_faults().longest_work;
            (world.rng.time(longest), world.rng.below(4))
        });
        self.spawn(async move {
            sleep(delay).await;
            world.with(|world| world.decides(life, update, choice < 2));
            match choice {
                0 | 1 => held.acknowledge(),
                2 => held.reject(),
                _ => drop(held),
            }
        });
    }
}

/// The errors with which a master rejects a call.
const REFUSED: [ErrorKind; 3] = [ErrorKind::Unauthorized, ErrorKind::Forbidden, ErrorKind::Rejected];
/// How long the framework waits before it repeats a rejected kill.
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// Kills a task, until it has ended.
async fn kill(world: &World, life: u32, handle: &SchedulerHandle, task: String, agent: String) {
    let (delay, number) = world.with(|world| {
        let delay = if world.calm { Duration::ZERO } else { world.rng.time(Duration::from_secs(30)) };
        (delay, world.number())
    });
    sleep(delay).await;
    world.with(|world| world.note(format_args!("S{life} kills {task} ({number})")));
    let result = loop {
        let ended =
            handle.kill_until_terminal(TaskId::from(task.clone()), Some(AgentId::from(agent.clone())), None);
        let result = ended.await;
        // A rejected kill must be repeated by the user. Only the network of the simulation rejects
        // kills, for a while.
        if !result.as_ref().is_err_and(|error| REFUSED.contains(&error.kind())) {
            break result;
        }
        sleep(RETRY_DELAY).await;
    };
    world.with(|world| {
        let known = world.life(life);
        known.kills.remove(&task);
        let reported = known.ends_seen.contains(&task);
        let outcome = result.as_ref().map_err(Error::kind);
        world.note(format_args!("S{life} kill of {task}: {outcome:?}"));
        if result.is_ok() && !reported {
            world.violation(format!(
                "the kill of {task} by S{life} returns Ok, but no update reports its end"
            ));
        }
    });
}

#[async_trait]
impl Scheduler for Framework {
    async fn subscribed(&mut self, handle: &SchedulerHandle, subscription: Subscription) -> HandlerResult {
        self.begin("SUBSCRIBED").await;
        let id = subscription.framework_id;
        self.world.with(|world| {
            let is_alone = world.lives.values().filter(|life| !life.over).count() == 1;
            // Another instance may have cleared the store when it tore the framework down.
            let torn_down = |life: &Life| life.torn_down && life.framework.as_ref() == Some(&id.value);
            let is_over = world.lives.values().any(torn_down);
            if world.stored_id.id.as_ref() != Some(&id) && is_alone && !is_over {
                let life = self.life;
                world.violation(format!(
                    "S{life} is subscribed as {id:?}, but its store holds {:?}",
                    world.stored_id.id
                ));
            }
            world.life(self.life).stored = Some(id.value);
        });
        launch::want_offers(self, handle);
        if self.world.with(|world| world.calm || world.rng.chance(500)) {
            self.kill_what_stays(handle);
        }
        self.end();
        Ok(())
    }

    async fn disconnected(&mut self, _: &SchedulerHandle) -> HandlerResult {
        self.begin("disconnected").await;
        self.end();
        Ok(())
    }

    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        self.begin("offers").await;
        for offer in offers {
            launch::use_offer(self, handle, offer).await;
        }
        self.end();
        Ok(())
    }

    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        let task = status.task_id.value.clone();
        let update = update_of(&status);
        self.not_reported.remove(&task);
        self.world.with(|world| world.handler_gets(self.life, update.clone()));
        let action = self.begin(&task).await;
        let held = action.holds.then(|| handle.acknowledge_later(&status).ok()).flatten();
        if held.is_some() || !action.fails {
            self.record(&task, status.state().into(), update.is_none());
        }
        if status.state() == TaskState::Running && held.is_none() && !action.fails {
            self.kill_what_stays(handle);
        }
        self.settle(&action, update, held)
    }

    async fn operation_update(&mut self, handle: &SchedulerHandle, status: OperationStatus) -> HandlerResult {
        let id = status.operation_id.as_ref().map(|id| id.value.clone()).unwrap_or_default();
        let update = update_of_operation(&status);
        self.world.with(|world| world.handler_gets(self.life, update.clone()));
        let action = self.begin(&id).await;
        let held = action.holds.then(|| handle.acknowledge_operation_later(&status).ok()).flatten();
        if held.is_some() || !action.fails {
            self.record(&id, status.state().into(), update.is_none());
        }
        if status.state().is_terminal() {
            launch::want_offers(self, handle);
        }
        self.settle(&action, update, held)
    }

    async fn known_tasks(&mut self) -> Option<Vec<KnownTask>> {
        self.begin("known_tasks").await;
        let life = self.life;
        let known: Vec<KnownTask> = self.world.with(|world| {
            world.returns_known(life);
            let known = world.journal.open_of(false).map(|(id, task)| reconcile::Task {
                task_id: TaskId::from(id.clone()),
                agent_id: Some(AgentId::from(task.agent.clone())),
            });
            known.collect()
        });
        self.not_reported = known.iter().map(|task| task.task_id.value.clone()).collect();
        self.end();
        Some(known)
    }

    async fn known_operations(&mut self) -> Option<Vec<KnownOperation>> {
        let life = self.life;
        let known = self.world.with(|world| {
            world.returns_known(life);
            let known = world.journal.open_of(true).map(|(id, operation)| KnownOperation {
                operation_id: OperationId::from(id.clone()),
                agent_id: Some(AgentId::from(operation.agent.clone())),
                resource_provider_id: None,
            });
            (world.plan.operations > 0).then(|| known.collect())
        })?;
        self.begin("known_operations").await;
        self.end();
        Some(known)
    }

    async fn reconciled(&mut self, _: &SchedulerHandle) -> HandlerResult {
        let (life, not_reported) = (self.life, &self.not_reported);
        self.world.with(|world| {
            world.note(format_args!("the reconciliation of S{life} is complete"));
            if !not_reported.is_empty() {
                world
                    .violation(format!("the reconciliation of S{life} is complete without {not_reported:?}"));
            }
        });
        self.begin("reconciled").await;
        self.end();
        Ok(())
    }

    async fn call_failed(&mut self, handle: &SchedulerHandle, failed: FailedCall) -> HandlerResult {
        self.begin("call_failed").await;
        self.world.with(|world| world.fails(self.life, &failed.error));
        if let Some(number) = marker(&failed.call) {
            self.world.with(|world| world.call_result(self.life, number, &Err(failed.error)));
        } else if let Some(accept) = &failed.call.accept {
            launch::failed(self, handle, accept, &failed.error);
            launch::want_offers(self, handle);
        } else if let Some(decline) = &failed.call.decline {
            launch::decline_again(self, handle, decline.offer_ids.clone(), &failed.error);
        }
        self.end();
        Ok(())
    }
}

impl Framework {
    /// Decides on an update: now, or later if it is held.
    fn settle(
        &self,
        action: &HandlerAction,
        update: Option<Update>,
        held: Option<HeldUpdate>,
    ) -> HandlerResult {
        let fails = action.fails && held.is_none();
        match held {
            Some(held) => self.decide_later(held, update),
            None => self.world.with(|world| world.decides(self.life, update, !fails)),
        }
        self.end();
        if fails { Err("the handler of the simulation fails".into()) } else { Ok(()) }
    }

    fn record(&self, id: &str, outcome: Outcome, is_reconciliation: bool) {
        self.world.with(|world| world.journal.record(id, outcome, is_reconciliation));
    }
}
