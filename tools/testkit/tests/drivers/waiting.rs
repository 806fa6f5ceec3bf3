//! Calls that wait for the subscription.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use mesos_sdk::proto::v1::TaskState;
use mesos_sdk::wire::Encoding;
use mesos_sdk::{ClientOptions, ErrorKind};
use testkit::{Proxy, TestCluster};

use crate::framework::{Framework, driver, info};
use crate::task::task_id;

// No master takes part in those that need no real one.
testkit::cases![
    calls_wait_for_subscribed_in_order,
    call_waits_for_the_next_subscription;
    embedded only:
    expired_call_is_an_error,
    waiting_call_completes_at_the_end,
];

const LONG: Duration = Duration::from_secs(60);

#[statement::proves(resub)]
async fn calls_wait_for_subscribed_in_order(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let driver =
        driver(proxy.address(), info("early"))?.client_options(ClientOptions::new().encoding(Encoding::Json));
    let patient = driver.handle().when_subscribed(LONG);
    let (suppress, revive, kill) =
        (patient.suppress_all(), patient.revive_all(), patient.kill(task_id("nobody"), None));
    let mut framework = Framework::start(driver);
    framework.subscribed().await?;
    for call in [suppress, revive, kill] {
        call.await?;
    }
    framework.state("nobody", TaskState::Lost).await?;
    // Had it been suppressed last, there would be none.
    framework.offer().await?;
    ensure!(proxy.sent("\"REVIVE\"") == 1 && proxy.sent("\"SUPPRESS\"") == 1);
    framework.stop().await
}

#[statement::proves(resub)]
async fn call_waits_for_the_next_subscription(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let mut framework = Framework::start(driver(proxy.address(), info("again"))?);
    framework.subscribed().await?;
    proxy.cut();
    framework
        .wait("the loss", |received| {
            matches!(received, crate::reporter::Received::Disconnected).then_some(())
        })
        .await?;
    framework.handle.when_subscribed(LONG).kill(task_id("nobody"), None).await?;
    framework.state("nobody", TaskState::Lost).await?;
    framework.stop().await
}

#[statement::proves(v0drop)]
async fn expired_call_is_an_error(_: TestCluster) -> Result<()> {
    let driver = driver(&peer::unused_address()?, info("in vain"))?;
    let framework = Framework::start(driver);
    let Err(error) = framework.handle.when_subscribed(Duration::from_secs(1)).revive_all().await else {
        bail!("the call went through")
    };
    ensure!(error.kind() == ErrorKind::NotSubscribed && error.is_retryable(), "{error:?}");
    framework.leave().await
}

#[statement::proves(v0stop)]
async fn waiting_call_completes_at_the_end(_: TestCluster) -> Result<()> {
    let driver = driver(&peer::unused_address()?, info("ended"))?;
    let framework = Framework::start(driver);
    let waits = framework.handle.when_subscribed(LONG).revive_all();
    framework.handle.abort();
    let Err(error) = waits.await else { bail!("the call went through") };
    ensure!(error.kind() == ErrorKind::Stopped, "{error:?}");
    framework.leave().await
}
