//! Several masters, one of which leads.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use testkit::{Framework, Request, Response, TestCluster, framework_info};
use tokio::time::{sleep, timeout};

testkit::cases![; several masters:
    standby_leads_to_the_leader,
    new_leader_accepts_a_removed_framework,
];

/// ZooKeeper needs up to 10 seconds to notice the loss of a leader.
const ELECTION: Duration = Duration::from_secs(60);

#[statement::proves(redir)]
async fn standby_leads_to_the_leader(cluster: TestCluster) -> Result<()> {
    let standby =
        cluster.masters().iter().find(|master| *master != cluster.address()).context("no standby")?;
    for path in ["/api/v1/scheduler", "/master/api/v1/scheduler"] {
        let response = Request::post(path, &json!({"type": "SUBSCRIBE"})).send(standby).await?;
        ensure!(response.status() == 307);
        // Never the short form of the path.
        let location = format!("//{}/master/api/v1/scheduler", cluster.address());
        ensure!(response.header("Location") == Some(location.as_str()));
    }
    Ok(())
}

#[statement::proves(removed2)]
async fn new_leader_accepts_a_removed_framework(cluster: TestCluster) -> Result<()> {
    let mut info = framework_info("removed2");
    let mut framework = Framework::subscribe(&cluster, info.clone()).await?;
    info["id"] = json!({"value": framework.id()});
    framework.call("TEARDOWN", Value::Null).await?;
    framework.events.end().await?;
    let new = elect(&cluster).await?;
    let call =
        json!({"type": "SUBSCRIBE", "framework_id": info["id"], "subscribe": {"framework_info": info}});
    let response = recovered(&new, &Request::post("/api/v1/scheduler", &call)).await?;
    let first = response.records().next().await?.context("no event")?;
    ensure!(first["type"] == "SUBSCRIBED", "{first}");
    Ok(())
}

/// What the new leader answers when it has recovered its registry.
async fn recovered(leader: &str, request: &Request) -> Result<Response> {
    loop {
        let response = request.clone().send(leader).await?;
        if response.status() != 503 {
            return Ok(response);
        }
        let text = response.text().await?;
        ensure!(text.contains("Master has not finished recovery"), "{text}");
        sleep(Duration::from_millis(100)).await;
    }
}

/// Ends the leader; gives the address of the next.
async fn elect(cluster: &TestCluster) -> Result<String> {
    let leader =
        cluster.masters().iter().position(|master| master == cluster.address()).context("no leader")?;
    cluster.kill_master(leader).await?;
    let wait = async {
        loop {
            match cluster.leader().await? {
                Some(new) => return Ok(new),
                None => sleep(Duration::from_millis(200)).await,
            }
        }
    };
    timeout(ELECTION, wait).await.context("no new leader")?
}
