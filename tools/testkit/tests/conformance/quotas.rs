//! What weights and quotas make of offers.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use mesos_sdk::operator::MasterOperator;
use mesos_sdk::proto::v1::WeightInfo;
use mesos_sdk::proto::v1::quota::QuotaConfig;
use mesos_sdk::proto::v1::value::Scalar;
use serde_json::{Value, json};
use testkit::{Framework, TestCluster, framework_info};

use crate::task::offer;

testkit::cases![
    role_gets_no_more_than_its_limit,
    limit_takes_back_offers,
    guarantee_is_held_back_from_others,
    guarantee_takes_back_offers_of_others,
    older_guarantee_takes_back_offers,
    weights_share_agents,
    roles_share_with_their_siblings,
];

/// Longer than several allocation intervals.
const QUIET: Duration = Duration::from_secs(3);

/// The resources of each agent.
const RESOURCES: &str = "cpus:4;mem:4096;disk:1024;ports:[31000-31009]";

async fn start(cluster: &TestCluster) -> Result<(TestCluster, MasterOperator)> {
    let cluster = TestCluster::with_agent(cluster.backend(), RESOURCES, "").await?;
    let master = MasterOperator::new(cluster.address().parse::<mesos_sdk::Master>()?);
    Ok((cluster, master))
}

async fn subscribe(cluster: &TestCluster, role: &str) -> Result<Framework> {
    let mut info = framework_info("quota");
    info["role"] = json!(role);
    Framework::subscribe(cluster, info).await
}

fn quota(role: &str, guarantees: &[(&str, f64)], limits: &[(&str, f64)]) -> Vec<QuotaConfig> {
    let amounts = |amounts: &[(&str, f64)]| -> BTreeMap<String, Scalar> {
        amounts.iter().map(|(name, value)| ((*name).to_owned(), Scalar { value: *value })).collect()
    };
    vec![QuotaConfig { role: role.to_owned(), guarantees: amounts(guarantees), limits: amounts(limits) }]
}

fn amount(offer: &Value, name: &str) -> f64 {
    let resources = offer["resources"].as_array().into_iter().flatten();
    let amounts = resources.filter(|resource| resource["name"] == name);
    amounts.filter_map(|resource| resource["scalar"]["value"].as_f64()).sum()
}

fn ensure_amounts(offer: &Value, cpus: f64, mem: f64) -> Result<()> {
    let found = (amount(offer, "cpus"), amount(offer, "mem"));
    ensure!((found.0 - cpus).abs() < 1e-6 && (found.1 - mem).abs() < 1e-6, "{found:?}");
    Ok(())
}

async fn role_gets_no_more_than_its_limit(cluster: TestCluster) -> Result<()> {
    let (cluster, master) = start(&cluster).await?;
    master.update_quota(quota("web", &[], &[("cpus", 1.5)]), false).await?;
    let mut framework = subscribe(&cluster, "web").await?;
    ensure_amounts(&offer(&mut framework).await?, 1.5, 4096.0)?;
    framework.events.nothing("OFFERS", QUIET).await?;
    // The rest is for others.
    ensure_amounts(&offer(&mut subscribe(&cluster, "batch").await?).await?, 2.5, 0.0)
}

async fn limit_takes_back_offers(cluster: TestCluster) -> Result<()> {
    let (cluster, master) = start(&cluster).await?;
    let mut framework = subscribe(&cluster, "web").await?;
    ensure_amounts(&offer(&mut framework).await?, 4.0, 4096.0)?;
    master.update_quota(quota("web", &[], &[("mem", 1024.0)]), false).await?;
    framework.events.event("RESCIND").await?;
    ensure_amounts(&offer(&mut framework).await?, 4.0, 1024.0)
}

async fn guarantee_is_held_back_from_others(cluster: TestCluster) -> Result<()> {
    let (cluster, master) = start(&cluster).await?;
    let guaranteed = [("cpus", 1.0), ("mem", 512.0)];
    master.update_quota(quota("web", &guaranteed, &[]), false).await?;
    let mut other = subscribe(&cluster, "batch").await?;
    let first = offer(&mut other).await?;
    ensure_amounts(&first, 3.0, 3584.0)?;
    other.events.nothing("OFFERS", QUIET).await?;
    let mut framework = subscribe(&cluster, "web").await?;
    ensure_amounts(&offer(&mut framework).await?, 1.0, 512.0)?;
    // Beyond its guarantee, it gets what the others leave.
    other.call("DECLINE", json!({"offer_ids": [first["id"]], "filters": {"refuse_seconds": 600.0}})).await?;
    ensure_amounts(&offer(&mut framework).await?, 3.0, 3584.0)
}

async fn guarantee_takes_back_offers_of_others(cluster: TestCluster) -> Result<()> {
    let (cluster, master) = start(&cluster).await?;
    let mut other = subscribe(&cluster, "batch").await?;
    ensure_amounts(&offer(&mut other).await?, 4.0, 4096.0)?;
    let mut framework = subscribe(&cluster, "web").await?;
    master.update_quota(quota("web", &[("cpus", 1.0)], &[("cpus", 1.0)]), false).await?;
    other.events.event("RESCIND").await?;
    // The offer with what is guaranteed comes first, and has the memory that no quota names.
    ensure_amounts(&offer(&mut framework).await?, 1.0, 4096.0)?;
    ensure_amounts(&offer(&mut other).await?, 3.0, 0.0)
}

async fn older_guarantee_takes_back_offers(cluster: TestCluster) -> Result<()> {
    use mesos_sdk::proto::v1::Resource;
    use mesos_sdk::proto::v1::quota::QuotaRequest;

    let (cluster, master) = start(&cluster).await?;
    let mut other = subscribe(&cluster, "batch").await?;
    offer(&mut other).await?;
    let mut framework = subscribe(&cluster, "web").await?;
    let guarantee: Vec<Resource> = mesos_sdk::resources::Resources::parse("cpus:1", "*")?.into();
    let request = QuotaRequest { role: Some("web".to_owned()), guarantee, ..QuotaRequest::default() };
    master.set_quota(request).await?;
    other.events.event("RESCIND").await?;
    ensure_amounts(&offer(&mut framework).await?, 1.0, 4096.0)
}

async fn weights_share_agents(cluster: TestCluster) -> Result<()> {
    let found = shared(&cluster, [("a", 1.0), ("b", 3.0)], ["a", "b"]).await?;
    ensure!(found == [1, 3], "{found:?}");
    Ok(())
}

/// `a` and `b` have one half each, which is all of one agent for each of three roles below `a`.
async fn roles_share_with_their_siblings(cluster: TestCluster) -> Result<()> {
    let found = shared(&cluster, [("a", 1.0), ("a/x", 1.0)], ["a/x", "a/y", "b"]).await?;
    ensure!(found == [1, 1, 2], "{found:?}");
    Ok(())
}

/// Returns how many of four agents are offered to a framework of each role, once the weights are
/// set.
async fn shared<const N: usize>(
    cluster: &TestCluster,
    weights: [(&str, f64); 2],
    roles: [&str; N],
) -> Result<[usize; N]> {
    let cluster = TestCluster::start(cluster.backend(), 4).await?;
    let master = MasterOperator::new(cluster.address().parse::<mesos_sdk::Master>()?);
    let mut frameworks = Vec::new();
    for role in roles {
        frameworks.push(subscribe(&cluster, role).await?);
    }
    let first = frameworks.first_mut().context("no framework")?;
    let mut offers = 0;
    while offers < 4 {
        offers += number(&first.events.event("OFFERS").await?);
    }
    let weights = weights.map(|(role, weight)| WeightInfo { role: Some(role.to_owned()), weight });
    master.update_weights(weights.to_vec()).await?;
    let mut found = [0; N];
    for (found, framework) in found.iter_mut().zip(&mut frameworks) {
        *found = number(&framework.events.event("OFFERS").await?);
    }
    Ok(found)
}

fn number(event: &Value) -> usize {
    event["offers"].as_array().map_or(0, Vec::len)
}
