//! Offer operations: what the next offer has of what they made.

use anyhow::{Context, Result, ensure};
use mesos_sdk::build::{PersistentVolume, Reservation};
use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::resource::disk_info::source;
use mesos_sdk::proto::v1::value::Scalar;
use mesos_sdk::proto::v1::{Offer, OperationState, Resource, TaskState};
use mesos_sdk::resources::Resources;
use testkit::TestCluster;

use crate::framework::{Framework, NO_FILTER, driver};
use crate::operations::reserving;
use crate::task::{Work, task, task_id};

testkit::cases![
    reservation_is_offered_until_it_is_freed,
    volume_is_created_used_and_destroyed,
    volume_grows_and_shrinks,
    disks_need_a_provider,
];

const ROLE: &str = "ads";

fn start(cluster: &TestCluster) -> Result<Framework> {
    Ok(Framework::start(driver(cluster.address(), reserving("resources"))?))
}

/// Disk of this many megabytes, reserved.
pub(crate) fn disk(megabytes: f64) -> Result<Resource> {
    let disk = format!("disk:{megabytes}").parse::<Resources>()?;
    Reservation::for_role(ROLE).build(&disk)?.into_iter().next().context("no disk")
}

/// A volume of this many megabytes.
fn volume(megabytes: f64) -> Result<Resource> {
    let volume = PersistentVolume::new("v", "data").build(&disk(megabytes)?)?;
    Ok(Resource { scalar: Some(Scalar { value: megabytes }), ..volume })
}

/// What is offered, allocated to no role.
fn offered(offer: &Offer) -> Resources {
    let mut resources = Resources::from(offer.resources.clone());
    resources.unallocate();
    resources.into_iter().collect()
}

/// The next offer that is as wanted; others are declined.
pub(crate) async fn offer(framework: &mut Framework, wanted: impl Fn(&Resources) -> bool) -> Result<Offer> {
    loop {
        let offer = framework.offer().await?;
        if wanted(&offered(&offer)) {
            return Ok(offer);
        }
        framework.handle.decline_for([offer.id], NO_FILTER).await?;
    }
}

async fn reservation_is_offered_until_it_is_freed(cluster: TestCluster) -> Result<()> {
    let mut framework = start(&cluster)?;
    let first = framework.offer().await?;
    framework.accept(&first, vec![Operation::reserve(vec![disk(64.0)?])]).await?;
    let reserved = disk(64.0)?;
    let second = offer(&mut framework, |all| all.contains_resource(&reserved)).await?;
    ensure!(offered(&first).apply(&Operation::reserve(vec![disk(64.0)?]))? == offered(&second), "{second:?}");
    framework.accept(&second, vec![Operation::unreserve(vec![disk(64.0)?])]).await?;
    let third = offer(&mut framework, |all| all.reserved().is_empty()).await?;
    ensure!(offered(&third) == offered(&first), "{third:?}");
    framework.stop().await
}

#[statement::proves(pv)]
async fn volume_is_created_used_and_destroyed(cluster: TestCluster) -> Result<()> {
    let mut framework = start(&cluster)?;
    let first = framework.offer().await?;
    let mut uses = task("t", &first, Work::Run)?;
    uses.resources.push(volume(64.0)?);
    let make = [Operation::reserve(vec![disk(64.0)?]), Operation::create(vec![volume(64.0)?])];
    let operations = make.into_iter().chain([Operation::launch(vec![uses])]).collect();
    framework.accept(&first, operations).await?;
    framework.state("t", TaskState::Running).await?;
    let rest = framework.offer().await?;
    ensure!(offered(&rest).persistent_volumes().is_empty(), "the task holds it: {rest:?}");
    framework.handle.decline_for([rest.id], NO_FILTER).await?;
    framework.handle.kill(task_id("t"), None).await?;
    framework.state("t", TaskState::Killed).await?;
    let left = volume(64.0)?;
    let later = offer(&mut framework, |all| all.contains_resource(&left)).await?;
    let undo = vec![Operation::destroy(vec![left]), Operation::unreserve(vec![disk(64.0)?])];
    framework.accept(&later, undo).await?;
    offer(&mut framework, |all| all.reserved().is_empty()).await?;
    framework.stop().await
}

#[statement::proves(pv)]
async fn volume_grows_and_shrinks(cluster: TestCluster) -> Result<()> {
    let mut framework = start(&cluster)?;
    let (small, large) = (volume(64.0)?, volume(96.0)?);
    let first = framework.offer().await?;
    let make = vec![Operation::reserve(vec![disk(96.0)?]), Operation::create(vec![small.clone()])];
    framework.accept(&first, make).await?;
    let second = offer(&mut framework, |all| all.contains_resource(&small)).await?;
    framework.accept(&second, vec![Operation::grow_volume(small.clone(), disk(32.0)?)]).await?;
    let third = offer(&mut framework, |all| all.contains_resource(&large)).await?;
    framework.accept(&third, vec![Operation::shrink_volume(large, 32.0)]).await?;
    let freed = disk(32.0)?;
    offer(&mut framework, |all| all.contains_resource(&small) && all.contains_resource(&freed)).await?;
    framework.stop().await
}

/// Providers of such disks are what an agent here lacks, so the master's refusal is what there is
/// to see.
async fn disks_need_a_provider(cluster: TestCluster) -> Result<()> {
    let mut framework = start(&cluster)?;
    let offer = framework.offer().await?;
    let make = Operation::create_disk(disk(64.0)?, source::Type::Mount, None).with_id("make");
    let destroy = Operation::destroy_disk(disk(64.0)?).with_id("destroy");
    framework.accept(&offer, vec![make, destroy]).await?;
    for id in ["make", "destroy"] {
        let status = framework.operation_update().await?;
        ensure!(status.operation_id.as_ref().is_some_and(|known| known.value == id), "{status:?}");
        ensure!(status.state() == OperationState::Error, "{status:?}");
        ensure!(status.message().contains("managed by a resource provider"), "{status:?}");
    }
    framework.stop().await
}
