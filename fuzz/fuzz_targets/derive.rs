#![no_main]

#[path = "../../mesos-sdk-derive/src/attr.rs"]
mod attr;
#[path = "../../mesos-sdk-derive/src/expand.rs"]
mod expand;
#[path = "../../mesos-sdk-derive/src/fuzzing.rs"]
mod fuzzing;
#[path = "../../mesos-sdk-derive/src/model/mod.rs"]
mod model;

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzzing::derive(data));
