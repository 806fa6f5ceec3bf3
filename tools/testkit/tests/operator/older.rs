//! Changes by the requests that are older than the operator API.

use anyhow::{Context, Result, bail, ensure};
use http::Method;
use serde_json::{Value, json};
use testkit::{Framework, Request, TestCluster, framework_info};

use crate::cluster::{agent_id, master};

testkit::cases![
    a_framework_is_torn_down_by_a_form,
    machines_are_taken_down_and_up,
    weights_and_quotas_are_set,
    what_a_quota_may_not_be,
    resources_are_changed_by_a_form,
    response_names_what_is_wrong,
    each_has_its_methods;
    // It ends a real master.
    embedded only: uncountable_forced_quota_is_refused,
];

/// The status and the text of a response.
async fn send(
    cluster: &TestCluster,
    method: Method,
    path: &str,
    body: impl Into<String>,
) -> Result<(u16, String)> {
    let request = Request::new(method, path).with_body(body.into());
    let response = request.send(cluster.address()).await?;
    Ok((response.status(), response.text().await?))
}

async fn post(cluster: &TestCluster, path: &str, body: impl Into<String>) -> Result<(u16, String)> {
    send(cluster, Method::POST, path, body).await
}

async fn done(
    cluster: &TestCluster,
    method: Method,
    path: &str,
    body: impl Into<String>,
    status: u16,
) -> Result<()> {
    let response = send(cluster, method, path, body).await?;
    ensure!(response == (status, String::new()), "{path}: {response:?}");
    Ok(())
}

async fn get(cluster: &TestCluster, path: &str) -> Result<Value> {
    Request::get(path).send(cluster.address()).await?.json().await
}

/// A form with these fields.
fn form<'a>(fields: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    let fields = fields.into_iter().map(|(name, value)| format!("{name}={}", encoded(&value)));
    fields.collect::<Vec<_>>().join("&")
}

fn scalar(name: &str, amount: f64) -> Value {
    json!({"name": name, "type": "SCALAR", "scalar": {"value": amount}})
}

fn quota(role: &str, cpus: f64, force: bool) -> Value {
    json!({"role": role, "guarantee": [scalar("cpus", cpus)], "force": force})
}

async fn a_framework_is_torn_down_by_a_form(cluster: TestCluster) -> Result<()> {
    for path in ["/teardown", "/master/teardown"] {
        let mut framework = Framework::subscribe(&cluster, framework_info("older")).await?;
        done(&cluster, Method::POST, path, format!("frameworkId={}", framework.id()), 200).await?;
        framework.events.end().await?;
        cluster.completed(framework.id()).await?;
    }
    let unknown = post(&cluster, "/teardown", "frameworkId=none").await?;
    ensure!(unknown == (400, "No framework found with specified ID".into()), "{unknown:?}");
    Ok(())
}

async fn machines_are_taken_down_and_up(cluster: TestCluster) -> Result<()> {
    let machine = json!({"hostname": "m1", "ip": "10.0.0.1"});
    let window = json!({"machine_ids": [machine], "unavailability": {"start": {"nanoseconds": 1}}});
    let schedule = json!({"windows": [window]});
    let unknown = post(&cluster, "/machine/down", json!([machine]).to_string()).await?;
    ensure!(unknown.0 == 400 && unknown.1.ends_with("is not part of a maintenance schedule"), "{unknown:?}");
    done(&cluster, Method::POST, "/maintenance/schedule", schedule.to_string(), 200).await?;
    ensure!(get(&cluster, "/maintenance/schedule").await? == schedule);
    done(&cluster, Method::POST, "/machine/down", json!([machine]).to_string(), 200).await?;
    ensure!(get(&cluster, "/maintenance/status").await? == json!({"down_machines": [machine]}));
    let held = post(&cluster, "/maintenance/schedule", "{}").await?;
    ensure!(held.0 == 400 && held.1.ends_with("cannot be removed from the schedule"), "{held:?}");
    done(&cluster, Method::POST, "/master/machine/up", json!([machine]).to_string(), 200).await?;
    ensure!(get(&cluster, "/maintenance/schedule").await? == json!({}));
    Ok(())
}

async fn weights_and_quotas_are_set(cluster: TestCluster) -> Result<()> {
    let weights = json!([{"role": " web\t", "weight": 2.5}]);
    done(&cluster, Method::PUT, "/weights", weights.to_string(), 200).await?;
    ensure!(get(&cluster, "/weights").await? == json!([{"role": "web", "weight": 2.5}]));
    done(&cluster, Method::POST, "/quota", quota("web", 0.5, false).to_string(), 200).await?;
    let found = get(&cluster, "/quota").await?;
    ensure!(found["infos"] == json!([{"role": "web", "guarantee": [scalar("cpus", 0.5)]}]), "{found}");
    for path in ["/quota", "/master/quota/", "/quota/none", "/quota/web/x"] {
        let (status, text) = send(&cluster, Method::DELETE, path, "").await?;
        let path = format!("/master{}", path.trim_start_matches("/master"));
        ensure!(status == 400 && text.contains(&format!("for path '{path}': ")), "{text}");
    }
    done(&cluster, Method::DELETE, "/quota/web", "", 200).await?;
    ensure!(get(&cluster, "/quota").await? == json!({}));
    Ok(())
}

async fn what_a_quota_may_not_be(cluster: TestCluster) -> Result<()> {
    let mut of_a_role = quota("web", 1.0, false);
    of_a_role["guarantee"][0]["role"] = json!("x");
    for (request, status, expected) in [
        (of_a_role, 400, "QuotaInfo must not contain any ReservationInfo"),
        (
            quota("a/b", 1.0, true),
            400,
            "Invalid quota configuration. Parent role 'a' with guarantees ({}) does not contain the sum of its \
             children's guarantees (cpus:1)",
        ),
        (quota("web", 1e4, false), 409, "Quota guarantees overcommit the cluster"),
        (quota("web", -1.0, true), 400, "Invalid scalar resource: value <= 0"),
    ] {
        let (found, text) = post(&cluster, "/quota", request.to_string()).await?;
        ensure!(found == status && text.contains(expected), "{request}: {found} {text}");
    }
    // Nothing is guaranteed, and nothing may be used.
    done(&cluster, Method::POST, "/quota", quota("none", 0.0, false).to_string(), 200).await?;
    let found = get(&cluster, "/quota").await?;
    ensure!(found["infos"] == json!([{"role": "none"}]), "{found}");
    ensure!(found["configs"] == json!([{"role": "none", "limits": {"cpus": {"value": 0.0}}}]), "{found}");
    Ok(())
}

async fn resources_are_changed_by_a_form(cluster: TestCluster) -> Result<()> {
    let agent = agent_id(&master(&cluster)?).await?.value;
    let mut disk = scalar("disk", 64.0);
    disk["reservations"] = json!([{"type": "DYNAMIC", "role": "r"}]);
    let mut volume = disk.clone();
    volume["disk"] = json!({"persistence": {"id": "v1"}, "volume": {"container_path": "p", "mode": "RW"}});
    let on_agent = |name: &'static str, what: &Value| {
        form([("slaveId", agent.clone()), (name, json!([what]).to_string())])
    };
    let missing = post(&cluster, "/create-volumes", on_agent("volumes", &volume)).await?;
    ensure!(missing.0 == 409 && missing.1.contains("does not contain disk"), "{missing:?}");
    done(&cluster, Method::POST, "/reserve", on_agent("resources", &disk), 202).await?;
    done(&cluster, Method::POST, "/create-volumes", on_agent("volumes", &volume), 202).await?;
    let shown = get(&cluster, "/slaves").await?;
    let shown = &shown["slaves"][0]["reserved_resources_full"]["r"][0]["disk"]["persistence"]["id"];
    ensure!(shown == "v1", "{shown}");
    done(&cluster, Method::POST, "/master/destroy-volumes", on_agent("volumes", &volume), 202).await?;
    done(&cluster, Method::POST, "/unreserve", on_agent("resources", &disk), 202).await?;
    let again = post(&cluster, "/unreserve", on_agent("resources", &disk)).await?;
    ensure!(again.0 == 409, "{again:?}");
    Ok(())
}

/// Requests and what is wrong with each.
const WRONG: &str = r#"
    POST /teardown framework=x => Missing 'frameworkId' query parameter in the request body
    POST /teardown frameworkId=%zz => Unable to decode query string: Malformed % escape in '%zz': '%zz'
    POST /machine/down  => syntax error at line 1 near:
    POST /machine/down {} => Unexpected JSON type parsed
    POST /machine/up [1] => Expecting a JSON object
    POST /machine/up [] => List of machines is empty
    POST /machine/up [{"ip":"x"}] => Failed to parse IPv4: x
    POST /maintenance/schedule [] => Unexpected JSON type parsed
    POST /maintenance/schedule {"windows":{}} => Missing required fields: windows[0].unavailability
    PUT /weights x => Failed to parse update weights request JSON 'x': syntax error at line 1 near: x
    PUT /weights [{}] => Failed to convert weights JSON array to protobuf '[{}]': Missing required fields: weight
    POST /quota 7 => Failed to parse set quota request JSON '7': Unexpected JSON type parsed
    POST /quota {"force":1} => Failed to validate set quota request JSON '{"force":1}': Not expecting a JSON number for field 'force'
    POST /reserve resources=[] => Missing 'slaveId' query parameter in the request body
    POST /reserve slaveId=x => Missing 'resources' query parameter in the request body
    POST /reserve slaveId=x&resources=[] => No agent found with specified ID
    POST /reserve slaveId=x&resources={} => Error parsing 'resources' query parameter in the request body: Unexpected JSON type parsed
    POST /unreserve slaveId=x&resources=[{}] => Error in parsing 'resources' query parameter in the request body: Missing required fields: name, type
"#;

async fn response_names_what_is_wrong(cluster: TestCluster) -> Result<()> {
    for line in WRONG.trim().lines() {
        let (request, expected) = line.split_once(" => ").context("no response")?;
        let [method, path, body] = request.trim_start().splitn(3, ' ').collect::<Vec<_>>()[..] else {
            bail!("no request: {request}");
        };
        let (status, text) = send(&cluster, method.parse()?, path, body).await?;
        ensure!(status == 400 && text.trim_end() == expected, "{request}: {status} {text}");
    }
    let agent = agent_id(&master(&cluster)?).await?.value;
    let negative = form([("slaveId", agent), ("resources", json!([scalar("cpus", -1.0)]).to_string())]);
    let (status, text) = post(&cluster, "/reserve", negative).await?;
    ensure!(
        status == 400 && text == "Resource 'cpus:-1' is invalid: Invalid scalar resource: value <= 0",
        "{text}"
    );
    Ok(())
}

async fn each_has_its_methods(cluster: TestCluster) -> Result<()> {
    for (path, allowed) in [
        ("/teardown", "POST"),
        ("/machine/down", "POST"),
        ("/machine/up", "POST"),
        ("/reserve", "POST"),
        ("/unreserve", "POST"),
        ("/create-volumes", "POST"),
        ("/destroy-volumes", "POST"),
        ("/weights", "GET, PUT"),
        ("/quota", "GET, POST, DELETE"),
        ("/maintenance/schedule", "GET, POST"),
    ] {
        let response = Request::new(Method::PATCH, path).send(cluster.address()).await?;
        let found = (response.status(), response.header("Allow").context("no Allow")?);
        ensure!(found == (405, allowed), "{path}: {found:?}");
    }
    Ok(())
}

async fn uncountable_forced_quota_is_refused(cluster: TestCluster) -> Result<()> {
    let refused = post(&cluster, "/quota", quota("web", 1e13, true).to_string()).await?;
    ensure!(refused.0 == 400 && refused.1.contains("values greater than 1 trillion"), "{refused:?}");
    ensure!(get(&cluster, "/quota").await? == json!({}));
    Ok(())
}
