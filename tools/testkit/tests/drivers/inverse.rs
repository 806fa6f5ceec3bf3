//! Inverse offers, which ask for resources back before maintenance.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use mesos_sdk::Master;
use mesos_sdk::operator::MasterOperator;
use mesos_sdk::proto::v1::allocator::inverse_offer_status::Status;
use mesos_sdk::proto::v1::maintenance::{Schedule, Window};
use mesos_sdk::proto::v1::{InverseOffer, MachineId, Offer, TimeInfo, Unavailability};
use testkit::TestCluster;
use tokio::time::{sleep, timeout};

use crate::framework::{Framework, NO_FILTER, driver, info};
use crate::reporter::Received;
use crate::task::{Work, task};

testkit::cases![
    accepted_one_is_known_to_the_master,
    declined_offer_returns_after_revive,
    one_is_rescinded_with_the_schedule,
];

const START: i64 = 4_000_000_000_000_000_000;
/// For the master's operator API to show a response.
const PATIENCE: Duration = Duration::from_secs(30);

/// Plans maintenance of the agent's machine, or of none.
async fn plan(cluster: &TestCluster, offer: Option<&Offer>) -> Result<()> {
    let machine = |offer: &Offer| MachineId {
        hostname: Some(offer.hostname.clone()),
        ip: Some("127.0.0.1".to_owned()),
    };
    let unavailability = Unavailability { start: TimeInfo { nanoseconds: START }, duration: None };
    let window = offer.map(|offer| Window { machine_ids: vec![machine(offer)], unavailability });
    operator(cluster)?
        .update_maintenance_schedule(Schedule { windows: window.into_iter().collect() })
        .await?;
    Ok(())
}

fn operator(cluster: &TestCluster) -> Result<MasterOperator> {
    Ok(MasterOperator::new(cluster.address().parse::<Master>()?))
}

/// Returns when the master knows that the framework has answered so.
async fn answered(cluster: &TestCluster, response: Status) -> Result<()> {
    let operator = operator(cluster)?;
    let known = async {
        loop {
            let machines = operator.get_maintenance_status().await?.status.draining_machines;
            let mut statuses = machines.iter().flat_map(|machine| &machine.statuses);
            if statuses.any(|status| status.status() == response) {
                return Ok(());
            }
            sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(PATIENCE, known).await.with_context(|| format!("the master knows of no {response:?}"))?
}

/// A framework with a task, and the offer that it was launched on.
async fn holding(cluster: &TestCluster) -> Result<(Framework, Offer)> {
    let mut framework = Framework::start(driver(cluster.address(), info("inverse"))?);
    let offer = framework.offer().await?;
    let task = task("t", &offer, Work::Run)?;
    framework.handle.launch_with_filters([offer.id.clone()], [task], NO_FILTER).await?;
    framework.update().await?;
    Ok((framework, offer))
}

async fn asked(framework: &mut Framework) -> Result<InverseOffer> {
    let offers = framework
        .wait("inverse offers", |received| match received {
            Received::InverseOffers(offers) => Some(offers),
            _ => None,
        })
        .await?;
    ensure!(offers.len() == 1, "{offers:?}");
    offers.into_iter().next().context("none")
}

#[statement::proves(inverse)]
async fn accepted_one_is_known_to_the_master(cluster: TestCluster) -> Result<()> {
    let (mut framework, offer) = holding(&cluster).await?;
    plan(&cluster, Some(&offer)).await?;
    let inverse = asked(&mut framework).await?;
    ensure!(inverse.agent_id.as_ref() == Some(&offer.agent_id), "{inverse:?}");
    ensure!(inverse.unavailability.start.nanoseconds == START, "{inverse:?}");
    framework.handle.accept_inverse_offers_for([inverse.id.clone()], Duration::from_secs(3)).await?;
    answered(&cluster, Status::Accept).await?;
    // Nothing was given back, so the inverse offer is sent again.
    ensure!(asked(&mut framework).await?.id != inverse.id);
    framework.stop().await
}

#[statement::proves(inverse)]
async fn declined_offer_returns_after_revive(cluster: TestCluster) -> Result<()> {
    let (mut framework, offer) = holding(&cluster).await?;
    plan(&cluster, Some(&offer)).await?;
    let inverse = asked(&mut framework).await?;
    framework.handle.decline_inverse_offers_for([inverse.id.clone()], Duration::from_secs(3600)).await?;
    answered(&cluster, Status::Decline).await?;
    framework.handle.revive_all().await?;
    ensure!(asked(&mut framework).await?.id != inverse.id);
    framework.stop().await
}

#[statement::proves(inverse)]
async fn one_is_rescinded_with_the_schedule(cluster: TestCluster) -> Result<()> {
    let (mut framework, offer) = holding(&cluster).await?;
    plan(&cluster, Some(&offer)).await?;
    let inverse = asked(&mut framework).await?;
    plan(&cluster, None).await?;
    let rescinded = framework
        .wait("the end of the inverse offer", |received| match received {
            Received::InverseOfferRescinded(id) => Some(id),
            _ => None,
        })
        .await?;
    ensure!(rescinded == inverse.id, "{rescinded:?}");
    framework.stop().await
}
