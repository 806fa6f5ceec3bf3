//! The framework's id in ZooKeeper.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use mesos_sdk::proto::v1::FrameworkId;
use mesos_sdk::store::ZooKeeperStore;
use mesos_sdk::{ErrorKind, FrameworkStore};
use testkit::{LinkFault, Proxy, TestCluster};
use tokio::time::sleep;

use crate::framework::{Framework, driver, info};

testkit::cases![; several masters:
    later_start_resumes_the_id_anywhere,
    node_is_protected_but_readable,
    lost_session_is_replaced,
];

/// The node at `path` of the cluster's ZooKeeper, or of what stands in for it.
fn store(server: &str, credentials: &str, path: &str) -> Result<ZooKeeperStore> {
    Ok(format!("zk://{credentials}{server}{path}").parse()?)
}

fn server(cluster: &TestCluster) -> Result<&str> {
    let zookeeper = cluster.zookeeper().context("the cluster has no ZooKeeper")?;
    zookeeper.trim_start_matches("zk://").split('/').next().context("no server")
}

async fn later_start_resumes_the_id_anywhere(cluster: TestCluster) -> Result<()> {
    let store = store(server(&cluster)?, "user:secret@", "/frameworks/test/id")?;
    ensure!(store.load().await?.is_none());
    let mut first = Framework::start(driver(cluster.address(), info("zk"))?.store(store.clone()));
    let id = first.subscribed().await?.framework_id;
    ensure!(store.load().await?.as_ref() == Some(&id));
    drop(first);
    let mut later = Framework::start(driver(cluster.address(), info("zk"))?.store(store.clone()));
    ensure!(later.subscribed().await?.framework_id == id);
    later.stop().await?;
    ensure!(store.load().await?.is_none());
    store.clear().await?;
    Ok(())
}

async fn node_is_protected_but_readable(cluster: TestCluster) -> Result<()> {
    let (server, path) = (server(&cluster)?, "/owned/id");
    let id = FrameworkId::from("5d8a-0000");
    store(server, "user:secret@", path)?.save(&id).await?;
    for stranger in ["", "user:wrong-secret@", "other:secret@"] {
        let store = store(server, stranger, path)?;
        ensure!(store.load().await?.as_ref() == Some(&id));
        let other = FrameworkId::from("5d8a-0001");
        let Err(error) = store.save(&other).await else { anyhow::bail!("{stranger} has written") };
        ensure!(error.kind() == ErrorKind::Store && !error.is_retryable(), "{error:?}");
        let text = format!("{error:?} {error:#?} {store:?} {store}");
        ensure!(text.contains("/owned/id") && !text.contains("secret"), "{text}");
        ensure!(store.clear().await.is_err());
    }
    ensure!(store(server, "", path)?.load().await? == Some(id));
    Ok(())
}

/// The first server is gone, and what the second one answers is lost for a while.
async fn lost_session_is_replaced(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::at("127.0.0.1:0".parse()?, server(&cluster)?.parse()?).await?;
    let servers = format!("{},{}", peer::unused_address()?, proxy.address());
    let store = store(&servers, "", "/lost/id")?;
    let id = FrameworkId::from("5d8a-0000");
    proxy.set(LinkFault::DropResponses);
    let saving = tokio::spawn({
        let (store, id) = (store.clone(), id.clone());
        async move { store.save(&id).await }
    });
    while proxy.connections() < 2 {
        sleep(Duration::from_millis(20)).await;
    }
    proxy.set(LinkFault::None);
    saving.await??;
    ensure!(store.load().await? == Some(id));
    Ok(())
}
