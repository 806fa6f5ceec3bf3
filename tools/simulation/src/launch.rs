//! Offers become tasks.

use std::sync::Arc;
use std::time::Duration;

use mesos_sdk::proto::v1::executor_info::Type;
use mesos_sdk::proto::v1::scheduler::call::Accept;
use mesos_sdk::proto::v1::{CommandInfo, ExecutorId, ExecutorInfo, Offer, OfferId, TaskId, TaskInfo};
use mesos_sdk::resources::Resources;
use mesos_sdk::{Error, ErrorKind, SchedulerHandle};

use tokio::time::sleep;

use crate::executor::NAME;
use crate::framework::{Framework, LATER, surely_lost};
use crate::world::World;

/// Launches one task from it if there is something to do, else declines it.
pub(crate) async fn use_offer(framework: &Framework, driver: &SchedulerHandle, offer: Offer) {
    let (world, life) = (&framework.world, framework.life);
    let agent = offer.agent_id.clone();
    let begun = world.with(|world| {
        let job = world.books.next()?;
        let task = world.books.begin(job, &agent.value);
        let work = world.books.jobs[job].work;
        world.note(format_args!("S{life} intends {task}"));
        Some((task, work, world.dice.chance(700)))
    });
    let Some((task, work, awaits)) = begun else {
        driver.decline(vec![offer.id], Some(LATER)).detach();
        return want_offers(framework, driver);
    };
    let info = task_info(&task, work, &offer);
    let offer_id = offer.id.clone();
    let sending = driver.launch(vec![offer.id], vec![info], Some(LATER));
    if awaits {
        let result = sending.await;
        world.with(|world| {
            world.note(format_args!("S{life} launch of {task}: {:?}", result.as_ref().map_err(Error::kind)))
        });
        if let Err(error) = result {
            give_back(framework, driver, vec![offer_id], &error);
            not_launched(world, &task, &error);
            want_offers(framework, driver);
        }
    } else {
        sending.detach();
    }
}

/// A launch that nobody awaited has failed.
pub(crate) fn failed(framework: &Framework, driver: &SchedulerHandle, accept: &Accept, error: &Error) {
    give_back(framework, driver, accept.offer_ids.clone(), error);
    let launches = accept.operations.iter().filter_map(|operation| operation.launch.as_ref());
    for task in launches.flat_map(|launch| &launch.task_infos) {
        not_launched(&framework.world, &task.task_id.value, error);
    }
}

fn not_launched(world: &World, task: &str, error: &Error) {
    // Where it may have arrived, reconciliation tells.
    if surely_lost(error) {
        world.with(|world| world.books.unsent(task));
    }
}

/// The master may still hold the offers back for us, unless the subscription is another one.
pub(crate) fn give_back(
    framework: &Framework,
    driver: &SchedulerHandle,
    offers: Vec<OfferId>,
    error: &Error,
) {
    if matches!(error.kind(), ErrorKind::NotSubscribed | ErrorKind::Stopped) {
        return;
    }
    let driver = driver.clone();
    framework.spawn(async move {
        sleep(Duration::from_secs(1)).await;
        driver.decline(offers, None).detach();
    });
}

/// Wants offers if there is something to do, and none if there is not.
pub(crate) fn want_offers(framework: &Framework, driver: &SchedulerHandle) {
    let (world, life, driver) = (Arc::clone(&framework.world), framework.life, driver.clone());
    framework.spawn(async move {
        let wants = world.with(|world| {
            let wants = world.books.next().is_some();
            let known = world.life(life);
            let differs = wants == known.suppressed;
            // A revival clears the filters, too.
            let acts = (differs || wants) && known.suppressing == 0;
            known.suppressing += u32::from(acts);
            acts.then_some(wants)
        });
        let Some(wants) = wants else { return };
        let result = if wants { driver.revive(vec![]).await } else { driver.suppress(vec![]).await };
        world.with(|world| {
            let known = world.life(life);
            known.suppressing -= 1;
            if result.is_ok() {
                known.suppressed = !wants;
            }
        });
    });
}

fn task_info(task: &str, work: u64, offer: &Offer) -> TaskInfo {
    let resources = |text| Resources::parse(text, "*").map(Into::into).unwrap_or_default();
    let allocate = |text| {
        let mut resources: Vec<mesos_sdk::proto::v1::Resource> = resources(text);
        for resource in &mut resources {
            resource.allocation_info = offer.allocation_info.clone().map(Into::into);
        }
        resources
    };
    let executor = ExecutorInfo {
        r#type: Some(Type::Custom.into()),
        executor_id: ExecutorId { value: task.to_owned() },
        name: Some(NAME.to_owned()),
        command: Some(CommandInfo { value: Some("true".to_owned()), ..CommandInfo::default() }),
        resources: allocate("cpus:0.1;mem:32"),
        ..ExecutorInfo::default()
    };
    TaskInfo {
        name: task.to_owned(),
        task_id: TaskId { value: task.to_owned() },
        agent_id: offer.agent_id.clone(),
        resources: allocate("cpus:0.1;mem:32"),
        executor: Some(executor.into()),
        data: Some(work.to_string().into()),
        ..TaskInfo::default()
    }
}
