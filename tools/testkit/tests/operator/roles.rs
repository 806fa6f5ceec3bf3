//! Weights and quotas.

use anyhow::{Context, Result, ensure};
use mesos_sdk::ErrorKind;
use mesos_sdk::proto::v1::WeightInfo;
use mesos_sdk::proto::v1::quota::QuotaConfig;
use mesos_sdk::proto::v1::quota::QuotaRequest;
use mesos_sdk::proto::v1::value::Scalar;
use serde_json::json;
use testkit::{Framework, Request, TestCluster, framework_info};

use crate::cluster::{ensure_refused, master};

testkit::cases![
    weights_are_set_and_reported,
    quotas_are_set_and_reported,
    quotas_that_make_no_sense_are_refused,
    older_quotas_are_set_and_removed,
    excessive_quotas_must_be_forced,
    senseless_older_quotas_are_refused,
    quotas_of_all_roles_are_taken,
    quotas_that_are_no_amounts_are_refused,
    a_quota_that_is_not_there_is_not_removed,
    a_role_has_what_those_below_it_have;
    // It ends a real master.
    embedded only: removing_a_missing_quota_is_refused,
];

fn quota(role: &str, guarantee: f64, limit: f64) -> QuotaConfig {
    let cpus = |value| [("cpus".to_owned(), Scalar { value })].into_iter().collect();
    QuotaConfig { role: role.to_owned(), guarantees: cpus(guarantee), limits: cpus(limit) }
}

fn weight(role: &str, weight: f64) -> WeightInfo {
    WeightInfo { role: Some(role.to_owned()), weight }
}

async fn weights_are_set_and_reported(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    master.update_weights(vec![weight("web", 2.5)]).await?;
    let weights = master.get_weights().await?.weight_infos;
    ensure!(weights == vec![weight("web", 2.5)], "{weights:?}");
    let roles = master.get_roles().await?.roles;
    ensure!(roles.iter().any(|role| role.name == "web" && (role.weight - 2.5).abs() < 1e-9), "{roles:?}");
    ensure_refused(
        master.update_weights(vec![weight("web", 0.0)]).await,
        ErrorKind::Rejected,
        "Weights must be positive",
    )
}

async fn quotas_are_set_and_reported(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    master.update_quota(vec![quota("web", 1.0, 2.0)], false).await?;
    let configs = master.get_quota().await?.status.configs;
    ensure!(configs == vec![quota("web", 1.0, 2.0)], "{configs:?}");
    // Amounts stay as they are, but for guarantees of nothing.
    master.update_quota(vec![quota("web", 1.00049, 2.0004)], false).await?;
    let configs = master.get_quota().await?.status.configs;
    ensure!(configs == vec![quota("web", 1.00049, 2.0004)], "{configs:?}");
    master.update_quota(vec![quota("web", 0.0004, 0.0004)], false).await?;
    let configs = master.get_quota().await?.status.configs;
    ensure!(configs.iter().all(|config| config.guarantees.is_empty()), "{configs:?}");
    ensure!(configs[0].limits == quota("web", 0.0, 0.0004).limits, "{configs:?}");
    master
        .update_quota(vec![QuotaConfig { role: "web".to_owned(), ..QuotaConfig::default() }], false)
        .await?;
    let configs = master.get_quota().await?.status.configs;
    ensure!(
        configs.iter().all(|config| config.guarantees.is_empty() && config.limits.is_empty()),
        "{configs:?}"
    );
    Ok(())
}

async fn quotas_that_make_no_sense_are_refused(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    let more_than_the_limit = vec![quota("web", 3.0, 2.0)];
    ensure_refused(
        master.update_quota(more_than_the_limit, true).await,
        ErrorKind::Rejected,
        "is not contained within the 'QuotaConfig.limits'",
    )?;
    ensure!(master.get_quota().await?.status.configs.is_empty());
    Ok(())
}

async fn older_quotas_are_set_and_removed(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    master.set_quota(request("old", 1.0, true)?).await?;
    let guarantee = quota("old", 1.0, 1.0).guarantees;
    let configs = || async { anyhow::Ok(master.get_quota().await?.status.configs) };
    ensure!(configs().await?.iter().any(|config| config.role == "old" && config.guarantees == guarantee));
    master.remove_quota("old").await?;
    ensure!(configs().await?.iter().all(|config| config.role != "old" || config.guarantees.is_empty()));
    Ok(())
}

fn request(role: &str, cpus: f64, force: bool) -> Result<QuotaRequest> {
    let cpus = format!(r#"[{{"name": "cpus", "type": "SCALAR", "scalar": {{"value": {cpus}}}}}]"#);
    let guarantee = serde_json::from_str(&cpus)?;
    Ok(QuotaRequest { force: Some(force), role: Some(role.to_owned()), guarantee })
}

async fn excessive_quotas_must_be_forced(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    let refused = master.update_quota(vec![quota("web", 1e6, 1e6)], false).await;
    ensure_refused(
        refused,
        ErrorKind::Rejected,
        "total quota guarantees 'cpus:1000000' exceed cluster capacity",
    )?;
    let refused = master.set_quota(request("web", 1e6, false)?).await;
    ensure_refused(refused, ErrorKind::Conflict, "Quota guarantees overcommit the cluster")?;
    ensure!(master.get_quota().await?.status.configs.is_empty());
    master.update_quota(vec![quota("web", 1e6, 1e6)], true).await?;
    ensure!(master.get_quota().await?.status.configs == vec![quota("web", 1e6, 1e6)]);
    Ok(())
}

async fn senseless_older_quotas_are_refused(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    master.set_quota(request("old", 1.0, false)?).await?;
    for (request, reason) in [
        (request("old", 1.0, false)?, "Cannot set quota for role 'old' which already has quota"),
        (request("old/b", 1.0, false)?, "Setting quota on nested role 'old/b' is not supported yet"),
        (
            QuotaRequest { guarantee: vec![], ..request("none", 1.0, false)? },
            "QuotaInfo with empty 'guarantee'",
        ),
    ] {
        ensure_refused(master.set_quota(request).await, ErrorKind::Rejected, reason)?;
    }
    let nested = master.update_quota(vec![quota("a/b", 1.0, 1.0)], false).await;
    ensure_refused(nested, ErrorKind::Rejected, "Updating quota on nested role 'a/b' is not supported yet")
}

async fn quotas_of_all_roles_are_taken(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    master.update_quota(vec![quota("*", 1.0, 2.0)], false).await?;
    ensure!(master.get_quota().await?.status.configs == vec![quota("*", 1.0, 2.0)]);
    Ok(())
}

async fn quotas_that_are_no_amounts_are_refused(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    for (quota, reason) in [
        (quota("web", 1.0, -1.0), "Invalid limit configuration {'cpus': -1}: Negative values not supported"),
        (
            quota("web", -1.0, 1.0),
            "Invalid guarantee configuration {'cpus': -1}: Negative values not supported",
        ),
        (
            quota("web", 1.0, f64::INFINITY),
            "values greater than 1 trillion (1000000000000) are not supported",
        ),
        (quota("web", 2e12, 2e12), "Invalid 'QuotaConfig.guarantees': {'cpus': "),
    ] {
        ensure_refused(master.update_quota(vec![quota], true).await, ErrorKind::Rejected, reason)?;
    }
    ensure!(master.get_quota().await?.status.configs.is_empty());
    Ok(())
}

/// The official build crashes at it, so it is not asked.
async fn a_quota_that_is_not_there_is_not_removed(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    ensure_refused(master.remove_quota("none").await, ErrorKind::Invalid, "role 'none' has no quota")?;
    master.set_quota(request("old", 1.0, true)?).await?;
    master.remove_quota("old").await?;
    ensure_refused(master.remove_quota("old").await, ErrorKind::Invalid, "role 'old' has no quota")
}

async fn removing_a_missing_quota_is_refused(cluster: TestCluster) -> Result<()> {
    let call = json!({"type": "REMOVE_QUOTA", "remove_quota": {"role": "none"}});
    let response = Request::post("/api/v1", &call).send(cluster.address()).await?;
    ensure!(response.status() == 400);
    ensure!(response.text().await? == "Failed to remove quota: Role 'none' has no quota set");
    Ok(())
}

async fn a_role_has_what_those_below_it_have(cluster: TestCluster) -> Result<()> {
    let mut info = framework_info("below");
    info["role"] = json!("ops/web");
    let mut framework = Framework::subscribe(&cluster, info).await?;
    framework.offers().await?;
    let roles = master(&cluster)?.get_roles().await?.roles;
    for name in ["ops", "ops/web"] {
        let role = roles.iter().find(|role| role.name == name).context("no such role")?;
        let cpus = role.resources.iter().find(|resource| resource.name == "cpus");
        let cpus = cpus.and_then(|cpus| cpus.scalar).map(|scalar| scalar.value);
        ensure!(cpus == Some(8.0), "{role:?}");
    }
    Ok(())
}
