//! Offer operations with an id: what becomes of them is told, acknowledged and reconciled.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use judges::Judge;
use mesos_sdk::build::Reservation;
use mesos_sdk::proto::v1::framework_info::{Capability, capability};
use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::{FrameworkInfo, OperationId, OperationState, OperationStatus};
use mesos_sdk::scheduler::KnownOperation;
use mesos_sdk::wire::Encoding;
use tokio::time::{sleep, timeout};

use crate::framework::{Framework, NO_FILTER, driver, info};
use crate::proxy::Proxy;
use crate::told::Told;

judges::cases![
    opterminal_opackagent_opuuid_a_reservation_is_told_once_and_acknowledged,
    recop_an_operation_that_has_ended_and_is_acknowledged_is_unknown,
];

const ACKNOWLEDGE: &str = "ACKNOWLEDGE_OPERATION_STATUS";
/// Longer than an update that is not acknowledged stays away.
const COMES_AGAIN: Duration = Duration::from_secs(12);

fn reserving(name: &str) -> FrameworkInfo {
    let capability = |kind: capability::Type| Capability { r#type: Some(kind.into()) };
    FrameworkInfo {
        roles: vec!["ads".to_owned()],
        capabilities: [capability::Type::MultiRole, capability::Type::ReservationRefinement]
            .map(capability)
            .into(),
        ..info(name)
    }
}

/// Reserves a little of an offer's resources.
async fn reserve(framework: &mut Framework, id: &str) -> Result<OperationStatus> {
    let offer = framework.offer().await?;
    let mut little = "cpus:0.1".parse::<mesos_sdk::resources::Resources>()?;
    little.allocate("ads");
    let reserved = Reservation::to("ads").of(&little)?;
    let operation = Operation::reserve(reserved).with_id(id);
    framework.handle.accept(vec![offer.id], vec![operation], Some(NO_FILTER)).await?;
    operation_update(framework).await
}

async fn operation_update(framework: &mut Framework) -> Result<OperationStatus> {
    framework
        .wait("an operation's update", |told| match told {
            Told::OperationUpdate(status) => Some(status),
            _ => None,
        })
        .await
}

async fn opterminal_opackagent_opuuid_a_reservation_is_told_once_and_acknowledged(
    judge: Judge,
) -> Result<()> {
    let proxy = Proxy::to(judge.address()).await?;
    let json = driver(proxy.address(), reserving("opterminal"))?.with_encoding(Encoding::Json);
    let mut framework = Framework::start(json);
    let status = reserve(&mut framework, "r").await?;
    ensure!(
        status.state() == OperationState::OperationFinished && status.state().is_terminal(),
        "{status:?}"
    );
    ensure!(status.uuid.is_some() && status.agent_id.is_some(), "{status:?}");
    // When it comes again or the time is over, the acknowledgement has been sent.
    match timeout(COMES_AGAIN, operation_update(&mut framework)).await {
        Err(_) => {}
        Ok(again) => bail!("it came again: {:?}", again?),
    }
    ensure!(proxy.sent(ACKNOWLEDGE) == 1, "{} acknowledgements", proxy.sent(ACKNOWLEDGE));
    framework.stop().await
}

async fn recop_an_operation_that_has_ended_and_is_acknowledged_is_unknown(judge: Judge) -> Result<()> {
    let mut framework = Framework::start(driver(judge.address(), reserving("recop"))?);
    let status = reserve(&mut framework, "r").await?;
    let agent_id = Some(status.agent_id.clone().context("no agent")?);
    sleep(Duration::from_secs(1)).await;
    let operation_id = OperationId { value: "r".to_owned() };
    framework.known.operations(vec![KnownOperation { operation_id, agent_id, ..KnownOperation::default() }]);
    framework.handle.reconcile_known();
    let told = operation_update(&mut framework).await?;
    ensure!(told.state() == OperationState::OperationUnknown && told.uuid.is_none(), "{told:?}");
    framework.stop().await
}
