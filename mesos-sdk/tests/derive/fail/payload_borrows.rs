use mesos_sdk::Payload;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Payload)]
struct Task<'a> {
    url: &'a str,
}

#[derive(Serialize, Deserialize, Payload)]
enum Event<'a> {
    Data(u8, &'a [u8]),
}

fn main() {}
