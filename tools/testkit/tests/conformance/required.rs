//! How Mesos refuses calls in which a required enum is missing or not known, in both encodings.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use testkit::{Request, TestCluster};

testkit::cases![required_enums_are_required, unknown_enums_are_refused];

const SCHEDULER: &str = "/api/v1/scheduler";

/// Where each kind of required enum stands in a call: the API, and the fields that lead to it.
const ENUMS: [(&str, &[&str]); 11] = [
    ("scheduler", &["accept", "operations[]", "launch", "task_infos[]", "resources[]", "type"]),
    ("scheduler", &["accept", "operations[]", "launch", "task_infos[]", "discovery", "visibility"]),
    ("scheduler", &["accept", "operations[]", "launch", "task_infos[]", "container", "type"]),
    ("scheduler", &["accept", "operations[]", "launch", "task_infos[]", "container", "volumes[]", "mode"]),
    ("scheduler", &["accept", "operations[]", "reserve", "resources[]", "disk", "source", "type"]),
    ("scheduler", &["accept", "operations[]", "create_disk", "target_type"]),
    ("operator", &["reserve_resources", "resources[]", "type"]),
    ("operator", &["set_quota", "quota_request", "guarantee[]", "type"]),
    ("executor", &["update", "status", "state"]),
    ("agent", &["launch_container", "resources[]", "type"]),
    ("agent", &["launch_container", "container", "type"]),
];

async fn agent(cluster: &TestCluster) -> Result<String> {
    let pid = cluster.state().await?["slaves"][0]["pid"].clone();
    let pid = pid.as_str().context("no agent")?;
    Ok(pid.rsplit('@').next().unwrap_or(pid).to_owned())
}

/// Returns a call with this value for the enum and nothing else, and how Mesos names the enum.
fn call(path: &[&str], value: &Value) -> (Value, String) {
    let nested = path.iter().rev().fold(value.clone(), |inner, step| match step.strip_suffix("[]") {
        Some(name) => json!({name: [inner]}),
        None => json!({*step: inner}),
    });
    (nested, path.join(".").replace("[]", "[0]"))
}

/// Sends a body to the API of such calls. Returns the text of the response.
async fn refusal(cluster: &TestCluster, kind: &str, agent: &str, body: &Value) -> Result<String> {
    let (address, path) = match kind {
        "scheduler" => (cluster.address(), SCHEDULER),
        "operator" => (cluster.address(), "/api/v1"),
        "executor" => (agent, "/api/v1/executor"),
        _ => (agent, "/api/v1"),
    };
    let response = Request::post(path, body).send(address).await?;
    let (status, text) = (response.status(), response.text().await?);
    ensure!(status == 400, "{body}: {status} {text}");
    Ok(text)
}

async fn required_enums_are_required(cluster: TestCluster) -> Result<()> {
    let agent = agent(&cluster).await?;
    for (kind, path) in ENUMS {
        let (body, name) = call(path, &Value::Null);
        let text = refusal(&cluster, kind, &agent, &body).await?;
        let missing = text.split("Missing required fields: ").nth(1).unwrap_or_default();
        ensure!(missing.split(", ").any(|field| field == name), "{body}: {text}");
        let (body, _) = call(path, &json!("FUNNY"));
        let text = refusal(&cluster, kind, &agent, &body).await?;
        ensure!(text.ends_with("Failed to find enum for 'FUNNY'"), "{body}: {text}");
        let (body, _) = call(path, &json!(0));
        let text = refusal(&cluster, kind, &agent, &body).await?;
        ensure!(text.contains("Not expecting a JSON number for field '"), "{body}: {text}");
    }
    Ok(())
}

async fn unknown_enums_are_refused(cluster: TestCluster) -> Result<()> {
    // REVIVE, with an ACCEPT that reserves `a`, whose type is 99: all fields are read.
    let resource = [0x0a, 1, b'a', 0x10, 99];
    let wrap =
        |tag: u8, inner: &[u8]| [&[tag, u8::try_from(inner.len()).unwrap_or_default()], inner].concat();
    let call = |resource: &[u8]| {
        let reserve = wrap(0x0a, resource);
        let operation = [vec![0x08, 2], wrap(0x1a, &reserve)].concat();
        let framework = wrap(0x0a, &wrap(0x0a, b"nobody"));
        [framework, vec![0x10, 10], wrap(0x22, &wrap(0x12, &operation))].concat()
    };
    let send = async |body: Vec<u8>| {
        let request = Request::post(SCHEDULER, &Value::Null).with_body(body);
        let response =
            request.with("Content-Type", "application/x-protobuf")?.send(cluster.address()).await?;
        anyhow::Ok((response.status(), response.text().await?))
    };
    let (status, text) = send(call(&resource)).await?;
    ensure!(status == 400 && text == "Failed to parse body into Call protobuf", "{status} {text}");
    let (status, text) = send(call(&resource[..3])).await?;
    ensure!(status == 400 && text == "Failed to parse body into Call protobuf", "{status} {text}");
    // With a type that is known, it is the subscription that is missing.
    let (_, text) = send(call(&[0x0a, 1, b'a', 0x10, 0])).await?;
    ensure!(text != "Failed to parse body into Call protobuf", "{text}");
    Ok(())
}
