//! What a framework changes of itself while it is subscribed, and what it asks for.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use mesos_sdk::ErrorKind;
use mesos_sdk::build::{Constraint, Constraints, Framework as Described};
use mesos_sdk::proto::v1::{FrameworkId, FrameworkInfo, Request};
use mesos_sdk::resources::Resources;
use testkit::{Proxy, TestCluster};

use crate::framework::{Framework, NO_FILTER, driver, info};

testkit::cases![
    changed_constraints_outlast_a_subscription,
    additional_role_gets_offers,
    roles_are_suppressed_with_the_change,
    refused_changes_have_the_masters_words,
    request_is_accepted_and_ignored,
];

/// Longer than the master takes to offer again.
const QUIET: Duration = Duration::from_secs(4);

fn of(id: FrameworkId, roles: &[&str]) -> Result<FrameworkInfo> {
    let described = Described::new("changes", "tester").roles(roles.iter().copied()).id(id);
    Ok(described.failover_timeout(Duration::from_secs(3600)).build()?)
}

async fn with_role(cluster: &TestCluster, role: &str) -> Result<(Framework, FrameworkId)> {
    let described = Described::new("changes", "tester").roles([role]);
    let info = described.failover_timeout(Duration::from_secs(3600)).build()?;
    let mut framework = Framework::start(driver(cluster.address(), info)?);
    let id = framework.subscribed().await?.framework_id;
    Ok((framework, id))
}

#[statement::proves(updfw, constr)]
async fn changed_constraints_outlast_a_subscription(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let mut framework = Framework::start(driver(proxy.address(), info("constr"))?);
    let id = framework.subscribed().await?.framework_id;
    let own = FrameworkInfo { id: Some(id), ..info("constr") };
    let offer = framework.offer().await?;
    let on = |host: &str| Constraints::new().group("*", [Constraint::hostname().is(host)]).build();
    framework.handle.update_framework(own.clone(), vec![], Some(on("nowhere.example")?)).await?;
    framework.handle.decline_for([offer.id], NO_FILTER).await?;
    framework.no_offers(QUIET).await?;
    proxy.cut();
    ensure!(framework.subscribed().await?.resubscribed);
    framework.no_offers(QUIET).await?;
    framework.handle.update_framework(own, vec![], Some(on(&offer.hostname)?)).await?;
    ensure!(framework.offer().await?.agent_id == offer.agent_id);
    framework.stop().await
}

#[statement::proves(updfw, sync)]
async fn additional_role_gets_offers(cluster: TestCluster) -> Result<()> {
    let (mut framework, id) = with_role(&cluster, "a").await?;
    let offer = framework.offer().await?;
    framework.handle.update_framework(of(id.clone(), &["b"])?, vec![], None).await?;
    // It has taken effect when it is answered.
    ensure!(cluster.framework(&id.value).await?["roles"] == serde_json::json!(["b"]));
    framework.handle.decline_for([offer.id], NO_FILTER).await?;
    let of_role = framework.offer().await?.allocation_info.and_then(|info| info.role);
    ensure!(of_role.as_deref() == Some("b"), "{of_role:?}");
    framework.stop().await
}

#[statement::proves(updfw, supp, roles)]
async fn roles_are_suppressed_with_the_change(cluster: TestCluster) -> Result<()> {
    let (mut framework, id) = with_role(&cluster, "a").await?;
    let offer = framework.offer().await?;
    framework.handle.update_framework(of(id, &["a"])?, vec!["a".to_owned()], None).await?;
    framework.handle.decline_for([offer.id], NO_FILTER).await?;
    framework.no_offers(QUIET).await?;
    framework.handle.revive(["a"]).await?;
    framework.offer().await?;
    framework.stop().await
}

#[statement::proves(updfw)]
async fn refused_changes_have_the_masters_words(cluster: TestCluster) -> Result<()> {
    let (framework, id) = with_role(&cluster, "a").await?;
    let other = FrameworkInfo { user: "somebody".to_owned(), ..of(id.clone(), &["b"])? };
    let Err(error) = framework.handle.update_framework(other, vec![], None).await else {
        bail!("the user was changed")
    };
    ensure!(error.kind() == ErrorKind::Rejected && !error.is_retryable(), "{error:?}");
    ensure!(format!("{error:#}").contains("user"), "{error:#}");
    let known = cluster.framework(&id.value).await?;
    ensure!(known["user"] == "tester" && known["roles"] == serde_json::json!(["a"]), "{known}");
    framework.stop().await
}

/// All is offered already; the response is all that can be seen.
#[statement::proves(request)]
async fn request_is_accepted_and_ignored(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), info("request"))?);
    let offer = framework.offer().await?;
    let resources = "cpus:1;mem:64".parse::<Resources>()?.into();
    let request = Request { agent_id: Some(offer.agent_id), resources };
    framework.handle.request([request]).await.context("REQUEST")?;
    framework.no_offers(QUIET).await?;
    framework.stop().await
}
