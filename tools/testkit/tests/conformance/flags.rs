//! Flags of the master that frameworks feel.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use testkit::{Framework, TestCluster, framework_info};

use crate::identity::refusal;

testkit::cases![
    root_may_be_forbidden_for_tasks,
    root_is_allowed_by_default,
    rate_limits_ignore_calls_over_http,
];

#[statement::proves(root)]
async fn root_may_be_forbidden_for_tasks(cluster: TestCluster) -> Result<()> {
    let cluster = TestCluster::without_root(cluster.backend()).await?;
    let mut info = framework_info("root");
    info["user"] = json!("root");
    let message = refusal(&cluster, json!({"framework_info": info})).await?;
    ensure!(message.contains("'root'"), "{message}");
    Framework::subscribe(&cluster, framework_info("root")).await?;
    Ok(())
}

#[statement::proves(root)]
async fn root_is_allowed_by_default(cluster: TestCluster) -> Result<()> {
    let mut info = framework_info("root");
    info["user"] = json!("root");
    Framework::subscribe(&cluster, info).await?;
    Ok(())
}

/// With the limit, one call in ten seconds would be handled, and one more kept.
#[statement::proves(rate)]
async fn rate_limits_ignore_calls_over_http(cluster: TestCluster) -> Result<()> {
    let cluster = TestCluster::rate_limiting(cluster.backend(), "slow").await?;
    let mut info = framework_info("rate");
    info["principal"] = json!("slow");
    let mut framework = Framework::subscribe(&cluster, info).await?;
    for _ in 0..20 {
        let response = framework.try_call("REVIVE", Value::Null).await?;
        ensure!(response.status() == 202, "{}", response.status());
    }
    framework.offers().await?;
    Ok(())
}
