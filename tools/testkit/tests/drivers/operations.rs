//! Offer operations with an id: their states are reported, acknowledged and reconciled.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use mesos_sdk::ClientOptions;
use mesos_sdk::build::Reservation;
use mesos_sdk::proto::v1::framework_info::{Capability, capability};
use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::scheduler::call::reconcile_operations;
use mesos_sdk::proto::v1::{FrameworkInfo, OperationId, OperationState, OperationStatus};
use mesos_sdk::resources::Resources;
use mesos_sdk::scheduler::KnownOperation;
use mesos_sdk::wire::Encoding;
use testkit::{Proxy, TestCluster};
use tokio::time::{sleep, timeout};

use crate::framework::{Framework, driver, info};

testkit::cases![
    reservation_is_reported_and_acknowledged,
    acknowledged_operation_is_unknown,
    one_or_all_operations_are_reconciled,
];

const ROLE: &str = "ads";
/// As it stands in a call in JSON.
pub(crate) const ACKNOWLEDGE: &str = "ACKNOWLEDGE_OPERATION_STATUS";
/// Longer than an update that is not acknowledged stays away.
const COMES_AGAIN: Duration = Duration::from_secs(12);

/// A framework that may reserve resources for its role.
pub(crate) fn reserving(name: &str) -> FrameworkInfo {
    let capability = |kind: capability::Type| Capability { r#type: Some(kind.into()) };
    FrameworkInfo {
        roles: vec![ROLE.to_owned()],
        capabilities: [capability::Type::MultiRole, capability::Type::ReservationRefinement]
            .map(capability)
            .into(),
        ..info(name)
    }
}

/// Reserves a little of an offer's resources, by an operation with this id; gives its update.
pub(crate) async fn reserve(framework: &mut Framework, id: &str) -> Result<OperationStatus> {
    let offer = framework.offer().await?;
    let mut little = "cpus:0.1".parse::<Resources>()?;
    little.allocate(ROLE);
    let operation = Operation::reserve(Reservation::for_role(ROLE).build(&little)?).with_id(id);
    framework.accept(&offer, vec![operation]).await?;
    let status = framework.operation_update().await?;
    ensure!(status.state() == OperationState::Finished, "{status:?}");
    ensure!(status.uuid.is_some() && status.agent_id.is_some(), "{status:?}");
    Ok(status)
}

/// What the master responds when it is asked for the operation of which this is an update.
pub(crate) async fn reconciled(
    framework: &mut Framework,
    known: &OperationStatus,
) -> Result<OperationStatus> {
    let operation = reconcile_operations::Operation {
        operation_id: known.operation_id.clone().context("no id")?,
        agent_id: known.agent_id.clone(),
        resource_provider_id: None,
    };
    framework.handle.reconcile_operations([operation]).await?;
    // A copy of an update with a uuid may come in between.
    loop {
        let status = framework.operation_update().await?;
        if status.uuid.is_none() {
            ensure!(status.operation_id == known.operation_id, "{status:?}");
            return Ok(status);
        }
    }
}

#[statement::proves(opterminal, opackagent, opuuid)]
async fn reservation_is_reported_and_acknowledged(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let json = driver(proxy.address(), reserving("opterminal"))?
        .client_options(ClientOptions::new().encoding(Encoding::Json));
    let mut framework = Framework::start(json);
    let status = reserve(&mut framework, "r").await?;
    ensure!(status.state().is_terminal(), "{status:?}");
    // When it is resent or the time is over, the acknowledgement has been sent.
    match timeout(COMES_AGAIN, framework.operation_update()).await {
        Err(_) => {}
        Ok(again) => bail!("it came again: {:?}", again?),
    }
    ensure!(proxy.sent(ACKNOWLEDGE) == 1, "{} acknowledgements", proxy.sent(ACKNOWLEDGE));
    framework.stop().await
}

#[statement::proves(recop)]
async fn acknowledged_operation_is_unknown(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), reserving("recop"))?);
    let status = reserve(&mut framework, "r").await?;
    let agent_id = Some(status.agent_id.clone().context("no agent")?);
    sleep(Duration::from_secs(1)).await;
    let operation_id = OperationId::from("r");
    framework.known.operations(vec![KnownOperation { operation_id, agent_id, ..KnownOperation::default() }]);
    framework.handle.reconcile_known();
    let received = framework.operation_update().await?;
    ensure!(received.state() == OperationState::Unknown && received.uuid.is_none(), "{received:?}");
    framework.stop().await
}

/// Neither operation is acknowledged, so the master knows them.
#[statement::proves(recop)]
async fn one_or_all_operations_are_reconciled(cluster: TestCluster) -> Result<()> {
    let refusing = Box::new(|_, status: OperationStatus| {
        let is_answer = status.uuid.is_none();
        Box::pin(async move { if is_answer { Ok(()) } else { Err("not yet".into()) } }) as _
    });
    let mut framework = Framework::start_operating(driver(cluster.address(), reserving("recop"))?, refusing);
    let (one, other) = (reserve(&mut framework, "one").await?, reserve(&mut framework, "other").await?);
    let received = reconciled(&mut framework, &one).await?;
    ensure!(
        received.state() == OperationState::Finished && received.agent_id == one.agent_id,
        "{received:?}"
    );
    framework.handle.reconcile_all_operations().await?;
    let mut all = Vec::new();
    while all.len() < 2 {
        let status = framework.operation_update().await?;
        if status.uuid.is_none() {
            all.push(status.operation_id);
        }
    }
    ensure!(all.contains(&one.operation_id) && all.contains(&other.operation_id), "{all:?}");
    framework.stop().await
}
