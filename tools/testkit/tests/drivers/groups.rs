//! Tasks that are launched together.

use anyhow::{Result, ensure};
use mesos_sdk::ErrorKind;
use mesos_sdk::proto::v1::container_info::Type;
use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::offer::operation::LaunchGroup;
use mesos_sdk::proto::v1::{
    ContainerInfo, ExecutorInfo, FrameworkId, LinuxInfo, TaskGroupInfo, TaskInfo, TaskState,
};
use mesos_sdk::resources::Resources;
use testkit::TestCluster;

use crate::framework::{Framework, NO_FILTER, driver, info};
use crate::task::{Work, executor, task};

testkit::cases![
    one_bad_task_starts_none,
    group_with_a_task_twice_is_not_sent,
    tasks_of_a_group_agree_on_cgroups,
];

#[statement::proves(group)]
async fn one_bad_task_starts_none(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), info("group"))?);
    launch(&mut framework, &["good", "b/d"], |_, _| {}).await?;
    refused(&mut framework).await
}

/// A real master would crash.
#[statement::proves(group)]
async fn group_with_a_task_twice_is_not_sent(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), info("group"))?);
    let refused = launch(&mut framework, &["same", "same"], |_, _| {}).await.err();
    let refused = refused.and_then(|error| error.downcast::<mesos_sdk::Error>().ok());
    ensure!(refused.as_ref().is_some_and(|error| error.kind() == ErrorKind::Invalid), "{refused:?}");
    ensure!(refused.is_some_and(|error| format!("{error:#}").contains("duplicate ID: same")));
    // The offer is still there: nothing was sent to the master.
    framework.handle.revive_all().await?;
    framework.handle.stop();
    Ok(())
}

#[statement::proves(share)]
async fn tasks_of_a_group_agree_on_cgroups(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), info("share"))?);
    let differ = |number: usize, task: &mut TaskInfo| task.container = Some(Box::new(shares(number == 0)));
    launch(&mut framework, &["shares", "does-not"], differ).await?;
    refused(&mut framework).await
}

fn shares(share_cgroups: bool) -> ContainerInfo {
    let linux_info = LinuxInfo { share_cgroups: Some(share_cgroups), ..LinuxInfo::default() };
    ContainerInfo {
        r#type: Type::Mesos.into(),
        linux_info: Some(Box::new(linux_info)),
        ..ContainerInfo::default()
    }
}

/// Both tasks are, and the framework ends.
async fn refused(framework: &mut Framework) -> Result<()> {
    for _ in 0..2 {
        let status = framework.update().await?;
        ensure!(status.state() == TaskState::Error, "{status:?}");
    }
    framework.handle.stop();
    Ok(())
}

async fn launch(
    framework: &mut Framework,
    ids: &[&str],
    change: impl Fn(usize, &mut TaskInfo),
) -> Result<()> {
    let framework_id = framework.subscribed().await?.framework_id;
    let offer = framework.offer().await?;
    let tasks = ids.iter().enumerate().map(|(number, id)| {
        let mut task = TaskInfo { executor: None, ..task(id, &offer, Work::Run)? };
        change(number, &mut task);
        Ok(task)
    });
    let task_group = TaskGroupInfo { tasks: tasks.collect::<Result<_>>()? };
    let group = LaunchGroup { executor: of_group(framework_id)?, task_group };
    let operations = vec![Operation::launch_group(group)];
    Ok(framework.handle.accept_with_filters([offer.id], operations, NO_FILTER).await?)
}

/// An executor of a group has its framework's id and a disk.
fn of_group(framework_id: FrameworkId) -> Result<ExecutorInfo> {
    let resources = "cpus:0.1;mem:32;disk:1".parse::<Resources>()?.into();
    Ok(ExecutorInfo { framework_id: Some(framework_id), resources, ..executor()? })
}
