//! What a process reports about its program: that it is Mesos 1.11.0, built by this project.

use mesos_sdk::proto::v1::VersionInfo;
use serde_json::Value;

use super::message;

/// Returns the version of Mesos whose protocol and pages are implemented here, for the response to
/// `GET_VERSION`. The build time is that of the Mesos release, and the git fields are unset, as in
/// a build from a source archive.
pub(crate) fn version_info() -> VersionInfo {
    VersionInfo {
        version: "1.11.0".to_owned(),
        build_date: Some("2020-11-24 00:00:00".to_owned()),
        build_time: Some(1_606_176_000.0),
        build_user: Some(env!("CARGO_PKG_NAME").to_owned()),
        ..VersionInfo::default()
    }
}

/// Returns the page `/version`.
pub(crate) fn version() -> Value {
    message(&version_info())
}

/// Adds the fields of `/version`, which `/state` contains, too.
pub(crate) fn add_build(object: &mut Value) {
    if let (Value::Object(object), Value::Object(version)) = (object, version()) {
        object.extend(version);
    }
}
