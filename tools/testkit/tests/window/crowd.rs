//! A large cluster.

use std::time::Duration;

use anyhow::{Result, ensure};
use mesos_local::{Cluster, SimulatedAgents};
use mesos_sdk::proto::v1::{FrameworkId, FrameworkInfo};
use mesos_window::Window;
use testkit::TestCluster;
use tokio::time::Instant;

use crate::cluster::Scene;

testkit::cases![
    // Nothing runs on its agents.
    ; embedded only: a_large_cluster_is_not_slow
];

/// A hundred times what people call immediate: the test is not optimized, and shares the machine.
const SOON: Duration = Duration::from_secs(20);

async fn a_large_cluster_is_not_slow(_: TestCluster) -> Result<()> {
    let id = Some(FrameworkId::from("shop"));
    let framework = FrameworkInfo { user: "shop".into(), name: "shop".into(), id, ..Default::default() };
    let crowd = SimulatedAgents::new(framework).agents(1_000).tasks(100);
    let cluster =
        Cluster::builder().agents(0).resources("cpus:16;mem:65536").simulated_agents(crowd).start().await?;
    let mut scene = Scene::of(Window::new(cluster.master())).await?;
    scene.view("tasks").await?;
    scene.browser.shows("100,000 tasks").await?;
    for position in [0.5, 1.0, 0.25] {
        let started = Instant::now();
        let scroll = format!("document.querySelector('.grid').scrollTop = {position} * 52 * 100000");
        scene.browser.value(&scroll).await?;
        let shown = "(() => { const grid = document.querySelector('.grid').getBoundingClientRect(); \
                     const middle = document.elementFromPoint(grid.left + 50, grid.top + 300); \
                     return middle?.closest('.row') !== null && middle?.closest('.row') !== undefined; })()";
        scene.browser.until(shown).await?;
        ensure!(started.elapsed() < SOON, "{position}: {:?}", started.elapsed());
    }
    ensure!(scene.browser.value("document.querySelectorAll('*').length").await?.as_u64() < Some(2_500));
    let started = Instant::now();
    scene.view("tasks?q=task-500-7").await?;
    scene.browser.shows("task-500-77").await?;
    ensure!(started.elapsed() < SOON, "search: {:?}", started.elapsed());
    for view in ["overview", "agents"] {
        scene.view(view).await?;
        scene.browser.shows("1,000").await?;
        scene.browser.picture(&format!("crowd-{view}-1400-light")).await?;
    }
    Ok(())
}
