//! The JSON pages of the master and of agents, which tools have read since before there was an
//! operator API.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use testkit::{Framework, Request, TestCluster, framework_info};

use crate::cluster::{agent, agent_address, until};
use crate::task::{launch, offer, scalar};

testkit::cases![
    a_task_is_shown_as_mesos_does,
    master_pages_have_the_keys_of_mesos,
    pages_of_an_agent_have_the_keys_of_mesos,
    an_agent_remembers_what_has_ended,
    tasks_are_chosen_by_the_query,
    what_operators_have_set_is_shown,
    pages_are_wrapped_for_jsonp,
    sandboxes_are_browsed_by_virtual_paths,
    only_pages_are_found,
    queries_of_pages_are_checked,
];

/// Identifies the build, which differs between the backends.
const BUILD: [&str; 3] = ["git_sha", "git_tag", "git_branch"];
const TASK_KEYS: &str = "executor_id framework_id id name resources role slave_id state statuses";
const FRAMEWORK_KEYS: &str = "active capabilities checkpoint completed_tasks connected executors failover_timeout \
    hostname id labels name offer_constraints offered_resources offers recovered registered_time resources role \
    tasks unreachable_tasks unregistered_time used_resources user webui_url";
const AGENT_KEYS: &str = "active attributes capabilities deactivated hostname id offered_resources pid port \
    registered_time reserved_resources resources unreserved_resources used_resources version";

pub(crate) async fn get(address: &str, path: &str) -> Result<Value> {
    let response = Request::get(path).send(address).await?;
    ensure!(response.status() == 200, "{path}: {}", response.status());
    ensure!(response.header("Content-Type") == Some("application/json"), "{path}");
    response.json().await
}

fn ensure_keys(what: &str, object: &Value, keys: &str) -> Result<()> {
    let found: BTreeSet<_> = object.as_object().context("no object")?.keys().map(String::as_str).collect();
    let found: BTreeSet<_> = found.into_iter().filter(|key| !BUILD.contains(key)).collect();
    let wanted: BTreeSet<_> = keys.split_whitespace().collect();
    ensure!(found == wanted, "{what}: {:?}", found.symmetric_difference(&wanted).collect::<Vec<_>>());
    Ok(())
}

pub(crate) fn command(id: &str, agent: &Value, command: &str) -> Value {
    json!({
        "name": format!("{id}.name"), "task_id": {"value": id}, "agent_id": agent, "command": {"value": command},
        "resources": [scalar("cpus", 0.1), scalar("mem", 32.0)],
    })
}

/// A framework with a task that others discover, and one that has ended. Both have printed `hello`.
pub(crate) async fn with_tasks(cluster: &TestCluster) -> Result<Framework> {
    let mut info = framework_info("pages");
    info["labels"] = json!({"labels": [{"key": "team", "value": "x"}]});
    let mut framework = Framework::subscribe(cluster, info).await?;
    let offer = offer(&mut framework).await?;
    let mut found = command("found", &offer["agent_id"], "echo hello; exec sleep 1000");
    found["resources"].as_array_mut().context("no list")?.push(json!({
        "name": "ports", "type": "RANGES", "ranges": {"range": [{"begin": 31005, "end": 31006}]},
    }));
    found["labels"] = json!({"labels": [{"key": "k", "value": "v"}]});
    found["discovery"] = json!({
        "visibility": "EXTERNAL", "name": "disco",
        "ports": {"ports": [{"number": 31005, "name": "http", "protocol": "tcp"}]},
    });
    let ended = command("ended", &offer["agent_id"], "echo hello");
    launch(&framework, &[offer["id"].clone()], &[found, ended]).await?;
    let mut waiting = BTreeSet::from([("found", "TASK_RUNNING"), ("ended", "TASK_FINISHED")]);
    while !waiting.is_empty() {
        let status = framework.events.event("UPDATE").await?["status"].clone();
        let parts = ["agent_id", "task_id", "uuid"].map(|part| (part.to_owned(), status[part].clone()));
        framework.call("ACKNOWLEDGE", Value::Object(parts.into_iter().collect())).await?;
        waiting.retain(|(task, state)| status["task_id"]["value"] != *task || status["state"] != *state);
    }
    cluster.until(|state| state["frameworks"][0]["completed_tasks"][0]["id"] == "ended").await?;
    let agent = agent(cluster).await?;
    until(|| agent.get_executors(), |executors| !executors.completed_executors.is_empty()).await?;
    Ok(framework)
}

async fn a_task_is_shown_as_mesos_does(cluster: TestCluster) -> Result<()> {
    let framework = with_tasks(&cluster).await?;
    let agent_address = agent_address(&cluster).await?;
    let of_master = get(cluster.address(), "/state").await?["frameworks"][0]["tasks"][0].clone();
    let of_agent = get(&agent_address, "/state").await?["frameworks"][0]["executors"][0]["tasks"][0].clone();
    for mut task in [of_master, of_agent] {
        let statuses =
            task.as_object_mut().and_then(|task| task.remove("statuses")).context("no statuses")?;
        let agent_id = task["slave_id"].take();
        ensure!(agent_id.as_str().is_some_and(|id| id.contains("-S0")), "{agent_id}");
        let wanted = json!({
            "id": "found", "name": "found.name", "framework_id": framework.id(), "executor_id": "", "slave_id": null,
            "state": "TASK_RUNNING", "role": "*", "labels": [{"key": "k", "value": "v"}],
            "resources": {"cpus": 0.1, "mem": 32.0, "disk": 0.0, "gpus": 0.0, "ports": "[31005-31006]"},
            "discovery": {
                "visibility": "EXTERNAL", "name": "disco",
                "ports": {"ports": [{"number": 31005, "name": "http", "protocol": "tcp"}]},
            },
        });
        ensure!(task == wanted, "{task:#}");
        let states: Vec<_> = statuses.as_array().context("no list")?.iter().map(|it| &it["state"]).collect();
        ensure!(states == ["TASK_STARTING", "TASK_RUNNING"], "{states:?}");
        ensure_keys("status", &statuses[0], "state timestamp container_status")?;
        let networks = json!([{"ip_addresses": [{"protocol": "IPv4", "ip_address": "127.0.0.1"}]}]);
        ensure!(statuses[0]["container_status"]["network_infos"] == networks, "{statuses}");
        ensure_keys("container status", &statuses[0]["container_status"], "container_id network_infos")?;
    }
    Ok(())
}

async fn master_pages_have_the_keys_of_mesos(cluster: TestCluster) -> Result<()> {
    let _framework = with_tasks(&cluster).await?;
    let page = async |path: &str| get(cluster.address(), path).await;
    let state = page("/master/state").await?;
    let keys = "activated_slaves build_date build_time build_user capabilities completed_frameworks \
        deactivated_slaves elected_time flags frameworks hostname id leader leader_info orphan_tasks pid \
        recovered_slaves slaves start_time unreachable_slaves unregistered_frameworks version";
    ensure_keys("state", &state, keys)?;
    ensure_keys("leader", &state["leader_info"], "hostname id pid port")?;
    ensure_keys("agent", &state["slaves"][0], AGENT_KEYS)?;
    ensure_keys("framework", &state["frameworks"][0], FRAMEWORK_KEYS)?;
    ensure_keys("task", &state["frameworks"][0]["completed_tasks"][0], TASK_KEYS)?;
    let agents = page("/slaves").await?;
    ensure_keys("slaves", &agents, "recovered_slaves slaves")?;
    let full = "offered_resources_full reserved_resources_full unreserved_resources_full used_resources_full";
    ensure_keys("full agent", &agents["slaves"][0], &format!("{AGENT_KEYS} {full}"))?;
    let frameworks = page("/frameworks").await?;
    ensure_keys("frameworks", &frameworks, "completed_frameworks frameworks unregistered_frameworks")?;
    ensure!(frameworks["frameworks"][0]["tasks"] == state["frameworks"][0]["tasks"]);
    let roles = page("/roles").await?;
    let keys = "allocated frameworks name offered quota reserved resources weight";
    ensure_keys("role", &roles["roles"][0], keys)?;
    ensure!(roles["roles"][0]["allocated"] == json!({"cpus": 0.1, "mem": 32.0, "ports": 2.0}), "{roles}");
    ensure_keys("quota", &roles["roles"][0]["quota"], "consumed guarantee limit role")?;
    let summary = page("/state-summary").await?;
    ensure_keys("summary", &summary, "frameworks hostname slaves")?;
    let states = "TASK_STAGING TASK_STARTING TASK_RUNNING TASK_KILLING TASK_FINISHED TASK_KILLED TASK_FAILED \
        TASK_LOST TASK_ERROR TASK_UNREACHABLE";
    ensure_keys("agent's", &summary["slaves"][0], &format!("{AGENT_KEYS} framework_ids {states}"))?;
    ensure!(summary["frameworks"][0]["TASK_RUNNING"] == 1 && summary["slaves"][0]["TASK_FINISHED"] == 1);
    ensure!(summary["frameworks"][0]["slave_ids"] == json!([state["slaves"][0]["id"]]), "{summary}");
    ensure_keys("version", &page("/version").await?, "build_date build_time build_user version")?;
    let metrics = page("/metrics/snapshot").await?;
    let expected =
        [("tasks_running", 1.0), ("tasks_failed", 0.0), ("slaves_active", 1.0), ("cpus_used", 0.1)];
    for (name, value) in expected {
        ensure!(metrics[format!("master/{name}")] == value, "{name}: {}", metrics[format!("master/{name}")]);
    }
    Ok(())
}

async fn pages_of_an_agent_have_the_keys_of_mesos(cluster: TestCluster) -> Result<()> {
    let _framework = with_tasks(&cluster).await?;
    let address = agent_address(&cluster).await?;
    let state = get(&address, "/slave(1)/state").await?;
    let keys = "attributes build_date build_time build_user capabilities completed_frameworks flags frameworks \
        hostname id master_hostname pid reserved_resources reserved_resources_allocated reserved_resources_full \
        resource_providers resources start_time unreserved_resources unreserved_resources_allocated \
        unreserved_resources_full version";
    ensure_keys("state", &state, keys)?;
    let framework = &state["frameworks"][0];
    let keys = "checkpoint completed_executors executors failover_timeout hostname id name role user";
    ensure_keys("framework", framework, keys)?;
    let executor = &framework["executors"][0];
    let keys = "completed_tasks container directory id labels name queued_tasks resources role source tasks";
    ensure_keys("executor", executor, keys)?;
    ensure!(executor["id"] == "found" && executor["source"] == "found", "{executor}");
    ensure!(executor["resources"]["cpus"] == 0.2 && executor["resources"]["mem"] == 64.0, "{executor}");
    let containers = get(&address, "/containers").await?;
    let keys = "container_id executor_id executor_name framework_id source statistics status";
    ensure_keys("container", &containers[0], keys)?;
    ensure!(containers[0]["status"]["executor_pid"].is_u64(), "{containers}");
    let measured = "cpus_soft_limit cpus_system_time_secs cpus_user_time_secs mem_limit_bytes mem_rss_bytes \
        mem_soft_limit_bytes timestamp";
    ensure_keys("statistics", &containers[0]["statistics"], measured)?;
    let statistics = get(&address, "/monitor/statistics").await?;
    ensure_keys("monitor", &statistics[0], "executor_id executor_name framework_id source statistics")?;
    let metrics = get(&address, "/metrics/snapshot").await?;
    for (name, value) in
        [("tasks_running", 1.0), ("tasks_finished", 1.0), ("cpus_total", 8.0), ("cpus_used", 0.2)]
    {
        ensure!(metrics[format!("slave/{name}")] == value, "{name}: {}", metrics[format!("slave/{name}")]);
    }
    Ok(())
}

async fn an_agent_remembers_what_has_ended(cluster: TestCluster) -> Result<()> {
    let framework = with_tasks(&cluster).await?;
    let (address, operator) = (agent_address(&cluster).await?, agent(&cluster).await?);
    let executors = operator.get_executors().await?;
    ensure!(executors.completed_executors[0].executor_info.executor_id.value == "ended", "{executors:?}");
    let tasks = operator.get_tasks().await?.completed_tasks;
    ensure!(
        tasks.len() == 1 && tasks[0].task_id.value == "ended" && tasks[0].statuses.len() == 3,
        "{tasks:?}"
    );
    let executor = get(&address, "/state").await?["frameworks"][0]["completed_executors"][0].clone();
    ensure!(executor["id"] == "ended" && executor["tasks"] == json!([]), "{executor}");
    ensure!(executor["completed_tasks"][0]["state"] == "TASK_FINISHED", "{executor}");
    cluster.tear_down(framework.id()).await?;
    let frameworks =
        until(|| operator.get_frameworks(), |frameworks| !frameworks.completed_frameworks.is_empty()).await?;
    ensure!(frameworks.frameworks.is_empty(), "{frameworks:?}");
    let completed = get(&address, "/state").await?["completed_frameworks"][0].clone();
    ensure!(completed["id"] == framework.id(), "{completed}");
    ensure!(completed["completed_executors"].as_array().is_some_and(|all| all.len() == 2), "{completed}");
    Ok(())
}

async fn tasks_are_chosen_by_the_query(cluster: TestCluster) -> Result<()> {
    let framework = with_tasks(&cluster).await?;
    let id = framework.id();
    for (query, wanted) in [
        ("task_id=found".to_owned(), vec!["found"]),
        ("limit=0".to_owned(), vec![]),
        ("offset=2".to_owned(), vec![]),
        ("framework_id=nobody".to_owned(), vec![]),
        (format!("framework_id={id}&task_id=ended"), vec!["ended"]),
    ] {
        let tasks = get(cluster.address(), &format!("/tasks?{query}")).await?["tasks"].clone();
        let ids: Vec<_> = tasks.as_array().context("no list")?.iter().map(|task| &task["id"]).collect();
        ensure!(ids == wanted, "{query}: {ids:?}");
    }
    let (up, down) =
        (get(cluster.address(), "/tasks?order=asc").await?, get(cluster.address(), "/tasks").await?);
    ensure!(up["tasks"][0] == down["tasks"][1] && up["tasks"][1] == down["tasks"][0], "{up} {down}");
    let none = get(cluster.address(), "/slaves?slave_id=nobody").await?;
    ensure!(none == json!({"slaves": [], "recovered_slaves": []}), "{none}");
    ensure!(get(cluster.address(), "/frameworks?framework_id=nobody").await?["frameworks"] == json!([]));
    Ok(())
}

async fn what_operators_have_set_is_shown(cluster: TestCluster) -> Result<()> {
    let start = json!({"nanoseconds": 1_900_000_000_000_000_000_u64});
    let window =
        json!({"machine_ids": [{"hostname": "other.example.org"}], "unavailability": {"start": start}});
    for call in [
        json!({"type": "UPDATE_WEIGHTS", "update_weights": {"weight_infos": [{"role": "eng", "weight": 2.5}]}}),
        json!({"type": "UPDATE_QUOTA", "update_quota": {"force": true, "quota_configs": [{
            "role": "ops", "guarantees": {"cpus": {"value": 1.0}}, "limits": {"mem": {"value": 1024.0}},
        }]}}),
        json!({"type": "UPDATE_MAINTENANCE_SCHEDULE",
            "update_maintenance_schedule": {"schedule": {"windows": [window]}}}),
    ] {
        let response = Request::post("/api/v1", &call).send(cluster.address()).await?;
        ensure!(response.status() == 200, "{call}: {}", response.status());
    }
    let page = async |path: &str| get(cluster.address(), path).await;
    ensure!(page("/weights").await? == json!([{"role": "eng", "weight": 2.5}]));
    let quota = page("/quota").await?;
    ensure!(quota["configs"][0]["limits"] == json!({"mem": {"value": 1024.0}}), "{quota}");
    ensure!(page("/maintenance/schedule").await? == json!({"windows": [window]}));
    let draining = json!({"draining_machines": [{"id": {"hostname": "other.example.org"}}]});
    ensure!(page("/maintenance/status").await? == draining);
    let roles = page("/roles").await?;
    let names: Vec<_> =
        roles["roles"].as_array().context("no list")?.iter().map(|role| &role["name"]).collect();
    ensure!(names == ["eng", "ops"] && roles["roles"][0]["weight"] == 2.5, "{roles}");
    ensure!(roles["roles"][1]["quota"]["guarantee"] == json!({"cpus": 1.0}), "{roles}");
    Ok(())
}

async fn pages_are_wrapped_for_jsonp(cluster: TestCluster) -> Result<()> {
    let agent = agent_address(&cluster).await?;
    for (address, path) in [(cluster.address(), "/tasks"), (&agent, "/containers"), (&agent, "/files/debug")]
    {
        let plain = get(address, path).await?;
        let response = Request::get(&format!("{path}?jsonp=a.b")).send(address).await?;
        ensure!(response.header("Content-Type") == Some("text/javascript"), "{path}");
        let text = response.text().await?;
        ensure!(text == format!("a.b({plain})"), "{text}");
    }
    Ok(())
}

async fn sandboxes_are_browsed_by_virtual_paths(cluster: TestCluster) -> Result<()> {
    let framework = with_tasks(&cluster).await?;
    let (address, operator) = (agent_address(&cluster).await?, agent(&cluster).await?);
    for executor in ["found", "ended"] {
        let sandbox = format!("/frameworks/{}/executors/{executor}/runs/latest", framework.id());
        let files = get(&address, &format!("/files/browse?path={sandbox}")).await?;
        let stdout = files.as_array().context("no list")?.iter();
        let stdout = stdout.clone().find(|file| file["path"] == format!("{sandbox}/stdout"));
        let stdout = stdout.with_context(|| files.to_string())?;
        ensure_keys("file", stdout, "gid mode mtime nlink path size uid")?;
        ensure!(stdout["mode"] == "-rw-r--r--" && stdout["uid"].as_str() != Some("0"), "{stdout}");
        let read = get(&address, &format!("/files/read?path={sandbox}/stdout&offset=0&length=-1")).await?;
        ensure!(
            read["offset"] == 0 && read["data"].as_str().is_some_and(|it| it.contains("hello")),
            "{read}"
        );
        let length = get(&address, &format!("/files/read?path={sandbox}/stdout&offset=-1")).await?;
        ensure!(length == json!({"offset": stdout["size"], "data": ""}), "{length}");
        let raw = Request::get(&format!("/files/download?path={sandbox}/stdout")).send(&address).await?;
        ensure!(raw.header("Content-Disposition") == Some("attachment; filename=stdout"));
        ensure!(read["data"] == raw.text().await?);
        ensure!(operator.list_files(sandbox.as_str()).await?.file_infos.len() >= 2);
        let debug = get(&address, "/files/debug").await?;
        ensure!(debug[&sandbox].as_str().is_some_and(|path| path.contains("/runs/")), "{debug}");
    }
    for (path, status, text) in [
        ("/files/browse", 400, "Expecting 'path=value' in query.\n".to_owned()),
        ("/files/browse?path=/etc", 404, String::new()),
        ("/files/read?path=/nowhere", 404, String::new()),
        ("/files/read?path=/x&offset=-2", 400, "Negative offset provided: -2.\n".to_owned()),
        ("/files/download?path=/nowhere", 404, "404 Not Found.".to_owned()),
    ] {
        let response = Request::get(path).send(&address).await?;
        ensure!(response.status() == status, "{path}: {}", response.status());
        let page = response.text().await?;
        ensure!(page == text, "{path}: {page}");
    }
    let folder = format!("/files/read?path=/frameworks/{}/executors/found/runs/latest", framework.id());
    let response = Request::get(&folder).send(&address).await?;
    ensure!(response.status() == 400 && response.text().await? == "Cannot read a directory.\n");
    Ok(())
}

async fn only_pages_are_found(cluster: TestCluster) -> Result<()> {
    let agent = agent_address(&cluster).await?;
    let master = cluster.address();
    for (address, path, status) in [
        (master, "/state/", 200),
        (master, "/state/below", 200),
        (master, "/master/health", 200),
        (master, "/system/stats.json", 200),
        (master, "/state.json", 404),
        (master, "/master/version", 404),
        (master, "/master", 404),
        (master, "/containers", 404),
        (master, "/files/browse?path=/master/log", 404),
        (&agent, "/slave%281%29/flags", 200),
        (&agent, "//slave(1)//state", 404),
        (&agent, "//state/", 200),
        (&agent, "/slave(1)//state", 200),
        (&agent, "/%73lave(1)/health", 200),
        (&agent, "//monitor/statistics", 200),
        (&agent, "/monitor//statistics", 404),
        (&agent, "/slave(1)//api/v1", 405),
        (&agent, "//api/v1/executor", 405),
        (&agent, "/slave/state", 404),
        (&agent, "/tasks", 404),
    ] {
        let response = Request::get(path).send(address).await?;
        ensure!(response.status() == status, "{path}: {}", response.status());
    }
    let response = Request::post("/maintenance/status", &json!({})).send(master).await?;
    ensure!(response.status() == 405 && response.header("Allow") == Some("GET"), "{}", response.status());
    let text = response.text().await?;
    ensure!(text == "405 Method Not Allowed. Expecting one of { 'GET' }, but received 'POST'.", "{text}");
    ensure!(Request::post("/state", &json!({})).send(master).await?.status() == 200);
    Ok(())
}

async fn queries_of_pages_are_checked(cluster: TestCluster) -> Result<()> {
    let agent = agent_address(&cluster).await?;
    for (path, status, text) in [
        ("/metrics/snapshot?timeout=x", 400, "Invalid timeout 'x': Failed to convert '' to number.\n"),
        ("/metrics/snapshot?timeout=", 400, "Invalid timeout '': Invalid duration ''.\n"),
        ("/metrics/snapshot?timeout=5", 400, "Invalid timeout '5': Invalid duration '5'.\n"),
        (
            "/metrics/snapshot?timeout=5x",
            400,
            "Invalid timeout '5x': Unknown duration unit 'x'; supported units are 'ns', 'us', 'ms', 'secs', 'mins', 'hrs', 'days', and 'weeks'.\n",
        ),
        (
            "/metrics/snapshot?timeout=-1secs",
            400,
            "Invalid timeout '-1secs': Failed to convert '' to number.\n",
        ),
        ("/logging/toggle", 200, "0\n"),
        ("/logging/toggle?level=1", 400, "Expecting 'duration=value' in query.\n"),
        ("/logging/toggle?duration=1secs", 400, "Expecting 'level=value' in query.\n"),
        ("/logging/toggle?level=1&duration=x", 400, "Failed to convert '' to number.\n"),
        ("/logging/toggle?level=x&duration=1secs", 400, "Failed to convert 'x' to number.\n"),
        ("/logging/toggle?level=-1&duration=1secs", 400, "Invalid level '-1'.\n"),
        (
            "/profiler/start",
            400,
            "Perftools is disabled. To enable perftools, configure libprocess with --enable-perftools.\n",
        ),
    ] {
        for address in [cluster.address(), &agent] {
            let response = Request::get(path).send(address).await?;
            ensure!(response.status() == status, "{path}: {}", response.status());
            let found = response.text().await?;
            ensure!(found == text, "{path}: {found:?}");
        }
    }
    Ok(())
}
