//! Reservations as the master adds them up, beside the library's sum.

use anyhow::{Context, Result, ensure};
use mesos_sdk::build::Reservation;
use mesos_sdk::proto::v1::Resource;
use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::resources::Resources;
use serde_json::{Value, json};
use testkit::{Framework, TestCluster, framework_info};

use crate::task::offer;

testkit::cases![different_labels_stay_apart, refined_reservation_is_pushed_and_popped,];

#[statement::proves(label)]
async fn different_labels_stay_apart(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, in_role("storage")).await?;
    let whole = offer(&mut framework).await?;
    let plain: Resources = "cpus:0.1".parse()?;
    let of = |value: &str| Reservation::for_role("storage").label("shelf", value).build(&plain);
    let (upper, lower) = (of("upper")?, of("lower")?);
    let reserve = [upper.clone(), lower.clone(), upper.clone()].map(Operation::reserve);
    accept(&framework, &whole, &reserve).await?;
    let offered = offer(&mut framework).await?;
    let cpus = |wanted: &Resource| -> Result<f64> {
        let all = resources(&offered)?;
        let of_label = all.iter().filter(|resource| resource.reservations == wanted.reservations);
        Ok(of_label.filter_map(|resource| resource.scalar).map(|scalar| scalar.value).sum())
    };
    ensure!((cpus(&upper[0])? - 0.2).abs() < 1e-6 && (cpus(&lower[0])? - 0.1).abs() < 1e-6, "{offered}");
    Ok(())
}

#[statement::proves(refine)]
async fn refined_reservation_is_pushed_and_popped(cluster: TestCluster) -> Result<()> {
    let mut above = Framework::subscribe(&cluster, in_role("storage")).await?;
    let whole = offer(&mut above).await?;
    let reserved = Reservation::for_role("storage").build(&"cpus:0.1".parse::<Resources>()?)?;
    accept(&above, &whole, &[Operation::reserve(reserved.clone())]).await?;
    ensure!(resources(&offer(&mut above).await?)?.contains(&reserved.as_slice().into()));
    above.call("TEARDOWN", Value::Null).await?;
    let mut below = Framework::subscribe(&cluster, in_role("storage/fast")).await?;
    let whole = offer(&mut below).await?;
    let refined = Reservation::for_role("storage/fast").build(&reserved.as_slice().into())?;
    accept(&below, &whole, &[Operation::reserve(refined.clone())]).await?;
    let pushed = offer(&mut below).await?;
    ensure!(resources(&pushed)?.contains(&refined.as_slice().into()), "{pushed}");
    accept(&below, &pushed, &[Operation::unreserve(refined)]).await?;
    let popped = offer(&mut below).await?;
    ensure!(resources(&popped)?.contains(&reserved.as_slice().into()), "{popped}");
    Ok(())
}

fn in_role(role: &str) -> Value {
    let mut info = framework_info("reservations");
    info["role"] = json!(role);
    info["capabilities"] = json!([{"type": "RESERVATION_REFINEMENT"}]);
    info
}

async fn accept(framework: &Framework, offer: &Value, operations: &[Operation]) -> Result<()> {
    let filters = json!({"refuse_seconds": 0.0});
    let accept = json!({"offer_ids": [offer["id"]], "operations": operations, "filters": filters});
    framework.call("ACCEPT", accept).await
}

fn resources(offer: &Value) -> Result<Resources> {
    let list: Vec<Resource> = serde_json::from_value(offer["resources"].clone()).context("no resources")?;
    Ok(list.into())
}
