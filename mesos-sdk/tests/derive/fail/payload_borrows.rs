use mesos_sdk::Payload;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Payload)]
struct Task<'a> {
    url: &'a str,
}

fn main() {
    let _ = Task { url: "a" }.to_bytes();
}
