use mesos_sdk::ResourceSpec;

#[derive(ResourceSpec)]
#[resource(name = "needs")]
struct OnStruct {
    cpus: f64,
}

const BANDWIDTH: &str = "bandwidth";

#[derive(ResourceSpec)]
struct Needs {
    #[resource(unit = "cores")]
    cpus: f64,
    #[resource(default = 1, default = 2)]
    mem: u64,
    #[resource(default)]
    disk: u64,
    #[resource(name = BANDWIDTH)]
    bandwidth: f64,
    #[resource(default = 1)]
    gpus: Option<u32>,
    #[resource]
    ports: Vec<std::ops::RangeInclusive<u64>>,
}

fn main() {}
