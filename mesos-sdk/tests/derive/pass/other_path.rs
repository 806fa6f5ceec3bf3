//! The crate under another path, and types that come through macros and aliases.

mod prelude {
    pub use mesos_sdk as cluster;
}

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use prelude::cluster::{Payload, ResourceSpec};

type Ports = Option<Vec<RangeInclusive<u64>>>;

#[derive(serde::Serialize, serde::Deserialize, Payload)]
#[payload(crate = "crate::prelude::cluster")]
struct Task {
    r#type: String,
}

macro_rules! spec {
    ($name:ident, $amount:ty) => {
        #[derive(ResourceSpec)]
        #[resource(crate = "crate::prelude::cluster")]
        struct $name {
            cpus: $amount,
            r#mem: Option<$amount>,
            ports: Ports,
            #[resource(name = "licences", default = BTreeSet::from(["a".to_owned()]))]
            licences: BTreeSet<String>,
        }
    };
}
spec!(Needs, f64);

fn main() {
    assert_eq!(Task { r#type: "a".to_owned() }.to_bytes().unwrap(), r#"{"type":"a"}"#);
    let resources = Needs { cpus: 1.0, mem: Some(2.0), ports: None, licences: BTreeSet::new() }.to_resources();
    assert_eq!(resources[1].name, "mem");
    let read = Needs::from_resources(&resources).unwrap();
    assert_eq!((read.cpus, read.mem, read.ports, read.licences.len()), (1.0, Some(2.0), None, 1));
}
