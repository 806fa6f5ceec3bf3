//! What the user calls things does not get in the way of what the macros write.
#![deny(warnings)]
#![allow(dead_code)]

type Result = ();
type Vec = ();
type Option = ();
struct Ok;
struct Iterator;

fn reader() -> u32 {
    1
}

fn resources() -> u32 {
    2
}

fn total() -> u32 {
    3
}

#[derive(serde::Serialize, serde::Deserialize, mesos_sdk::Payload, mesos_sdk::ResourceSpec)]
#[payload(prefix = "reader ")]
pub struct Bytes {
    cpus: f64,
    #[resource(name = "reader", default = reader() + resources() + total())]
    reader: u32,
    #[resource(name = "resources")]
    resources: std::option::Option<u64>,
}

fn main() {}
