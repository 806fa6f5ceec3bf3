//! Which node holds what.

use std::fmt::Write as _;

/// How many nodes have the records as their children: ZooKeeper lists all children of a node in one
/// response, whose size its other clients limit to 1 MiB.
const SHARDS: u32 = 256;

/// The name of the node whose version is the epoch.
pub(super) const EPOCH: &str = "epoch";

/// The paths of a store's nodes.
#[derive(Clone, Debug)]
pub(super) struct Nodes {
    root: String,
}

impl Nodes {
    pub(super) fn new(root: &str) -> Self {
        Self { root: root.to_owned() }
    }

    pub(super) fn root(&self) -> &str {
        &self.root
    }

    /// The node whose version is the epoch.
    pub(super) fn epoch(&self) -> String {
        format!("{}/{EPOCH}", self.root)
    }

    /// The parents of the records.
    pub(super) fn shards(&self) -> impl Iterator<Item = String> + '_ {
        (0..SHARDS).map(|number| self.shard(number))
    }

    fn shard(&self, number: u32) -> String {
        format!("{}/{number:02x}", self.records())
    }

    pub(super) fn records(&self) -> String {
        format!("{}/records", self.root)
    }

    pub(super) fn record(&self, key: &str) -> String {
        format!("{}/{}", self.shard(crc32fast::hash(key.as_bytes()) % SHARDS), to_name(key))
    }

    /// The parent of the pieces of a write that is too large for one transaction.
    pub(super) fn staged(&self) -> String {
        format!("{}/staged", self.root)
    }

    pub(super) fn piece(&self, number: usize) -> String {
        format!("{}/{number}", self.staged())
    }

    /// The node that exists from when all pieces are durable until all of their changes are made.
    pub(super) fn committed(&self) -> String {
        format!("{}/committed", self.staged())
    }

    /// The parent of a node for each scheduler that leads or is on standby.
    pub(super) fn election(&self) -> String {
        format!("{}/election", self.root)
    }

    /// Everything below the root that a new store consists of.
    pub(super) fn all(&self) -> Vec<String> {
        let parents = [self.records(), self.staged(), self.election(), self.epoch()];
        parents.into_iter().chain(self.shards()).collect()
    }
}

/// Returns the name of the node of a key: other bytes than letters, digits, `-` and `_` are written
/// as in `%2F`.
fn to_name(key: &str) -> String {
    let mut name = String::with_capacity(key.len());
    for byte in key.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => name.push(char::from(byte)),
            // Writing to a `String` can't fail.
            _ => drop(write!(name, "%{byte:02X}")),
        }
    }
    name
}

/// Returns the key of the node with this name, if it is one.
pub(super) fn to_key(name: &str) -> Option<String> {
    let mut key = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((before, escaped)) = rest.split_once('%') {
        key.extend_from_slice(before.as_bytes());
        let (digits, after) = escaped.split_at_checked(2)?;
        key.push(u8::from_str_radix(digits, 16).ok()?);
        rest = after;
    }
    key.extend_from_slice(rest.as_bytes());
    let key = String::from_utf8(key).ok()?;
    (to_name(&key) == name).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_its_name() {
        for (key, name) in [
            ("slot/web/3", "slot%2Fweb%2F3"),
            (".", "%2E"),
            ("..", "%2E%2E"),
            ("zookeeper", "zookeeper"),
            ("a%2Fb", "a%252Fb"),
            ("\0\u{1}\u{FFFF}é", "%00%01%EF%BF%BF%C3%A9"),
        ] {
            assert_eq!((to_name(key).as_str(), to_key(name).as_deref()), (name, Some(key)));
        }
        for name in ["%", "%2", "%2f", "%zz", "%C3", "a b", "%61"] {
            assert_eq!(to_key(name), None, "{name}");
        }
    }

    #[test]
    fn records_are_spread() {
        let nodes = Nodes::new("/web");
        let mut shards: Vec<_> = (0..50_000).map(|n| nodes.record(&format!("slot/web/{n}"))).collect();
        for path in &mut shards {
            path.truncate("/web/records/ff".len());
        }
        shards.sort_unstable();
        let largest = shards.chunk_by(|a, b| a == b).map(<[_]>::len).max();
        assert!(largest.is_some_and(|children| children < 400), "{largest:?}");
        shards.dedup();
        assert!(shards.into_iter().eq(nodes.shards()));
    }
}
