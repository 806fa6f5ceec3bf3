//! Breaks the cluster, in virtual time.

use std::time::Duration;

use mesos_local::Cluster;
use mesos_sdk::{ClientOptions, Error, SchedulerDriver};
use tokio::time::sleep;

use crate::keeper::{Keeper, framework};

/// Waits until this number of tasks runs.
async fn until_running(cluster: &Cluster, wanted: usize) {
    loop {
        let state = cluster.state().await;
        let tasks = state["frameworks"][0]["tasks"].as_array().cloned().unwrap_or_default();
        if tasks.iter().filter(|task| task["state"] == "TASK_RUNNING").count() == wanted {
            return;
        }
        sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn workers_of_a_killed_agent_are_replaced() -> Result<(), Error> {
    let cluster = Cluster::builder().agents(1).start().await.unwrap();
    let options = ClientOptions::new().connector(cluster.connector());
    let driver = SchedulerDriver::new(cluster.master(), framework()?).client_options(options);
    let (handle, mut keeper) = (driver.handle(), Keeper::new(3));
    let meanwhile = async {
        until_running(&cluster, 3).await;
        cluster.kill_agent(0).await;
        sleep(Duration::from_secs(60)).await;
        cluster.restart_agent(0).await.unwrap();
        until_running(&cluster, 3).await;
        handle.stop();
    };
    tokio::join!(driver.run(&mut keeper), meanwhile).0?;
    assert_eq!(keeper.launched(), 6);
    Ok(())
}
