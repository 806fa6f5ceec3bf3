//! The ends of settings' and tasks' ranges: zero, and the most there is.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use mesos_sdk::build::Task;
use mesos_sdk::operator::MasterOperator;
use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{
    CheckInfo, DurationInfo, HealthCheck, KillPolicy, TaskInfo, TaskState, check_info, health_check,
};
use mesos_sdk::scheduler::{KnownTask, Reconciliation};
use mesos_sdk::wire::Encoding;
use mesos_sdk::{ClientOptions, ErrorKind, Master, SchedulerDriver};
use testkit::TestCluster;

use crate::commands::{last, launch, shell, start};
use crate::framework::{Framework, NO_FILTER, driver, info};
use crate::reporter::Known;
use crate::security::{failure, whole_life};
use crate::task::task_id;

testkit::cases![
    the_most_of_every_setting_does_no_harm,
    the_least_of_queues_is_enough,
    too_small_a_message_limit_has_a_reason,
    no_time_is_an_error_with_a_reason,
    zero_intervals_still_reconcile,
    check_with_endless_times_is_never_made,
    longest_and_negative_grace_period,
    doubles_arrive_unchanged,
];

const LONGEST: Duration = Duration::MAX;

fn reconciling(driver: SchedulerDriver, time: Duration) -> SchedulerDriver {
    let settings = Reconciliation::new().interval(time).update_timeout(time);
    driver.reconciliation(settings.first_wait(time).longest_wait(time))
}

async fn the_most_of_every_setting_does_no_harm(cluster: TestCluster) -> Result<()> {
    let options = ClientOptions::new().call_timeout(LONGEST).max_message_size(usize::MAX);
    let driver = driver(cluster.address(), info("most"))?
        .subscribe_timeout(LONGEST)
        .stop_timeout(LONGEST)
        .client_options(options.clone())
        .max_queued_events(usize::MAX)
        .max_queued_bytes(usize::MAX)
        .max_held_updates(usize::MAX);
    whole_life(reconciling(driver, LONGEST)).await?;
    let operator =
        MasterOperator::new(cluster.address().parse::<Master>()?).client_options(options).retries(u32::MAX);
    ensure!(operator.get_health().await?.healthy);
    Ok(())
}

async fn the_least_of_queues_is_enough(cluster: TestCluster) -> Result<()> {
    let driver = driver(cluster.address(), info("least"))?;
    let driver = driver.max_queued_events(0).max_queued_bytes(0).max_held_updates(0);
    whole_life(driver.reconciliation(Reconciliation::new().batch(0))).await
}

async fn too_small_a_message_limit_has_a_reason(cluster: TestCluster) -> Result<()> {
    let options = ClientOptions::new().max_message_size(0);
    let driver = driver(cluster.address(), info("small"))?.subscribe_timeout(Duration::from_secs(2));
    let error = failure(driver.client_options(options.clone())).await?;
    ensure!(format!("{error:#}").contains("raise the limit"), "{error:#}");
    let operator = MasterOperator::new(cluster.address().parse::<Master>()?).client_options(options);
    let error = operator.get_health().await.err().context("a response of 0 bytes")?;
    ensure!(error.to_string().contains("raise the limit"), "{error}");
    Ok(())
}

async fn no_time_is_an_error_with_a_reason(cluster: TestCluster) -> Result<()> {
    let hurried = driver(cluster.address(), info("hurried"))?.subscribe_timeout(Duration::ZERO);
    let error = failure(hurried).await?;
    ensure!(error.kind() == ErrorKind::Timeout, "{error:#}");
    for time in [Duration::ZERO, Duration::from_nanos(1)] {
        let options = ClientOptions::new().call_timeout(time);
        let driver = driver(cluster.address(), info("hasty"))?.client_options(options);
        let mut framework = Framework::start(driver);
        framework.subscribed().await?;
        // Whether the response is there at once is chance.
        if let Err(error) = framework.handle.revive_all().await {
            ensure!(error.kind() == ErrorKind::Timeout, "{error:#}");
        }
        framework.stop().await?;
    }
    Ok(())
}

#[statement::proves(recon3)]
async fn zero_intervals_still_reconcile(cluster: TestCluster) -> Result<()> {
    let driver = reconciling(driver(cluster.address(), info("zero"))?, Duration::ZERO);
    let ghost = KnownTask { task_id: task_id("ghost"), agent_id: None };
    let mut framework = Framework::start_knowing(driver, Known::of_tasks(vec![ghost]));
    framework.state("ghost", TaskState::Lost).await?;
    framework.stop().await
}

#[statement::proves(hc)]
async fn check_with_endless_times_is_never_made(cluster: TestCluster) -> Result<()> {
    let health = HealthCheck {
        r#type: Some(health_check::Type::Command.into()),
        command: Some(Box::new(shell("exit 1"))),
        delay_seconds: Some(1e19),
        interval_seconds: Some(1e300),
        timeout_seconds: Some(1e19),
        grace_period_seconds: Some(f64::MAX),
        ..HealthCheck::default()
    };
    let check = CheckInfo {
        r#type: Some(check_info::Type::Command.into()),
        command: Some(Box::new(check_info::Command { command: shell("exit 9") })),
        delay_seconds: Some(1e19),
        interval_seconds: Some(1e19),
        timeout_seconds: Some(f64::MAX),
        ..CheckInfo::default()
    };
    let mut framework = start(&cluster)?;
    let task = TaskInfo {
        health_check: Some(Box::new(health)),
        check: Some(Box::new(check)),
        ..TaskInfo::default()
    };
    launch(&mut framework, shell("exec sleep 1"), task).await?;
    let finished = last(&mut framework).await?;
    ensure!(finished.state() == TaskState::Finished && finished.healthy().is_none(), "{finished:?}");
    framework.stop().await
}

#[statement::proves(killpolicy)]
async fn longest_and_negative_grace_period(cluster: TestCluster) -> Result<()> {
    let mut framework = start(&cluster)?;
    let longest = DurationInfo { nanoseconds: i64::MAX };
    let task = TaskInfo {
        kill_policy: Some(KillPolicy { grace_period: Some(longest) }),
        max_completion_time: Some(longest),
        ..TaskInfo::default()
    };
    launch(&mut framework, shell("exec sleep 1000"), task).await?;
    let running = loop {
        let status = framework.update().await?;
        if status.state() == TaskState::Running {
            break status;
        }
    };
    let negative = KillPolicy { grace_period: Some(DurationInfo { nanoseconds: i64::MIN }) };
    framework.handle.kill_with_policy(running.task_id, None, negative).await?;
    let killed = last(&mut framework).await?;
    ensure!(killed.state() == TaskState::Killed, "{killed:?}");
    framework.stop().await
}

async fn doubles_arrive_unchanged(cluster: TestCluster) -> Result<()> {
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        let driver = driver(cluster.address(), info("doubles"))?
            .client_options(ClientOptions::new().encoding(encoding));
        let mut framework = Framework::start(driver);
        let id = format!("{encoding:?}");
        let offer = framework.offer().await?;
        let task = Task::new(&id).command("exec sleep 1000").cpus(0.1).mem(32.0).cpus_limit(f64::INFINITY);
        let mut task = task.build(&offer.agent_id)?;
        task.health_check = Some(Box::new(odd_times()));
        framework.handle.launch_with_filters([offer.id], [task], NO_FILTER).await?;
        // A real agent accepts limits only with isolators that require privileges. The master
        // checks them earlier.
        let status = framework.update().await?;
        ensure!(status.reason() != Some(Reason::TaskInvalid), "{status:?}");
        for received in [Encoding::Protobuf, Encoding::Json] {
            let operator = MasterOperator::new(cluster.address().parse::<Master>()?)
                .client_options(ClientOptions::new().encoding(received));
            let tasks = operator.get_tasks().await?;
            let mut tasks = tasks.tasks.into_iter().chain(tasks.completed_tasks);
            let known = tasks.find(|known| known.task_id.value == id).context("no task")?;
            ensure!(known.limits["cpus"].value == f64::INFINITY, "{:?}", known.limits);
            let times = bits(&*known.health_check.context("no check")?);
            // In JSON a Mesos itself writes 15 digits.
            ensure!(received == Encoding::Json || times == bits(&odd_times()), "{times:?}");
        }
        framework.stop().await?;
    }
    Ok(())
}

/// The check is not made before the end of time.
fn odd_times() -> HealthCheck {
    HealthCheck {
        r#type: Some(health_check::Type::Command.into()),
        command: Some(Box::new(shell("true"))),
        delay_seconds: Some(1e308),
        interval_seconds: Some(0.1 + 0.2),
        timeout_seconds: Some(5e-324),
        grace_period_seconds: Some(-0.0),
        ..HealthCheck::default()
    }
}

fn bits(check: &HealthCheck) -> [u64; 4] {
    [check.delay_seconds(), check.interval_seconds(), check.timeout_seconds(), check.grace_period_seconds()]
        .map(f64::to_bits)
}
