use mesos_sdk::ResourceSpec;
use mesos_sdk::resource_spec::Ports;

#[derive(ResourceSpec)]
struct Volumes {
    #[resource(volume = "root")]
    root: u64,
    #[resource(volume = "mount", name = "data")]
    named: u64,
    #[resource(volume = "mount", max_size = 99999999999999999999)]
    again: u64,
    #[resource(volume = "path", max_size = 10)]
    part: u64,
    #[resource(path = "/mnt/.*")]
    disk: u64,
    #[resource(volume = "path")]
    typed: Ports<2>,
}

#[derive(ResourceSpec)]
struct Amounts {
    cpus: Ports<2>,
    #[resource(name = "addresses")]
    addresses: Ports<1>,
}

fn main() {}
