use mesos_sdk::ResourceSpec;

struct Cores(u8);

#[derive(ResourceSpec)]
struct Needs {
    cpus: Cores,
}

fn main() {}
