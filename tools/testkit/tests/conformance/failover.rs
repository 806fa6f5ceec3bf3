//! A framework that subscribes again.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use testkit::{Framework, TestCluster, framework_info};

testkit::cases![
    second_subscription_wins,
    second_subscription_takes_over_calls,
    offers_are_discarded_and_made_again,
    no_failover_timeout_removes_at_once,
    principal_cannot_change,
    user_and_checkpoint_stay,
];

fn lasting(name: &str) -> Value {
    let mut info = framework_info(name);
    info["failover_timeout"] = json!(60.0);
    info
}

fn again(framework: &Framework, mut info: Value) -> Value {
    info["id"] = json!({"value": framework.id()});
    info
}

#[statement::proves(second, error)]
async fn second_subscription_wins(cluster: TestCluster) -> Result<()> {
    let mut old = Framework::subscribe(&cluster, lasting("second")).await?;
    let new = Framework::subscribe(&cluster, again(&old, lasting("second"))).await?;
    let error = old.events.event("ERROR").await?;
    ensure!(error["message"] == "Framework failed over");
    ensure!(old.events.next().await?.is_none());
    ensure!(new.id() == old.id());
    Ok(())
}

#[statement::proves(second)]
async fn second_subscription_takes_over_calls(cluster: TestCluster) -> Result<()> {
    let old = Framework::subscribe(&cluster, lasting("second")).await?;
    let new = Framework::subscribe(&cluster, again(&old, lasting("second"))).await?;
    ensure!(old.try_call("REVIVE", Value::Null).await?.status() == 400);
    ensure!(new.try_call("REVIVE", Value::Null).await?.status() == 202);
    Ok(())
}

#[statement::proves(foffers)]
async fn offers_are_discarded_and_made_again(cluster: TestCluster) -> Result<()> {
    let mut old = Framework::subscribe(&cluster, lasting("foffers")).await?;
    let before = old.offers().await?;
    let mut new = Framework::subscribe(&cluster, again(&old, lasting("foffers"))).await?;
    let after = new.offers().await?;
    ensure!(before.len() == 1 && after.len() == 1);
    ensure!(before[0]["id"] != after[0]["id"]);
    Ok(())
}

#[statement::proves(disc, ft0)]
async fn no_failover_timeout_removes_at_once(cluster: TestCluster) -> Result<()> {
    let mut first = Framework::subscribe(&cluster, framework_info("disc")).await?;
    ensure!(first.offers().await?.len() == 1);
    let id = first.id().to_owned();
    first.disconnect();
    cluster.completed(&id).await?;
    let mut other = Framework::subscribe(&cluster, framework_info("disc")).await?;
    ensure!(other.offers().await?.len() == 1);
    Ok(())
}

#[statement::proves(immut)]
async fn principal_cannot_change(cluster: TestCluster) -> Result<()> {
    let mut info = lasting("immut");
    info["principal"] = json!("one");
    let framework = Framework::subscribe(&cluster, info.clone()).await?;
    info["principal"] = json!("two");
    let message =
        crate::identity::refusal(&cluster, json!({"framework_info": again(&framework, info)})).await?;
    ensure!(message.contains("principal"), "{message}");
    Ok(())
}

#[statement::proves(immut)]
async fn user_and_checkpoint_stay(cluster: TestCluster) -> Result<()> {
    let framework = Framework::subscribe(&cluster, lasting("immut")).await?;
    let mut info = again(&framework, lasting("immut"));
    info["user"] = json!("somebody-else");
    info["checkpoint"] = json!(true);
    let _again = Framework::subscribe(&cluster, info).await?;
    let state = cluster.framework(framework.id()).await?;
    ensure!(state["user"] == "tester");
    ensure!(state["checkpoint"] == false);
    Ok(())
}
