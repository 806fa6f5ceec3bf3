//! Who schedulers and executors are, and what is answered to those who do not say so.

use anyhow::{Result, ensure};
use http::Method;
use serde_json::{Value, json};
use testkit::{Request, Response, TestCluster, framework_info};

use crate::running::{TASK, UUIDS, nothing_unacknowledged, started};

testkit::cases![
    without_credentials_every_request_is_401,
    principal_is_that_of_the_credentials,
    event_stream_is_never_compressed
    // A single real master shares its process and its authentication with its agent.
    ; embedded only: token_is_required_first
    ; several masters: token_is_required_first,
];

const PATH: &str = "/api/v1/scheduler";
/// `bob` with `s3cret`, and with another secret.
const RIGHT: &str = "Basic Ym9iOnMzY3JldA==";
const WRONG: &str = "Basic Ym9iOnNlc2FtZQ==";

async fn authenticating(cluster: TestCluster) -> Result<TestCluster> {
    let kind = cluster.backend();
    drop(cluster);
    TestCluster::authenticating_schedulers(kind, "bob", "s3cret").await
}

fn subscribe(info: &Value) -> Request {
    Request::post(PATH, &json!({"type": "SUBSCRIBE", "subscribe": {"framework_info": info}}))
}

async fn ensure_401(response: Response, challenge: &str) -> Result<()> {
    let header = response.header("WWW-Authenticate").unwrap_or_default().to_owned();
    ensure!(response.status() == 401 && header.starts_with(challenge), "{} {header}", response.status());
    let text = response.text().await?;
    ensure!(text == "401 Unauthorized.", "{text}");
    Ok(())
}

#[statement::proves(principal)]
async fn without_credentials_every_request_is_401(cluster: TestCluster) -> Result<()> {
    let cluster = authenticating(cluster).await?;
    let realm = "Basic realm=\"mesos-master-scheduler\"";
    for request in [
        subscribe(&framework_info("principal")),
        subscribe(&framework_info("principal")).with("Authorization", WRONG)?,
        subscribe(&framework_info("principal")).with("Authorization", &RIGHT.replace("Basic", "Bearer"))?,
        Request::new(Method::POST, PATH).with_body("malformed"),
        Request::get(PATH),
    ] {
        ensure_401(request.send(cluster.address()).await?, realm).await?;
    }
    Ok(())
}

#[statement::proves(principal)]
async fn principal_is_that_of_the_credentials(cluster: TestCluster) -> Result<()> {
    let cluster = authenticating(cluster).await?;
    let mut info = framework_info("principal");
    for named in [None, Some("bob")] {
        if let Some(named) = named {
            info["principal"] = json!(named);
        }
        let response = subscribe(&info).with("Authorization", RIGHT)?.send(cluster.address()).await?;
        ensure!(response.status() == 200, "{}", response.status());
        let mut events = response.records();
        let id = events.event("SUBSCRIBED").await?["framework_id"]["value"].clone();
        let state = cluster.framework(id.as_str().unwrap_or_default()).await?;
        ensure!(state["principal"] == "bob", "{state}");
    }
    info["principal"] = json!("alice");
    let response = subscribe(&info).with("Authorization", RIGHT)?.send(cluster.address()).await?;
    ensure!(response.status() == 400);
    let text = response.text().await?;
    let expected = "Failed to validate scheduler::Call: Authenticated principal 'bob' does not match principal 'alice' set in \
                    `FrameworkInfo`";
    ensure!(text == expected, "{text}");
    Ok(())
}

#[statement::proves(gzip)]
async fn event_stream_is_never_compressed(cluster: TestCluster) -> Result<()> {
    let request = subscribe(&framework_info("gzip")).with("Accept-Encoding", "gzip")?;
    let response = request.send(cluster.address()).await?;
    ensure!(response.status() == 200 && response.header("Content-Encoding").is_none());
    response.records().event("SUBSCRIBED").await?;
    Ok(())
}

/// A real agent closes the connection of a request that it refuses, now and then before the
/// response is out.
async fn send(agent: &str, request: impl Fn() -> Result<Request>) -> Result<Response> {
    for _ in 0..3 {
        if let Ok(response) = request()?.send(agent).await {
            return Ok(response);
        }
    }
    request()?.send(agent).await
}

#[statement::proves(token)]
async fn token_is_required_first(cluster: TestCluster) -> Result<()> {
    let kind = cluster.backend();
    drop(cluster);
    let cluster = TestCluster::authenticating_executors(kind).await?;
    let started = started(&cluster, framework_info("token")).await?;
    let agent = started.executor.variable("MESOS_AGENT_ENDPOINT").unwrap_or_default();
    let call = started.executor.request("SUBSCRIBE", nothing_unacknowledged());
    let post = |call: &Value| Request::post("/api/v1/executor", call);
    let realm = "Bearer realm=\"mesos-agent-executor\"";
    ensure_401(send(agent, || Ok(post(&call))).await?, realm).await?;
    ensure_401(send(agent, || Ok(post(&json!("malformed")))).await?, realm).await?;
    for (sent, why) in [("Bearer forged", "Invalid JWT: "), (RIGHT, "Scheme 'Basic' unsupported")] {
        let challenge = format!("{realm}, error=\"invalid_token\", error_description=\"{why}");
        let response = send(agent, || post(&call).with("Authorization", sent)).await?;
        ensure_401(response, &challenge).await?;
    }
    // With the token everything is as it is without authentication.
    let message = started.executor.try_call("MESSAGE", json!({"data": "aGVsbG8="})).await?;
    ensure!(message.status() == 403 && message.text().await? == "Executor is not subscribed");
    let mut events = started.executor.subscribe(nothing_unacknowledged()).await?;
    events.event("SUBSCRIBED").await?;
    started.executor.update(TASK, "TASK_RUNNING", UUIDS[0]).await
}
