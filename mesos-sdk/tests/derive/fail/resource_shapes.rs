use mesos_sdk::ResourceSpec;

#[derive(ResourceSpec)]
struct Tuple(f64, u64);

#[derive(ResourceSpec)]
struct Unit;

#[derive(ResourceSpec)]
struct Empty {}

#[derive(ResourceSpec)]
enum Either {
    Cpus(f64),
}

#[derive(ResourceSpec)]
union Both {
    cpus: f64,
    mem: u64,
}

#[derive(ResourceSpec)]
struct Generic<T> {
    cpus: T,
}

#[derive(ResourceSpec)]
struct Lifetime<'a> {
    cpus: std::borrow::Cow<'a, f64>,
}

fn main() {}
