use mesos_sdk::Payload;

#[derive(Payload)]
struct Task {
    url: String,
}

fn main() {}
