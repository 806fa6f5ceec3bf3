//! The tests within `mesos-run`, whose program cargo would not build if it built it for them.

#[path = "../mesos-run/output.rs"]
#[expect(dead_code, reason = "the program itself is run by the gallery")]
mod output;
