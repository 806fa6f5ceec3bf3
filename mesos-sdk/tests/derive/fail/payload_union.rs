#[derive(mesos_sdk::Payload)]
union Either {
    a: u8,
    b: i8,
}

fn main() {}
