//! The nodes that every store has.

use zookeeper_client::{Acls, Client, CreateMode, CreateOptions, Error, MultiWriteError};

use super::nodes::{EPOCH, Nodes};
use super::problem::{corrupt, failed};
use crate::store::{Epoch, StoreError, StoreErrorKind};

/// The data of the node `epoch`.
const FORMAT: &[u8] = b"mesos-launcher records 1\n";
/// How the data of any version begins.
const ANY_FORMAT: &[u8] = b"mesos-launcher records ";

/// Begins an epoch: from now on no write of an earlier one succeeds.
pub(super) async fn begin_epoch(
    client: &Client,
    nodes: &Nodes,
    acls: Acls<'static>,
    at: &str,
) -> Result<Epoch, StoreError> {
    let not_opened = |error: Error| failed(&format!("no epoch can be begun in {at}"), &error);
    let node = nodes.epoch();
    match client.get_data(&node).await {
        Ok((data, _)) => check_format(&data, &node, at)?,
        Err(Error::NoNode) => create(client, nodes, acls, at).await?,
        Err(error) => return Err(not_opened(error)),
    }
    let stat = client.set_data(&node, FORMAT, None).await.map_err(not_opened)?;
    match u64::try_from(stat.version) {
        Ok(version) => Ok(Epoch(version)),
        Err(_) => Err(corrupt(at, &node, "has been written too often")),
    }
}

fn check_format(data: &[u8], node: &str, at: &str) -> Result<(), StoreError> {
    if data == FORMAT {
        return Ok(());
    }
    if data.starts_with(ANY_FORMAT) {
        let text =
            format!("the store {at} was written by a newer version of mesos-launcher: update this program");
        return Err(StoreError::new(StoreErrorKind::TooNew, text));
    }
    Err(corrupt(at, node, "does not begin a store"))
}

/// Creates the nodes of a new store, unless they exist.
pub(super) async fn create(
    client: &Client,
    nodes: &Nodes,
    acls: Acls<'static>,
    at: &str,
) -> Result<(), StoreError> {
    let not_created = |error: Error| failed(&format!("the store {at} can't be created"), &error);
    if client.check_stat(&nodes.epoch()).await.map_err(not_created)?.is_some() {
        return Ok(());
    }
    let options = CreateMode::Persistent.with_acls(acls);
    create_root(client, nodes, &options).await.map_err(not_created)?;
    let children = client.list_children(nodes.root()).await.map_err(not_created)?;
    refuse_foreign(&children, at)?;
    create_all(client, nodes, &options).await.map_err(not_created)
}

async fn create_root(client: &Client, nodes: &Nodes, options: &CreateOptions<'_>) -> Result<(), Error> {
    // Other frameworks have their stores there as well.
    if let Some((parent, _)) = nodes.root().rsplit_once('/').filter(|(parent, _)| !parent.is_empty()) {
        client.mkdir(parent, &CreateMode::Persistent.with_acls(Acls::anyone_all())).await?;
    }
    client.mkdir(nodes.root(), options).await
}

/// Refuses a path that something else uses, such as the masters of a cluster. All nodes of a store
/// are created together, so one without an epoch has no others.
fn refuse_foreign(children: &[String], at: &str) -> Result<(), StoreError> {
    let is_store = children.iter().any(|name| name == EPOCH);
    let Some(name) = children.iter().min().filter(|_| !is_store) else { return Ok(()) };
    let text = format!(
        "{at} is not a store of mesos-launcher, and not empty: it has the node {name}; use another path"
    );
    Err(StoreError::new(StoreErrorKind::Corrupt, text))
}

async fn create_all(client: &Client, nodes: &Nodes, options: &CreateOptions<'_>) -> Result<(), Error> {
    let mut writer = client.new_multi_writer();
    for node in nodes.all() {
        let data = if node == nodes.epoch() { FORMAT } else { b"" };
        writer.add_create(&node, data, options)?;
    }
    match writer.commit().await {
        // Another scheduler was faster, and created all of them.
        Ok(_) | Err(MultiWriteError::OperationFailed { source: Error::NodeExists, .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_in_use_is_refused() {
        let refused = |names: &[&str]| {
            let names: Vec<_> = names.iter().map(ToString::to_string).collect();
            refuse_foreign(&names, "zk://h:2181/mesos").map_err(|error| error.to_string())
        };
        assert_eq!(refused(&[]), Ok(()));
        assert_eq!(refused(&["records", "epoch", "staged"]), Ok(()));
        let text = refused(&["log_replicas", "json.info_0"]).unwrap_err();
        assert!(text.contains("zk://h:2181/mesos") && text.contains("json.info_0"), "{text}");
        assert!(refused(&["records", "staged"]).is_err(), "somebody has removed its epoch");
    }
}
