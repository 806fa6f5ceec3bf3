//! The nodes that every store has.

use zookeeper_client::{Acls, Client, CreateMode, Error, MultiWriteError};

use super::nodes::Nodes;
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
        Err(Error::NoNode) => create(client, nodes, acls).await.map_err(not_opened)?,
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
pub(super) async fn create(client: &Client, nodes: &Nodes, acls: Acls<'static>) -> Result<(), Error> {
    if client.check_stat(&nodes.epoch()).await?.is_some() {
        return Ok(());
    }
    // Other frameworks have their stores there as well.
    if let Some((parent, _)) = nodes.root().rsplit_once('/').filter(|(parent, _)| !parent.is_empty()) {
        client.mkdir(parent, &CreateMode::Persistent.with_acls(Acls::anyone_all())).await?;
    }
    let options = CreateMode::Persistent.with_acls(acls);
    client.mkdir(nodes.root(), &options).await?;
    let mut writer = client.new_multi_writer();
    for node in nodes.all() {
        let data = if node == nodes.epoch() { FORMAT } else { b"" };
        writer.add_create(&node, data, &options)?;
    }
    match writer.commit().await {
        // Another scheduler was faster, and created all of them.
        Ok(_) | Err(MultiWriteError::OperationFailed { source: Error::NodeExists, .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
