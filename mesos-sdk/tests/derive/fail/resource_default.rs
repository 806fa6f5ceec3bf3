use mesos_sdk::ResourceSpec;

#[derive(ResourceSpec)]
struct Needs {
    #[resource(default = "128")]
    mem: u64,
}

fn main() {}
