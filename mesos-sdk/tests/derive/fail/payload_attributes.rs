use mesos_sdk::Payload;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Payload)]
#[payload(prefx = "userprofile :")]
struct UnknownKey;

#[derive(Serialize, Deserialize, Payload)]
#[payload(pretty, prefix = "a")]
#[payload(prefix = "b")]
struct Twice;

const LARGE: usize = 65_536;

#[derive(Serialize, Deserialize, Payload)]
#[payload(max_bytes = LARGE, prefix = concat!("a", "b"), pretty = true)]
struct NotLiteral;

#[derive(Serialize, Deserialize, Payload)]
#[payload(max_bytes = "65536", prefix = 7, crate = 8)]
struct OtherLiteral;

#[derive(Serialize, Deserialize, Payload)]
#[payload(max_bytes, prefix, crate)]
struct NoValue;

#[derive(Serialize, Deserialize, Payload)]
#[payload(max_bytes = 5, prefix = "12345")]
struct NoRoom;

#[derive(Serialize, Deserialize, Payload)]
#[payload(max_bytes = 99999999999999999999999, prefix = "", crate = "not a path")]
struct NoSense;

#[derive(Serialize, Deserialize, Payload)]
#[payload]
struct NoList;

#[derive(Serialize, Deserialize, Payload)]
#[payload()]
struct EmptyList;

#[derive(Serialize, Deserialize, Payload)]
#[payload(prefix("userprofile :"))]
struct Call;

#[derive(Serialize, Deserialize, Payload)]
struct OnField {
    #[payload(pretty)]
    field: u8,
}

#[derive(Serialize, Deserialize, Payload)]
enum OnVariant {
    #[payload(pretty)]
    Variant(#[payload(pretty)] u8),
}

fn main() {}
