//! Generics: the bound is on the whole type, so that parameters without serde may be marked.

use std::marker::PhantomData;

use mesos_sdk::Payload;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Payload)]
#[serde(bound = "")]
struct Id<Of, const N: usize> {
    value: u64,
    of: PhantomData<Of>,
}

#[derive(Serialize, Deserialize, Payload)]
struct Pair<A, B: ?Sized>
where
    A: Clone,
{
    first: A,
    second: Box<B>,
}

#[derive(Serialize, Deserialize, Payload)]
struct Borrowed<'a> {
    name: std::borrow::Cow<'a, str>,
}

#[derive(Serialize, Deserialize, Payload)]
struct Unit;

#[derive(Serialize, Deserialize, Payload)]
struct Tuple(u8, String);

#[derive(Serialize, Deserialize, Payload)]
struct Skipped {
    #[serde(skip)]
    name: &'static str,
}

struct NoSerde;

fn main() {
    let id = Id::<NoSerde, 3>::from_bytes(br#"{"value":7,"of":null}"#).unwrap();
    assert_eq!((id.value, id.of), (7, PhantomData));
    let pair = Pair { first: 1_u8, second: Box::new(2_u8) };
    assert_eq!(pair.to_bytes().unwrap(), r#"{"first":1,"second":2}"#);
    assert_eq!(Borrowed::from_bytes(br#"{"name":"a"}"#).unwrap().name, "a");
    assert_eq!(Skipped::from_bytes(b"{}").unwrap().name, "");
    assert_eq!(Unit.to_bytes().unwrap(), "null");
    assert_eq!(Tuple(1, "a".to_owned()).to_bytes().unwrap(), r#"[1,"a"]"#);
}
