//! Tasks, executors and groups that a master refuses: a good one and what makes it bad.

use serde_json::{Value, json};

use crate::task::scalar;

/// Changes that make a good task, or executor, a bad one.
pub(crate) type Changes = Vec<(&'static str, Value)>;

pub(crate) fn command_task(id: &str, offer: &Value) -> Value {
    json!({
        "name": id, "task_id": {"value": id}, "agent_id": offer["agent_id"],
        "resources": [scalar("cpus", 0.1), scalar("mem", 32.0)], "command": {"value": "true"},
    })
}

pub(crate) fn executor() -> Value {
    json!({
        "type": "CUSTOM", "executor_id": {"value": "e"}, "command": {"value": "true"},
        "resources": [scalar("cpus", 0.1), scalar("mem", 32.0)],
    })
}

pub(crate) fn changed(mut value: Value, changes: Value) -> Value {
    let Value::Object(changes) = changes else { return value };
    for (field, new) in changes {
        value[&field] = new;
    }
    value
}

/// Each by a name, which becomes the task's id.
pub(crate) fn bad_tasks() -> Changes {
    let variable =
        |variable: Value| json!({"command": {"value": "true", "environment": {"variables": [variable]}}});
    let volume = |source: Value| {
        let volume = json!({"mode": "RW", "container_path": "v", "source": source});
        json!({"container": {"type": "MESOS", "volumes": [volume]}})
    };
    let secret = |secret: Value| variable(json!({"name": "V", "type": "SECRET", "secret": secret}));
    let disk = |disk: Value| json!({"resources": [changed(scalar("disk", 1.0), json!({"disk": disk})), scalar("cpus", 0.1)]});
    let volume_of = |persistence: &str| json!({"persistence": {"id": persistence}, "volume": {"mode": "RW", "container_path": "v"}});
    vec![
        ("no-resources", json!({"resources": []})),
        ("grace", json!({"kill_policy": {"grace_period": {"nanoseconds": -1}}})),
        ("completion", json!({"max_completion_time": {"nanoseconds": -1}})),
        ("gpus", json!({"resources": [scalar("gpus", 0.5)]})),
        ("command-and-executor", json!({"executor": executor()})),
        ("neither", json!({"command": null})),
        ("limit-name", json!({"limits": {"disk": {"value": 1.0}}})),
        ("limit-low", json!({"limits": {"cpus": {"value": 0.05}}})),
        ("limit-mem", json!({"limits": {"mem": {"value": 16.0}}})),
        ("limit-alone", json!({"limits": {"mem": {"value": 16.0}}, "resources": [scalar("cpus", 0.1)]})),
        ("variable-value", variable(json!({"name": "V"}))),
        ("variable-secret", variable(json!({"name": "V", "type": "SECRET"}))),
        ("secret-value", secret(json!({"type": "VALUE"}))),
        ("secret-null", secret(json!({"type": "VALUE", "value": {"data": "AA=="}}))),
        ("secret-name", secret(json!({"type": "REFERENCE"}))),
        (
            "volume-none",
            json!({"container": {"type": "MESOS", "volumes": [{"mode": "RW", "container_path": "v"}]}}),
        ),
        ("volume-path", volume(json!({"type": "HOST_PATH"}))),
        ("volume-sandbox", volume(json!({"type": "SANDBOX_PATH"}))),
        ("volume-docker", volume(json!({"type": "DOCKER_VOLUME"}))),
        ("volume-csi", volume(json!({"type": "CSI_VOLUME"}))),
        ("volume-csi-how", volume(json!({"type": "CSI_VOLUME", "csi_volume": {"plugin_name": "p"}}))),
        ("docker-none", json!({"container": {"type": "DOCKER"}})),
        (
            "docker-name",
            json!({"container": {"type": "DOCKER", "docker": {
            "image": "i", "parameters": [{"key": "name", "value": "n"}]}}}),
        ),
        ("cgroups", json!({"container": {"type": "MESOS", "linux_info": {"share_cgroups": false}}})),
        ("disk-empty", disk(json!({}))),
        ("disk-volume", disk(json!({"volume": {"mode": "RW", "container_path": "v"}}))),
        ("disk-unreserved", disk(volume_of("p"))),
        (
            "revocable",
            json!({"resources": [
            changed(scalar("cpus", 0.1), json!({"revocable": {}})), scalar("cpus", 0.1)]}),
        ),
        (
            "two-roles",
            json!({"resources": [
            changed(scalar("cpus", 0.1), json!({"allocation_info": {"role": "x"}})), scalar("mem", 32.0)]}),
        ),
    ]
}

pub(crate) fn bad_checks() -> Changes {
    let health = |check: Value| json!({"health_check": check});
    vec![
        ("check-type", json!({"check": {}})),
        ("check-http", json!({"check": {"type": "HTTP", "http": {"port": 1, "path": "x"}}})),
        ("check-delay", json!({"check": {"type": "TCP", "tcp": {"port": 1}, "delay_seconds": -1.0}})),
        ("check-command", json!({"check": {"type": "COMMAND", "command": {"command": {"shell": false}}}})),
        ("health-type", health(json!({}))),
        ("health-command", health(json!({"type": "COMMAND"}))),
        ("health-shell", health(json!({"type": "COMMAND", "command": {"shell": true}}))),
        ("health-scheme", health(json!({"type": "HTTP", "http": {"scheme": "ftp", "port": 1}}))),
        ("health-path", health(json!({"type": "HTTP", "http": {"path": "x", "port": 1}}))),
        ("health-tcp", health(json!({"type": "TCP"}))),
        ("health-grace", health(json!({"type": "TCP", "tcp": {"port": 1}, "grace_period_seconds": -0.5}))),
    ]
}

pub(crate) fn bad_executors() -> Changes {
    vec![
        ("executor-default", json!({"type": "DEFAULT"})),
        ("executor-default-kind", json!({"type": "DEFAULT", "command": null})),
        (
            "executor-default-docker",
            json!({"type": "DEFAULT", "command": null, "container": {"type": "DOCKER"}}),
        ),
        (
            "executor-default-image",
            json!({"type": "DEFAULT", "command": null, "container": {
            "type": "MESOS", "mesos": {"image": {"type": "DOCKER", "docker": {"name": "i"}}}}}),
        ),
        ("executor-command", json!({"command": null})),
        ("executor-id", json!({"executor_id": {"value": "a/b"}})),
        ("executor-grace", json!({"shutdown_grace_period": {"nanoseconds": -1}})),
        (
            "executor-environment",
            json!({"command": {
            "value": "true", "environment": {"variables": [{"name": "V"}]}}}),
        ),
        (
            "executor-volume",
            json!({"container": {"type": "MESOS", "volumes": [
            {"mode": "RW", "container_path": "v"}]}}),
        ),
        ("executor-gpus", json!({"resources": [scalar("gpus", 0.1)]})),
        ("executor-cgroups", json!({"container": {"type": "MESOS", "linux_info": {"share_cgroups": true}}})),
    ]
}

pub(crate) fn bad_ids() -> Vec<String> {
    let ids = ["", ".", "..", "a/b", "a\\b", "a\tb", "a\u{7f}"];
    ids.into_iter().map(str::to_owned).chain(["x".repeat(256)]).collect()
}

pub(crate) fn bad_groups() -> Vec<(&'static str, Value, Value)> {
    let small = |resources: Value| json!({"resources": resources});
    vec![
        ("group-id-of-framework", json!({"framework_id": null}), json!({})),
        ("group-type", json!({"type": null}), json!({})),
        ("group-cpus", small(json!([scalar("mem", 32.0), scalar("disk", 1.0)])), json!({})),
        (
            "group-mem",
            small(json!([scalar("cpus", 0.1), scalar("mem", 16.0), scalar("disk", 1.0)])),
            json!({}),
        ),
        ("group-no-mem", small(json!([scalar("cpus", 0.1), scalar("disk", 1.0)])), json!({})),
        ("group-disk", small(json!([scalar("cpus", 0.1), scalar("mem", 32.0)])), json!({})),
        ("group-docker", json!({}), json!({"container": {"type": "DOCKER", "docker": {"image": "i"}}})),
        ("group-limits", json!({}), json!({"limits": {"cpus": {"value": 1.0}}})),
        (
            "group-check",
            json!({}),
            json!({
            "container": {"type": "MESOS", "network_infos": [{}]},
            "health_check": {"type": "TCP", "tcp": {"port": 1}}}),
        ),
        ("group-empty", json!({}), json!({"resources": []})),
        ("group-custom", json!({"type": "CUSTOM"}), json!({})),
        (
            "group-cgroups",
            json!({"container": {"type": "MESOS", "linux_info": {"share_cgroups": true}}}),
            json!({}),
        ),
    ]
}

pub(crate) fn malformed_resources() -> Changes {
    let reserved = |reservations: Value| changed(scalar("cpus", 0.1), json!({"reservations": reservations}));
    // Not one of type TEXT: a real master ends itself on it.
    vec![
        ("negative", scalar("cpus", -1.0)),
        ("nameless", scalar("", 1.0)),
        ("not-ranges", changed(scalar("cpus", 1.0), json!({"type": "RANGES"}))),
        (
            "inverted",
            json!({"name": "ports", "type": "RANGES", "ranges": {"range": [{"begin": 2, "end": 1}]}}),
        ),
        (
            "overlapping",
            json!({"name": "ports", "type": "RANGES", "ranges": {
            "range": [{"begin": 1, "end": 5}, {"begin": 3, "end": 4}]}}),
        ),
        ("twice", json!({"name": "s", "type": "SET", "set": {"item": ["a", "a"]}})),
        ("next-to-nothing", scalar("cpus", 0.0001)),
        ("disk-shared", changed(scalar("disk", 1.0), json!({"shared": {}}))),
        ("reserved-to-all", reserved(json!([{"type": "DYNAMIC", "role": "*"}]))),
        (
            "no-refinement",
            reserved(json!([{"type": "DYNAMIC", "role": "a"}, {"type": "DYNAMIC", "role": "b"}])),
        ),
        (
            "static-refinement",
            reserved(json!([{"type": "STATIC", "role": "a"}, {"type": "STATIC", "role": "a/b"}])),
        ),
        ("no-role", reserved(json!([{"type": "DYNAMIC"}]))),
        ("no-type", reserved(json!([{"role": "a"}]))),
        ("bad-role", reserved(json!([{"type": "DYNAMIC", "role": "a b"}]))),
        ("disk-of-cpus", changed(scalar("cpus", 1.0), json!({"disk": {}}))),
        ("shared", changed(scalar("cpus", 1.0), json!({"shared": {}}))),
        (
            "raw-path",
            changed(scalar("disk", 1.0), json!({"disk": {"source": {"type": "RAW", "path": {"root": "r"}}}})),
        ),
    ]
}
