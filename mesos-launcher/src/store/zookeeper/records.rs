//! Reading the records.

use std::collections::HashSet;

use zookeeper_client::{Client, Error};

use super::nodes::{Nodes, to_key};
use super::problem::{corrupt, failed};
use crate::store::{Epoch, Records, StoreError};

/// How many records are requested at a time.
const BATCH: usize = 256;

/// The keys of the records that exist.
pub(super) type Keys = HashSet<String>;

/// Lists the keys of all records.
pub(super) async fn keys(client: &Client, nodes: &Nodes, at: &str) -> Result<Keys, StoreError> {
    let shards: Vec<_> = nodes.shards().collect();
    // A request is sent when its future is created.
    let lists: Vec<_> = shards.iter().map(|shard| client.list_children(shard)).collect();
    let mut keys = Keys::new();
    for (shard, list) in shards.iter().zip(lists) {
        let names = list.await.map_err(|error| match error {
            Error::NoNode => corrupt(at, shard, "is missing"),
            error => failed(&format!("the records can't be listed in {at}"), &error),
        })?;
        for name in names {
            let node = format!("{shard}/{name}");
            let key = to_key(&name).filter(|key| nodes.record(key) == node);
            keys.insert(key.ok_or_else(|| corrupt(at, &node, "is not a record"))?);
        }
    }
    Ok(keys)
}

/// Reads the records with these keys.
pub(super) async fn read(
    client: &Client,
    nodes: &Nodes,
    (keys, epoch): (&Keys, Epoch),
    at: &str,
) -> Result<Records, StoreError> {
    let mut records = Records::new();
    let keys: Vec<_> = keys.iter().collect();
    for batch in keys.chunks(BATCH) {
        let requests: Vec<_> = batch.iter().map(|key| client.get_data(&nodes.record(key))).collect();
        for (key, request) in batch.iter().zip(requests) {
            let (data, _) = request.await.map_err(|error| match error {
                // Only a later epoch can have removed it.
                Error::NoNode => StoreError::fenced(epoch),
                error => failed(&format!("the records can't be read from {at}"), &error),
            })?;
            let record =
                String::from_utf8(data).map_err(|_| corrupt(at, &nodes.record(key), "is not UTF-8"))?;
            records.insert((*key).clone(), record);
        }
    }
    Ok(records)
}
