//! Uses offers: launches tasks, does operations, or declines.

use std::sync::Arc;
use std::time::Duration;

use mesos_sdk::build::Reservation;
use mesos_sdk::proto::v1::executor_info::Type;
use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::scheduler::call::Accept;
use mesos_sdk::proto::v1::{CommandInfo, ExecutorId, ExecutorInfo, Offer, OfferId, TaskId, TaskInfo};
use mesos_sdk::resources::Resources;
use mesos_sdk::{Error, ErrorKind, SchedulerHandle, Sent};

use tokio::time::sleep;

use crate::executor::NAME;
use crate::instance::Framework;
use crate::observer::ids;
use crate::world::{Inner, World};

/// How long the master keeps declined resources from the framework.
const DECLINE_FOR: Duration = Duration::from_secs(3600);
/// How long after the last fault a call may arrive on a connection that was given up.
const LATE: Duration = Duration::from_secs(60);
/// The role of frameworks that reserve resources.
pub(crate) const ROLE: &str = "simulation";

/// Launches a task, or does an operation, if the journal has one to do; declines the offer
/// otherwise.
pub(crate) async fn use_offer(framework: &Framework, handle: &SchedulerHandle, offer: Offer) {
    let (world, life) = (&framework.world, framework.life);
    let agent = offer.agent_id.clone();
    let begun = world.with(|world| {
        let job = world.journal.next()?;
        let task = world.journal.begin(job, &agent.value);
        let job = world.journal.jobs[job].clone();
        world.note(format_args!("S{life} intends {task}"));
        Some((task, job, world.rng.chance(700)))
    });
    let Some((task, job, awaits)) = begun else {
        handle.decline_for([offer.id], DECLINE_FOR).detach();
        return want_offers(framework, handle);
    };
    let offer_id = offer.id.clone();
    let sending = if job.is_operation {
        handle.accept([offer.id.clone()], [operation(&task, &offer)])
    } else {
        let info = task_info(&task, job.work, &offer);
        handle.launch_with_filters([offer.id], [info], DECLINE_FOR)
    };
    if awaits {
        let result = sending.await;
        world.with(|world| {
            world.note(format_args!("S{life} launch of {task}: {:?}", result.as_ref().map_err(Error::kind)))
        });
        if let Err(error) = result {
            framework.world.with(|world| world.fails(framework.life, &error));
            decline_again(framework, handle, vec![offer_id], &error);
            not_launched(framework, &task, &error);
            want_offers(framework, handle);
        }
    } else {
        sending.detach();
    }
}

/// Handles the failure of a launch that was not awaited.
pub(crate) fn failed(framework: &Framework, handle: &SchedulerHandle, accept: &Accept, error: &Error) {
    decline_again(framework, handle, accept.offer_ids.clone(), error);
    for id in ids(accept) {
        not_launched(framework, id, error);
    }
}

fn not_launched(framework: &Framework, task: &str, error: &Error) {
    framework.world.with(|world| {
        // A launch that may have arrived is left to reconciliation, as is one of an older instance.
        let is_newest = world.lives.keys().next_back() == Some(&framework.life);
        if launched_nothing(error) && is_newest {
            world.journal.not_sent(task);
        }
    });
}

/// Declines offers that the failed call left with us: while the subscription stands, the master
/// does not offer their resources again. If the call may still arrive, after whatever has revived
/// offers since, it keeps these resources from the framework, which revives once more.
pub(crate) fn decline_again(
    framework: &Framework,
    handle: &SchedulerHandle,
    offers: Vec<OfferId>,
    error: &Error,
) {
    if matches!(error.kind(), ErrorKind::NotSubscribed | ErrorKind::Stopped) {
        return;
    }
    let (world, life, handle) = (Arc::clone(&framework.world), framework.life, handle.clone());
    let may_arrive = error.was_sent() == Sent::Maybe;
    framework.spawn(async move {
        sleep(Duration::from_secs(1)).await;
        handle.decline(offers).detach();
        if may_arrive {
            while !world.with(|world| world.calm) {
                sleep(LATE).await;
            }
            sleep(LATE).await;
            revive_or_suppress(&world, life, &handle).await;
        }
    });
}

/// Revives offers if there is something to do, and suppresses them otherwise.
pub(crate) fn want_offers(framework: &Framework, handle: &SchedulerHandle) {
    let (world, life, handle) = (Arc::clone(&framework.world), framework.life, handle.clone());
    framework.spawn(async move { revive_or_suppress(&world, life, &handle).await });
}

async fn revive_or_suppress(world: &World, life: u32, handle: &SchedulerHandle) {
    world.with(|world| world.life(life).wants_again = true);
    while let Some(wants) = world.with(|world| world.begins_to_want(life)) {
        let result = if wants { handle.revive_all().await } else { handle.suppress_all().await };
        world.with(|world| {
            let known = world.life(life);
            known.suppressing -= 1;
            if result.is_ok() {
                known.suppressed = !wants;
            }
        });
        match result.map_err(|error| error.kind()) {
            Ok(()) => {}
            // The next subscription calls `want_offers` again.
            Err(ErrorKind::NotSubscribed | ErrorKind::Stopped) => return,
            Err(_) => {
                sleep(Duration::from_secs(1)).await;
                world.with(|world| world.life(life).wants_again = true);
            }
        }
    }
}

impl Inner {
    /// Returns whether offers are to be revived or suppressed, if either is due and no such call is
    /// under way.
    fn begins_to_want(&mut self, life: u32) -> Option<bool> {
        let wants = self.journal.next().is_some();
        let known = self.life(life);
        if known.suppressing > 0 {
            return None;
        }
        // REVIVE also clears the filters.
        let again = std::mem::take(&mut known.wants_again);
        let acts = wants == known.suppressed || wants && again;
        known.suppressing += u32::from(acts);
        acts.then_some(wants)
    }
}

/// Returns whether a call that failed with this error has certainly launched nothing.
fn launched_nothing(error: &Error) -> bool {
    use ErrorKind::{Conflict, Forbidden, Rejected, Unauthorized};
    error.was_sent() == Sent::No || matches!(error.kind(), Rejected | Conflict | Forbidden | Unauthorized)
}

/// Reserves a part of the disk, or unreserves one if none is left.
fn operation(id: &str, offer: &Offer) -> Operation {
    let mut part: Resources = Resources::parse("disk:8", "*").unwrap_or_default();
    part.allocate(ROLE);
    let reserved = Reservation::for_role(ROLE).build(&part).unwrap_or_default();
    let offered = Resources::from(&offer.resources[..]);
    let operation = match offered.contains(&part) {
        true => Operation::reserve(reserved),
        false => Operation::unreserve(reserved),
    };
    operation.with_id(id)
}

fn task_info(task: &str, work: u64, offer: &Offer) -> TaskInfo {
    let resources = |text| Resources::parse(text, "*").map(Into::into).unwrap_or_default();
    let allocate = |text| {
        let mut resources: Vec<mesos_sdk::proto::v1::Resource> = resources(text);
        for resource in &mut resources {
            resource.allocation_info.clone_from(&offer.allocation_info);
        }
        resources
    };
    let executor = ExecutorInfo {
        r#type: Some(Type::Custom.into()),
        executor_id: ExecutorId::from(task),
        name: Some(NAME.to_owned()),
        command: Some(Box::new(CommandInfo { value: Some("true".to_owned()), ..CommandInfo::default() })),
        resources: allocate("cpus:0.1;mem:32"),
        ..ExecutorInfo::default()
    };
    TaskInfo {
        name: task.to_owned(),
        task_id: TaskId::from(task),
        agent_id: offer.agent_id.clone(),
        resources: allocate("cpus:0.1;mem:32"),
        executor: Some(executor.into()),
        data: Some(work.to_string().into()),
        ..TaskInfo::default()
    }
}
