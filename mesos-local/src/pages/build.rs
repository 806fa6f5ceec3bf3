//! What a process reports about its program: that it is Mesos 1.11.0, built by this project.

use serde_json::{Value, json};

/// The version of Mesos whose protocol and pages are implemented here.
const VERSION: &str = "1.11.0";

/// Returns the page `/version`.
pub(crate) fn version() -> Value {
    let mut version = json!({});
    add_build(&mut version);
    version
}

/// Adds the fields that `/state` shows, too. The time is that of the Mesos release; there is no
/// commit to name.
pub(crate) fn add_build(object: &mut Value) {
    object["version"] = json!(VERSION);
    object["build_date"] = json!("2020-11-24 00:00:00");
    object["build_time"] = json!(1_606_176_000.0);
    object["build_user"] = json!(env!("CARGO_PKG_NAME"));
}
