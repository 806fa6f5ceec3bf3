//! What a Mesos takes as JSON and what it refuses, in its words, and which required fields it
//! misses.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use testkit::{Framework, Request, Response, TestCluster, framework_info};

use crate::task::{launch, offer, task};

testkit::cases![
    lenient_forms_can_subscribe,
    refusals_have_the_wording_of_mesos,
    numbers_are_cut_to_their_fields,
    missing_fields_are_named,
    protobuf_needs_required_fields,
    unknown_type_counts_as_unset,
    infinite_limits_are_launched_and_shown,
    infinite_weights_are_text_on_pages,
    empty_lists_are_written,
    declared_defaults_are_written
];

const SCHEDULER: &str = "/api/v1/scheduler";
const JSON: &str = "application/json";
const PROTOBUF: &str = "application/x-protobuf";

async fn sent(address: &str, path: &str, body: &[u8]) -> Result<Response> {
    Request::post(path, &Value::Null).with_body(body.to_vec()).send(address).await
}

/// A SUBSCRIBE whose `framework_info` has these fields more.
fn subscribe(fields: &str) -> String {
    let info = format!(r#"{{"user":"root","name":"q"{fields}}}"#);
    format!(r#"{{"type":"SUBSCRIBE","subscribe":{{"framework_info":{info}}}}}"#)
}

async fn first_event(cluster: &TestCluster, fields: &str) -> Result<Value> {
    let response = sent(cluster.address(), SCHEDULER, subscribe(fields).as_bytes()).await?;
    if response.status() != 200 {
        anyhow::bail!("{fields}: {} {}", response.status(), response.text().await?);
    }
    response.records().next().await?.context("no event")
}

async fn lenient_forms_can_subscribe(cluster: TestCluster) -> Result<()> {
    let deep = format!(r#","zzz":{}{}"#, "[".repeat(197), "]".repeat(197));
    for fields in [
        r#","failover_timeout":"60""#,
        r#","failover_timeout":" 6e1""#,
        r#","failover_timeout":01"#,
        r#","failover_timeout":1."#,
        r#","checkpoint":" true ""#,
        r#","checkpoint":null,"labels":null,"capabilities":null,"id":null"#,
        r#","roles":"dev","capabilities":{"type":"MULTI_ROLE"}"#,
        r#","roles":["dev",null,["test"]],"capabilities":[{"type":"MULTI_ROLE"}]"#,
        r#","capabilities":[{"type":"FUNNY"},{},null]"#,
        r#","labels":{"labels":{"key":"a","value":"b"}}"#,
        r#","zzz":{"a":[1,2]}"#,
        r#","name":"a","name":"b""#,
        r#","offer_filters":[]"#,
        r#","offer_filters":{"*":null}"#,
        &deep,
    ] {
        let event = first_event(&cluster, fields).await?;
        ensure!(event["type"] == "SUBSCRIBED", "{fields}: {event}");
    }
    for (timeout, shown) in
        [(r#""Infinity""#, "inf"), ("1e300", "1e+300"), ("9223372036.9", "9.22337e+09"), ("-1e10", "-1e+10")]
    {
        let event = first_event(&cluster, &format!(r#","failover_timeout":{timeout}"#)).await?;
        let message = format!("The framework failover_timeout ({shown}) is invalid");
        ensure!(event["error"]["message"] == message, "{event}");
    }
    Ok(())
}

/// Bodies, and what follows "Failed to " in the response.
fn refused() -> Vec<(String, &'static str)> {
    let plain = [
        ("", "parse body into JSON: syntax error at line 1 near: "),
        ("{\"type\":\n\"SUBSCRIBE\"\n,\n}", "parse body into JSON: syntax error at line 4 near: }"),
        (r#"{"type":tru}"#, "parse body into JSON: syntax error at line 1 near: }"),
        (r#"{"a":1e999}"#, "parse body into JSON: Value out of range"),
        ("{} x", "parse body into JSON: Parsed JSON included non-whitespace trailing characters:  x"),
        ("[]", "convert JSON into Call protobuf: Expecting a JSON object"),
        (r#"{"type":2}"#, "convert JSON into Call protobuf: Not expecting a JSON number for field 'type'"),
        (r#"{"kill":[]}"#, "convert JSON into Call protobuf: Not expecting a JSON array for field 'kill'"),
        (
            r#"{"acknowledge":{"uuid":"Y-_="}}"#,
            "convert JSON into Call protobuf: Failed to base64 decode bytes field 'uuid': Invalid character '-'",
        ),
        (
            r#"{"accept":{"operations":{"launch":{"task_infos":{"discovery":{"visibility":"X"}}}}}}"#,
            "convert JSON into Call protobuf: Failed to find enum for 'X'",
        ),
        (
            r#"{"accept":{"operations":{"launch":{"task_infos":{"limits":{"cpus":null}}}}}}"#,
            "convert JSON into Call protobuf: Missing required fields: \
             accept.operations[0].launch.task_infos[0].name, accept.operations[0].launch.task_infos[0].task_id, \
             accept.operations[0].launch.task_infos[0].agent_id",
        ),
    ];
    let of_fields = [
        (
            r#","checkpoint":1"#,
            "convert JSON into Call protobuf: Not expecting a JSON number for field 'checkpoint'",
        ),
        (r#","id":"x""#, "convert JSON into Call protobuf: Not expecting a JSON string for field 'id'"),
        (r#","labels":[]"#, "convert JSON into Call protobuf: Not expecting a JSON array for field 'labels'"),
        (
            r#","principal":{}"#,
            "convert JSON into Call protobuf: Not expecting a JSON object for field 'principal'",
        ),
        (r#","roles":[1]"#, "convert JSON into Call protobuf: Not expecting a JSON number for field 'roles'"),
        (
            r#","failover_timeout":"60 ""#,
            "convert JSON into Call protobuf: Failed to parse '60 ' as a JSON number for field 'failover_timeout': \
             Parsed JSON included non-whitespace trailing characters: ",
        ),
        (
            r#","failover_timeout":"NaN""#,
            "convert JSON into Call protobuf: Failed to parse 'NaN' as a JSON number for field 'failover_timeout': \
             syntax error at line 1 near: NaN",
        ),
        (
            r#","checkpoint":"1""#,
            "convert JSON into Call protobuf: Failed to parse '1' as a JSON boolean for field 'checkpoint': \
             Unexpected JSON type parsed",
        ),
    ];
    let subscriptions = of_fields.map(|(fields, words)| (subscribe(fields), words));
    plain.map(|(body, words)| (body.to_owned(), words)).into_iter().chain(subscriptions).collect()
}

async fn refusals_have_the_wording_of_mesos(cluster: TestCluster) -> Result<()> {
    for (body, words) in refused() {
        ensure_refused(cluster.address(), SCHEDULER, &body, words).await?;
    }
    Ok(())
}

async fn ensure_refused(address: &str, path: &str, body: &str, words: &str) -> Result<()> {
    ensure_answer(address, path, body.as_bytes(), JSON, &format!("Failed to {words}")).await
}

/// That these bytes are answered with 400 and these words.
async fn ensure_answer(address: &str, path: &str, body: &[u8], kind: &str, words: &str) -> Result<()> {
    let request = Request::post(path, &Value::Null).with_body(body.to_vec()).with("Content-Type", kind)?;
    let response = request.send(address).await?;
    let (status, text) = (response.status(), response.text().await?);
    let sent = String::from_utf8_lossy(body);
    ensure!(status == 400 && text == words, "{path} {sent:?}\n{status} {text}\n400 {words}");
    Ok(())
}

async fn numbers_are_cut_to_their_fields(cluster: TestCluster) -> Result<()> {
    for level in ["1.0", "1.5", "\"1\"", "4294967297"] {
        let body = format!(
            r#"{{"type":"SET_LOGGING_LEVEL","set_logging_level":{{"level":{level},"duration":{{"nanoseconds":"1e9"}}}}}}"#
        );
        let response = sent(cluster.address(), "/api/v1", body.as_bytes()).await?;
        ensure!(response.status() == 200, "{level}: {}", response.text().await?);
        let asked =
            sent(cluster.address(), "/api/v1", br#"{"type":"GET_LOGGING_LEVEL"}"#).await?.json().await?;
        ensure!(asked["get_logging_level"]["level"] == 1, "{level}: {asked}");
    }
    Ok(())
}

/// The `host:port` of the agent.
async fn agent(cluster: &TestCluster) -> Result<String> {
    let pid = cluster.state().await?["slaves"][0]["pid"].clone();
    let pid = pid.as_str().context("no agent")?;
    Ok(pid.rsplit('@').next().unwrap_or(pid).to_owned())
}

async fn missing_fields_are_named(cluster: TestCluster) -> Result<()> {
    let agent = agent(&cluster).await?;
    let (master, agent) = (cluster.address(), agent.as_str());
    for (address, path, body, missing) in [
        (master, SCHEDULER, r#"{"type":"KILL","kill":{}}"#, "kill.task_id"),
        (
            master,
            SCHEDULER,
            r#"{"type":"ACKNOWLEDGE","framework_id":{},"acknowledge":{}}"#,
            "framework_id.value, acknowledge.agent_id, acknowledge.task_id, acknowledge.uuid",
        ),
        (
            master,
            SCHEDULER,
            r#"{"type":"MESSAGE","message":{}}"#,
            "message.agent_id, message.executor_id, message.data",
        ),
        (master, "/api/v1", r#"{"type":"READ_FILE","read_file":{}}"#, "read_file.path, read_file.offset"),
        (
            master,
            "/api/v1",
            r#"{"type":"UPDATE_WEIGHTS","update_weights":{"weight_infos":[{"weight":1},{}]}}"#,
            "update_weights.weight_infos[1].weight",
        ),
        (
            master,
            "/api/v1",
            r#"{"type":"RESERVE_RESOURCES","reserve_resources":{"resources":{"name":"a"}}}"#,
            "reserve_resources.agent_id, reserve_resources.resources[0].type",
        ),
        (
            agent,
            "/api/v1",
            r#"{"type":"SET_LOGGING_LEVEL","set_logging_level":{}}"#,
            "set_logging_level.level, set_logging_level.duration",
        ),
        (agent, "/api/v1", r#"{"type":"WAIT_CONTAINER","wait_container":{}}"#, "wait_container.container_id"),
        (
            agent,
            "/api/v1/executor",
            r#"{"type":"UPDATE","update":{}}"#,
            "executor_id, framework_id, update.status",
        ),
    ] {
        let missing = format!("Missing required fields: {missing}");
        let words = match is_agents_own(address, path, &cluster) {
            true => missing,
            false => format!("Failed to convert JSON into Call protobuf: {missing}"),
        };
        ensure_answer(address, path, body.as_bytes(), JSON, &words).await?;
    }
    Ok(())
}

/// The operator API of an agent has other words than the rest.
fn is_agents_own(address: &str, path: &str, cluster: &TestCluster) -> bool {
    path == "/api/v1" && address != cluster.address()
}

async fn protobuf_needs_required_fields(cluster: TestCluster) -> Result<()> {
    let agent = agent(&cluster).await?;
    for (address, path, body) in [
        // A FrameworkID without its value.
        (cluster.address(), SCHEDULER, &[0x10, 2, 0x0a, 0][..]),
        // A KILL without a task.
        (cluster.address(), SCHEDULER, &[0x10, 6, 0x32, 0]),
        // READ_FILE with a path alone.
        (cluster.address(), "/api/v1", &[0x08, 9, 0x2a, 3, 0x0a, 1, b'/']),
        // SET_LOGGING_LEVEL with nothing.
        (&agent, "/api/v1", &[0x08, 6, 0x1a, 0]),
        (&agent, "/api/v1/executor", &[0x18, 1]),
    ] {
        let what = if is_agents_own(address, path, &cluster) { "a protobuf object" } else { "Call protobuf" };
        let words = format!("Failed to parse body into {what}");
        ensure_answer(address, path, body, PROTOBUF, &words).await?;
    }
    Ok(())
}

async fn unknown_type_counts_as_unset(cluster: TestCluster) -> Result<()> {
    let agent = agent(&cluster).await?;
    let absent = |call| format!("validate {call}: Expecting 'type' to be present");
    for (address, path, tag, call) in [
        (cluster.address(), SCHEDULER, 0x10, "scheduler::Call"),
        (cluster.address(), "/api/v1", 0x08, "master::Call"),
        (&agent, "/api/v1", 0x08, "agent::Call"),
    ] {
        for body in [r#"{"type":"FUNNY"}"#, r#"{"type":null}"#, "{}"] {
            ensure_refused(address, path, body, &absent(call)).await?;
        }
        let words = format!("Failed to {}", absent(call));
        ensure_answer(address, path, &[tag, 99], PROTOBUF, &words).await?;
    }
    Ok(())
}

async fn infinite_limits_are_launched_and_shown(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("infinite")).await?;
    let offer = offer(&mut framework).await?;
    let mut task = task("t", &offer["agent_id"]);
    task["limits"] = json!({"cpus": {"value": "Infinity"}});
    launch(&framework, &[offer["id"].clone()], &[task]).await?;
    let update = framework.events.event("UPDATE").await?;
    ensure!(update["status"]["reason"] != "REASON_TASK_INVALID", "{update}");
    let tasks = sent(cluster.address(), "/api/v1", br#"{"type":"GET_TASKS"}"#).await?.json().await?;
    let tasks = &tasks["get_tasks"];
    let all = [&tasks["tasks"], &tasks["completed_tasks"]].into_iter().filter_map(Value::as_array).flatten();
    let limits: Vec<_> = all.map(|task| task["limits"]["cpus"]["value"].clone()).collect();
    ensure!(limits == ["Infinity"], "{tasks}");
    let page = Request::get("/tasks").send(cluster.address()).await?.json().await?;
    ensure!(page["tasks"][0]["limits"]["cpus"] == "Infinity", "{page}");
    Ok(())
}

async fn infinite_weights_are_text_on_pages(cluster: TestCluster) -> Result<()> {
    let update =
        br#"{"type":"UPDATE_WEIGHTS","update_weights":{"weight_infos":{"role":"a","weight":"Infinity"}}}"#;
    ensure!(sent(cluster.address(), "/api/v1", update).await?.status() == 200);
    let weights = Request::get("/weights").send(cluster.address()).await?.json().await?;
    ensure!(weights == json!([{"role": "a", "weight": "Infinity"}]), "{weights}");
    let roles = Request::get("/roles").send(cluster.address()).await?.json().await?;
    let role = roles["roles"].as_array().and_then(|roles| roles.iter().find(|role| role["name"] == "a"));
    ensure!(role.context("no role")?["weight"] == "Infinity", "{roles}");
    Ok(())
}

async fn empty_lists_are_written(cluster: TestCluster) -> Result<()> {
    let agent = agent(&cluster).await?;
    for (address, call, contents) in [
        (cluster.address(), "GET_TASKS", r#"{"tasks":[],"unreachable_tasks":[],"completed_tasks":[]}"#),
        (cluster.address(), "GET_EXECUTORS", r#"{"executors":[]}"#),
        (cluster.address(), "GET_FRAMEWORKS", r#"{"frameworks":[],"completed_frameworks":[]}"#),
        (cluster.address(), "GET_OPERATIONS", "{}"),
        (
            &agent,
            "GET_TASKS",
            r#"{"pending_tasks":[],"queued_tasks":[],"launched_tasks":[],"terminated_tasks":[],"completed_tasks":[]}"#,
        ),
        (&agent, "GET_EXECUTORS", r#"{"executors":[],"completed_executors":[]}"#),
        (&agent, "GET_FRAMEWORKS", r#"{"frameworks":[],"completed_frameworks":[]}"#),
    ] {
        let text =
            sent(address, "/api/v1", format!(r#"{{"type":"{call}"}}"#).as_bytes()).await?.text().await?;
        let expected = format!(r#"{{"type":"{call}","{}":{contents}}}"#, call.to_lowercase());
        ensure!(text == expected, "{text}\n{expected}");
    }
    Ok(())
}

async fn declared_defaults_are_written(cluster: TestCluster) -> Result<()> {
    let framework = Framework::subscribe(&cluster, json!({"user": "root", "name": "q"})).await?;
    let text = sent(cluster.address(), "/api/v1", br#"{"type":"GET_FRAMEWORKS"}"#).await?.text().await?;
    let id = framework.id();
    let info = format!(
        r#""framework_info":{{"user":"root","name":"q","id":{{"value":"{id}"}},"failover_timeout":0.0,"checkpoint":false}}"#
    );
    ensure!(text.contains(&info), "{text}");
    Ok(())
}
