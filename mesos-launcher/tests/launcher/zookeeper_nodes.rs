//! What a store makes of nodes that something else, or half a write, has left.

use anyhow::{Context as _, Result, ensure};
use mesos_launcher::Store;
use mesos_launcher::store::{Change, StoreError, StoreErrorKind, ZooKeeperStore};
use testkit::TestCluster;
use tokio::time::timeout;
use zookeeper_client::{Acls, Client, CreateMode};

use crate::start::PATIENCE;
use crate::zookeeper::{at, server};

testkit::cases![; several masters:
    path_in_use_is_refused,
    foreign_nodes_are_refused,
    committed_write_is_finished,
    uncommitted_write_is_dropped,
];

/// Where the store of [`at`] is.
const ROOT: &str = "/launchers/test";

struct Nodes(Client);

impl Nodes {
    async fn of(cluster: &TestCluster) -> Result<Self> {
        Ok(Self(Client::connect(server(cluster)?).await?))
    }

    async fn create(&self, path: &str, data: &[u8]) -> Result<()> {
        let options = CreateMode::Persistent.with_acls(Acls::anyone_all());
        self.0.create(path, data, &options).await.with_context(|| path.to_owned())?;
        Ok(())
    }

    async fn children(&self, path: &str) -> Result<Vec<String>> {
        let mut children = self.0.list_children(path).await.with_context(|| path.to_owned())?;
        children.sort_unstable();
        Ok(children)
    }
}

fn is_refused<T>(result: Result<T, StoreError>, of: &str) -> Result<()> {
    let error = result.err().context("it was accepted")?;
    let text = error.to_string();
    ensure!(error.kind() == StoreErrorKind::Corrupt && text.contains("use another path"), "{error:?}");
    ensure!(text.contains(of), "{text}");
    Ok(())
}

/// The path of the masters is the one that is most easily given by mistake.
async fn path_in_use_is_refused(cluster: TestCluster) -> Result<()> {
    let zookeeper = cluster.zookeeper().context("the cluster has no ZooKeeper")?;
    let (nodes, path) = (Nodes::of(&cluster).await?, zookeeper.rsplit_once('/').context("no path")?.1);
    let before = nodes.children(&format!("/{path}")).await?;
    let store = || zookeeper.parse::<ZooKeeperStore>();
    is_refused(timeout(PATIENCE, store()?.open()).await?, zookeeper)?;
    is_refused(timeout(PATIENCE, store()?.lead()).await?, zookeeper)?;
    let after = nodes.children(&format!("/{path}")).await?;
    ensure!(!after.iter().any(|name| name == "epoch" || name == "records"), "{before:?} and {after:?}");
    Ok(())
}

async fn foreign_nodes_are_refused(cluster: TestCluster) -> Result<()> {
    let nodes = Nodes::of(&cluster).await?;
    let epoch = at(server(&cluster)?)?.open().await?.epoch;
    // No key has this name, and the record with the key `a` is elsewhere.
    for name in ["records/00/a b", "records/00/a", "records/ff/a"] {
        let path = format!("{ROOT}/{name}");
        nodes.create(&path, b"1").await?;
        is_refused(timeout(PATIENCE, at(server(&cluster)?)?.open()).await?, &path)?;
        nodes.0.delete(&path, None).await?;
    }
    // It is not in the way of an election.
    nodes.create(&format!("{ROOT}/election/0"), b"").await?;
    let store = at(server(&cluster)?)?;
    timeout(PATIENCE, store.lead()).await??;
    ensure!(store.open().await?.epoch > epoch);
    nodes.0.set_data(&format!("{ROOT}/epoch"), b"mesos-launcher records 2", None).await?;
    let newer = at(server(&cluster)?)?.open().await.err().context("it was opened")?;
    ensure!(newer.kind() == StoreErrorKind::TooNew, "{newer}");
    nodes.0.set_data(&format!("{ROOT}/epoch"), b"something else", None).await?;
    is_refused(timeout(PATIENCE, at(server(&cluster)?)?.open()).await?, "/epoch")
}

/// Stages a write of the record `a` as another scheduler does, with `b` before.
async fn stage(cluster: &TestCluster) -> Result<Nodes> {
    let store = at(server(cluster)?)?;
    let epoch = store.open().await?.epoch;
    store.write(epoch, vec![Change::put("b", "0")]).await?;
    let nodes = Nodes::of(cluster).await?;
    nodes.create(&format!("{ROOT}/staged/0"), br#"[[{"Put":["a","1"]},"#).await?;
    nodes.create(&format!("{ROOT}/staged/1"), br#"{"Delete":"b"}]]"#).await?;
    Ok(nodes)
}

/// Whoever opens the store next makes the changes, wherever the one before was interrupted.
async fn committed_write_is_finished(cluster: TestCluster) -> Result<()> {
    let nodes = stage(&cluster).await?;
    nodes.create(&format!("{ROOT}/staged/committed"), b"2").await?;
    for _ in 0..2 {
        let records = at(server(&cluster)?)?.open().await?.records;
        ensure!(records.into_iter().eq([("a".to_owned(), "1".to_owned())]));
    }
    let staged = nodes.children(&format!("{ROOT}/staged")).await?;
    ensure!(staged.is_empty(), "{staged:?}");
    Ok(())
}

async fn uncommitted_write_is_dropped(cluster: TestCluster) -> Result<()> {
    stage(&cluster).await?;
    let store = at(server(&cluster)?)?;
    let opened = store.open().await?;
    ensure!(opened.records.into_iter().eq([("b".to_owned(), "0".to_owned())]));
    // A write that is staged as well is not mixed up with it.
    let large = |n: usize| Change::put(format!("large/{n}"), format!("{n}").repeat(400 << 10));
    store.write(opened.epoch, (0..4).map(large).collect()).await?;
    let records = at(server(&cluster)?)?.open().await?.records;
    ensure!(records.len() == 5 && records.contains_key("b"), "{} records", records.len());
    Ok(())
}
