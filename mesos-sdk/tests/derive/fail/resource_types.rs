use std::collections::HashSet;

use mesos_sdk::ResourceSpec;

#[derive(ResourceSpec)]
struct Needs {
    cpus: i32,
    mem: Vec<u64>,
    disk: &'static str,
    gpus: f64,
    ports: Option<u64>,
    #[resource(name = "licences")]
    licences: HashSet<String>,
    #[resource(name = "bandwidth")]
    bandwidth: Option<(f64, f64)>,
}

fn main() {}
