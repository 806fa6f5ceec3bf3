//! Transactions: what ZooKeeper does as a whole, or not at all.

use std::collections::BTreeMap;

use zookeeper_client::{Acls, Client, CreateMode, CreateOptions, Error, MultiWriteError, MultiWriter};

use super::nodes::Nodes;
use super::problem::{corrupt, failed};
use super::records::Keys;
use crate::store::{Change, Epoch, StoreError};

/// The largest transaction, in bytes: ZooKeeper refuses requests of more than 1 MiB
/// (`jute.maxbuffer`).
const MAX_TRANSACTION: usize = 768 << 10;
/// What a change takes beside its path and its data, at most.
const OVERHEAD: usize = 96;

/// A change of one node.
pub(super) enum Step<'a> {
    Create(String, &'a [u8]),
    Set(String, &'a [u8]),
    Delete(String),
}

impl Step<'_> {
    fn add(&self, writer: &mut MultiWriter<'_>, options: &CreateOptions<'_>) -> Result<(), Error> {
        match self {
            Self::Create(path, data) => writer.add_create(path, data, options),
            Self::Set(path, data) => writer.add_set_data(path, data, None),
            Self::Delete(path) => writer.add_delete(path, None),
        }
    }
}

/// Writes in an epoch.
pub(super) struct Writer<'a> {
    pub(super) client: &'a Client,
    pub(super) nodes: &'a Nodes,
    pub(super) acls: Acls<'static>,
    pub(super) epoch: Epoch,
    pub(super) at: &'a str,
}

impl Writer<'_> {
    /// Makes all steps, unless the epoch has ended.
    pub(super) async fn commit(&self, steps: &[Step<'_>]) -> Result<(), StoreError> {
        let not_written =
            |error: &Error| failed(&format!("the records can't be written to {}", self.at), error);
        let Ok(version) = i32::try_from(self.epoch.0) else { return Err(StoreError::fenced(self.epoch)) };
        let mut writer = self.client.new_multi_writer();
        let options = CreateMode::Persistent.with_acls(self.acls);
        let added = writer.add_check_version(&self.nodes.epoch(), version);
        let added = added.and_then(|()| steps.iter().try_for_each(|step| step.add(&mut writer, &options)));
        added.map_err(|error| not_written(&error))?;
        writer.commit().await.map(drop).map_err(|error| match error {
            MultiWriteError::OperationFailed { index: 0, source: Error::BadVersion } => {
                StoreError::fenced(self.epoch)
            }
            MultiWriteError::OperationFailed { index: 0, source: Error::NoNode } => {
                corrupt(self.at, &self.nodes.epoch(), "is missing")
            }
            error => not_written(&error.into()),
        })
    }

    /// Makes changes that fit into one transaction.
    pub(super) async fn apply(&self, changes: &[Change], keys: &mut Keys) -> Result<(), StoreError> {
        let steps: Vec<_> = changes.iter().filter_map(|change| step(change, keys, self.nodes)).collect();
        self.commit(&steps).await?;
        for change in changes {
            match change {
                Change::Put(key, _) => drop(keys.insert(key.clone())),
                Change::Delete(key) => drop(keys.remove(key)),
            }
        }
        Ok(())
    }
}

/// Returns what to do with the node of a record, if anything.
fn step<'c>(change: &'c Change, keys: &Keys, nodes: &Nodes) -> Option<Step<'c>> {
    let path = nodes.record(change.key());
    match (change, keys.contains(change.key())) {
        (Change::Put(_, record), true) => Some(Step::Set(path, record.as_bytes())),
        (Change::Put(_, record), false) => Some(Step::Create(path, record.as_bytes())),
        (Change::Delete(_), true) => Some(Step::Delete(path)),
        (Change::Delete(_), false) => None,
    }
}

/// Divides changes into parts that each fit into one transaction, with one change of each key.
/// There is at least one.
pub(super) fn parts(nodes: &Nodes, changes: Vec<Change>) -> Vec<Vec<Change>> {
    let last: BTreeMap<_, _> = changes.into_iter().map(|change| (change.key().to_owned(), change)).collect();
    let mut parts = vec![Vec::new()];
    let mut size = 0;
    for (key, change) in last {
        let record = if let Change::Put(_, record) = &change { record.len() } else { 0 };
        let change_size = nodes.record(&key).len() + record + OVERHEAD;
        size += change_size;
        if size > MAX_TRANSACTION {
            parts.push(Vec::new());
            size = change_size;
        }
        if let Some(part) = parts.last_mut() {
            part.push(change);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{MAX_KEY, MAX_RECORD};

    fn keys(part: &[Change]) -> Vec<&str> {
        part.iter().map(Change::key).collect()
    }

    #[test]
    fn last_change_of_a_key_counts() {
        let changes =
            vec![Change::put("a", "1"), Change::delete("b"), Change::delete("a"), Change::put("b", "2")];
        assert_eq!(parts(&Nodes::new("/r"), changes), [[Change::delete("a"), Change::put("b", "2")]]);
        assert_eq!(parts(&Nodes::new("/r"), Vec::new()), [[]]);
    }

    #[test]
    fn large_writes_are_divided() {
        let nodes = Nodes::new("/r");
        let large = |key: &str| Change::put(key, "r".repeat(MAX_RECORD / 2));
        let divided = parts(&nodes, ["a", "b", "c", "d", "e"].map(large).to_vec());
        assert_eq!(
            divided.iter().map(|part| keys(part)).collect::<Vec<_>>(),
            [vec!["a", "b"], vec!["c", "d"], vec!["e"]]
        );
        let largest = Change::put("/".repeat(MAX_KEY), "r".repeat(MAX_RECORD));
        assert_eq!(parts(&nodes, vec![largest]).len(), 1);
    }
}
