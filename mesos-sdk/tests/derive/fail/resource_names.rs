use mesos_sdk::ResourceSpec;

#[derive(ResourceSpec)]
struct Needs {
    cpu: f64,
    memory: u64,
    bandwidth: f64,
    #[resource(name = "")]
    nameless: f64,
    mem: u64,
    #[resource(name = "mem")]
    more: u64,
}

fn main() {}
