#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| mesos_sdk::fuzzing::split(data));
