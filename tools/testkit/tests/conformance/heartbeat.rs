//! Heartbeats.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use testkit::{Framework, TestCluster, framework_info};

testkit::cases![first_at_once_then_every_15_seconds];

#[statement::proves(hb)]
async fn first_at_once_then_every_15_seconds(cluster: TestCluster) -> Result<()> {
    let start = Instant::now();
    let mut framework = Framework::subscribe(&cluster, framework_info("hb")).await?;
    ensure!(framework.subscribed()["heartbeat_interval_seconds"] == 15.0);
    framework.events.event("HEARTBEAT").await?;
    ensure!(start.elapsed() < Duration::from_secs(5));
    let first = Instant::now();
    framework.events.event("HEARTBEAT").await?;
    let interval = first.elapsed();
    ensure!(interval > Duration::from_secs(13) && interval < Duration::from_secs(18), "{interval:?}");
    Ok(())
}
