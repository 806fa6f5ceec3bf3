//! Updates of operations that are acknowledged later than at the handler's return.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use mesos_sdk::proto::v1::{FrameworkInfo, OperationState, OperationStatus};
use mesos_sdk::scheduler::HeldUpdate;
use mesos_sdk::wire::Encoding;
use mesos_sdk::{ClientOptions, Error, ErrorKind};
use testkit::{Proxy, TestCluster};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{sleep, timeout};

use crate::framework::{Framework, driver};
use crate::operations::{ACKNOWLEDGE, reconciled, reserve, reserving};
use crate::reporter::OnOperation;

testkit::cases![
    held_operation_is_acknowledged_when_decided,
    dropped_held_operation_returns,
    held_operation_outlasts_the_subscription,
    lost_acknowledgement_is_not_redelivered,
    held_operation_goes_to_the_later_instance,
    response_to_reconciliation_is_not_held,
];

/// For something that has been sent already.
const SOON: Duration = Duration::from_secs(20);
/// Longer than an update that is not acknowledged stays away.
const COMES_AGAIN: Duration = Duration::from_secs(12);

type Held = Result<HeldUpdate, Error>;

/// A handler that holds each update of an operation and gives it to the test.
fn holding() -> (UnboundedReceiver<Held>, OnOperation) {
    let (sender, held) = unbounded_channel();
    let on_operation: OnOperation = Box::new(move |driver, status| {
        let sent = sender.send(driver.acknowledge_operation_later(&status));
        Box::pin(async move { Ok(sent?) })
    });
    (held, on_operation)
}

async fn next(held: &mut UnboundedReceiver<Held>) -> Result<Held> {
    timeout(SOON, held.recv()).await?.context("the handler is gone")
}

/// How many updates that want an acknowledgement the handler has had.
fn handed_over(framework: &Framework) -> usize {
    framework.operations.iter().filter(|status| status.uuid.is_some()).count()
}

/// Returns when the master knows the operation no more: its end has been acknowledged.
async fn is_over(
    framework: &mut Framework,
    held: &mut UnboundedReceiver<Held>,
    of: &OperationStatus,
) -> Result<()> {
    while reconciled(framework, of).await?.state() != OperationState::Unknown {
        // The reported status has nothing to hold.
        drop(next(held).await?);
        sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

#[statement::proves(ack2, v0ack)]
async fn held_operation_is_acknowledged_when_decided(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let (mut held, on_operation) = holding();
    let json = driver(proxy.address(), reserving("held"))?
        .client_options(ClientOptions::new().encoding(Encoding::Json));
    let mut framework = Framework::start_operating(json, on_operation);
    let status = reserve(&mut framework, "r").await?;
    let update = next(&mut held).await??;
    // The response to a later call: had the return acknowledged the update, the master would have
    // forgotten the operation.
    let known = reconciled(&mut framework, &status).await?;
    ensure!(known.state() == OperationState::Finished, "{known:?}");
    ensure!(proxy.sent(ACKNOWLEDGE) == 0, "acknowledged before it was decided");
    drop(next(&mut held).await?);
    update.acknowledge();
    is_over(&mut framework, &mut held, &status).await?;
    ensure!(proxy.sent(ACKNOWLEDGE) == 1, "{} acknowledgements", proxy.sent(ACKNOWLEDGE));
    framework.stop().await
}

#[statement::proves(ack3)]
async fn dropped_held_operation_returns(cluster: TestCluster) -> Result<()> {
    let (mut held, on_operation) = holding();
    let mut framework =
        Framework::start_operating(driver(cluster.address(), reserving("held"))?, on_operation);
    let first = reserve(&mut framework, "r").await?;
    let came = Instant::now();
    drop(next(&mut held).await??);
    let again = framework.operation_update().await?;
    ensure!(again.uuid == first.uuid, "not the same: {again:?}");
    ensure!(came.elapsed() > Duration::from_secs(7), "it came again after {:?}", came.elapsed());
    next(&mut held).await??.acknowledge();
    is_over(&mut framework, &mut held, &first).await?;
    framework.stop().await
}

/// The agent sends it again after 10 s, and the driver subscribes again meanwhile.
#[statement::proves(ack3, ack4)]
async fn held_operation_outlasts_the_subscription(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let (mut held, on_operation) = holding();
    let mut framework = Framework::start_operating(driver(proxy.address(), reserving("held"))?, on_operation);
    let status = reserve(&mut framework, "r").await?;
    let update = next(&mut held).await??;
    sleep(COMES_AGAIN).await;
    proxy.cut();
    ensure!(framework.subscribed().await?.resubscribed);
    update.acknowledge();
    is_over(&mut framework, &mut held, &status).await?;
    ensure!(handed_over(&framework) == 1, "{:?}", framework.operations);
    framework.stop().await
}

#[statement::proves(ack6)]
async fn lost_acknowledgement_is_not_redelivered(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let (mut held, on_operation) = holding();
    let json = driver(proxy.address(), reserving("held"))?
        .client_options(ClientOptions::new().encoding(Encoding::Json));
    let mut framework = Framework::start_operating(json, on_operation);
    let status = reserve(&mut framework, "r").await?;
    proxy.lose(Some(ACKNOWLEDGE));
    next(&mut held).await??.acknowledge();
    while proxy.sent(ACKNOWLEDGE) == 0 {
        sleep(Duration::from_millis(50)).await;
    }
    proxy.lose(None);
    // The agent sends it again, and the driver alone acknowledges it.
    is_over(&mut framework, &mut held, &status).await?;
    ensure!(handed_over(&framework) == 1, "{:?}", framework.operations);
    ensure!(proxy.sent(ACKNOWLEDGE) > 1, "nothing made up for the loss");
    framework.stop().await
}

/// The first instance ends, as by SIGKILL, with the update in its hands.
#[statement::proves(disc)]
async fn held_operation_goes_to_the_later_instance(cluster: TestCluster) -> Result<()> {
    let (mut held, on_operation) = holding();
    let mut first = Framework::start_operating(driver(cluster.address(), reserving("held"))?, on_operation);
    let id = first.subscribed().await?.framework_id;
    let status = reserve(&mut first, "r").await?;
    let update = next(&mut held).await??;
    first.handle.abort();
    first.end().await??;
    // Too late: its driver has ended.
    update.acknowledge();
    cluster.disconnected(&id.value).await?;
    let info = FrameworkInfo { id: Some(id), ..reserving("held") };
    let mut later = Framework::start(driver(cluster.address(), info)?);
    let again = later.operation_update().await?;
    ensure!(again.uuid.is_some() && again.uuid == status.uuid, "{again:?}");
    later.stop().await
}

#[statement::proves(ack1)]
async fn response_to_reconciliation_is_not_held(cluster: TestCluster) -> Result<()> {
    let (mut held, on_operation) = holding();
    let mut framework =
        Framework::start_operating(driver(cluster.address(), reserving("held"))?, on_operation);
    let status = reserve(&mut framework, "r").await?;
    next(&mut held).await??.acknowledge();
    reconciled(&mut framework, &status).await?;
    ensure_invalid(next(&mut held).await?, "no uuid")?;
    ensure_invalid(framework.handle.acknowledge_operation_later(&status), "is not being handled")?;
    framework.stop().await
}

fn ensure_invalid(held: Held, text: &str) -> Result<()> {
    let Err(error) = held else { bail!("it is held") };
    ensure!(error.kind() == ErrorKind::Invalid && error.to_string().contains(text), "{error:?}");
    Ok(())
}
