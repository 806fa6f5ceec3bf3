//! Several masters.

use anyhow::{Context, Result, ensure};
use futures::StreamExt as _;
use mesos_sdk::operator::{ClusterEvent, MasterOperator};
use mesos_sdk::{ClientOptions, Master};
use peer::Server;
use testkit::TestCluster;

testkit::cases![
    non_mesos_entries_are_skipped
    ;several masters:
    standby_redirects_a_query,
    new_leader_is_found_when_the_old_one_ended
];

#[statement::proves(redir)]
async fn standby_redirects_a_query(cluster: TestCluster) -> Result<()> {
    let leader = cluster.leader().await?.context("no leader")?;
    for standby in cluster.masters().iter().filter(|master| **master != leader) {
        let operator = MasterOperator::new(standby.parse::<Master>()?);
        let led_by = operator.get_master().await?.master_info.context("no master info")?;
        ensure!(leader.ends_with(&format!(":{}", led_by.port)), "{led_by:?}");
        let first = operator.events().next().await.context("no event")??;
        ensure!(matches!(first, ClusterEvent::Snapshot(_)), "{first:?}");
    }
    Ok(())
}

async fn new_leader_is_found_when_the_old_one_ended(cluster: TestCluster) -> Result<()> {
    let operator = MasterOperator::new(cluster.masters().join(",").parse::<Master>()?)
        .client_options(ClientOptions::new().call_timeout(std::time::Duration::from_secs(60)))
        .retries(30);
    ensure!(operator.get_health().await?.healthy);
    let leader = cluster.leader().await?.context("no leader")?;
    let index = cluster.masters().iter().position(|master| *master == leader).context("an unknown leader")?;
    cluster.kill_master(index).await?;
    let led_by = operator.get_master().await?.master_info.context("no master info")?;
    ensure!(!leader.ends_with(&format!(":{}", led_by.port)), "{led_by:?}");
    Ok(())
}

/// What servers respond that are not Mesos.
const STRANGERS: [&str; 4] = [
    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
    "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
    "HTTP/1.1 405 Method Not Allowed\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n",
    "SSH-2.0-OpenSSH_9.2\r\n",
];

async fn non_mesos_entries_are_skipped(cluster: TestCluster) -> Result<()> {
    for words in STRANGERS {
        let stranger = Server::responding(words)?;
        let masters = format!("{},{}", stranger.address(), cluster.address());
        let operator = || Ok::<_, anyhow::Error>(MasterOperator::new(masters.parse::<Master>()?));
        ensure!(operator()?.get_health().await.context(words)?.healthy);
        operator()?.update_weights(vec![]).await.context(words)?;
        let mut events = operator()?.events();
        loop {
            match events.next().await.context("no event")?.context(words)? {
                ClusterEvent::Snapshot(_) => break,
                event => ensure!(matches!(event, ClusterEvent::Disconnected(_)), "{event:?}"),
            }
        }
    }
    Ok(())
}
