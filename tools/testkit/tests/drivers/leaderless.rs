//! Masters that do not lead, or do not know yet what they lead.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use testkit::{Request, TestCluster};
use tokio::time::{sleep, timeout};

use crate::framework::{Framework, driver, info};
use crate::reporter::Received;

// A real master that is alone leads at once.
testkit::cases![
    ; embedded only:
    framework_waits_for_a_leader,
    framework_waits_for_the_leader_to_recover
    ; several masters:
    framework_waits_for_a_leader,
    framework_waits_for_the_leader_to_recover
];

/// ZooKeeper needs up to 10 seconds to notice the loss of a leader, and so does a leader to notice
/// that of ZooKeeper.
const ELECTION: Duration = Duration::from_secs(45);
/// For a master that is there.
const RESPONSE: Duration = Duration::from_secs(2);
const POLL: Duration = Duration::from_millis(100);

/// A subscribed framework that knows all masters.
async fn started(cluster: &TestCluster) -> Result<Framework> {
    let mut framework = Framework::start(driver(&cluster.masters().join(","), info("leaderless"))?);
    framework.subscribed().await?;
    Ok(framework)
}

/// Returns when a master refuses calls in these words.
async fn refuses(cluster: &TestCluster, words: &str) -> Result<()> {
    let call = Request::post("/api/v1/scheduler", &json!({"type": "SUBSCRIBE"}));
    let refused = async {
        loop {
            for master in cluster.masters() {
                // One that was killed or frozen does not answer.
                if let Ok(Ok(response)) = timeout(RESPONSE, call.clone().send(master)).await
                    && response.status() == 503
                    && response.text().await?.contains(words)
                {
                    return Ok(());
                }
            }
            sleep(POLL).await;
        }
    };
    timeout(ELECTION, refused).await.with_context(|| format!("no master responds {words:?}"))?
}

async fn ensure_back(mut framework: Framework) -> Result<()> {
    ensure!(framework.subscribed().await?.resubscribed);
    framework.handle.revive_all().await?;
    framework.offer().await?;
    framework.stop().await
}

#[statement::proves(nolead)]
async fn framework_waits_for_a_leader(cluster: TestCluster) -> Result<()> {
    let mut framework = started(&cluster).await?;
    cluster.lose_leader().await?;
    framework.wait("the loss", |received| matches!(received, Received::Disconnected).then_some(())).await?;
    refuses(&cluster, "No leader elected").await?;
    cluster.let_lead().await?;
    ensure_back(framework).await
}

#[statement::proves(recov)]
async fn framework_waits_for_the_leader_to_recover(cluster: TestCluster) -> Result<()> {
    let mut framework = started(&cluster).await?;
    cluster.lose_registry().await?;
    framework.wait("the loss", |received| matches!(received, Received::Disconnected).then_some(())).await?;
    refuses(&cluster, "Master has not finished recovery").await?;
    cluster.find_registry().await?;
    ensure_back(framework).await
}
