//! Methods, media types, redirects.

use std::io::Write as _;

use anyhow::{Result, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use http::Method;
use serde_json::{Value, json};
use testkit::{Framework, Request, TestCluster, framework_info};

testkit::cases![
    other_methods_are_refused,
    body_must_be_json_or_protobuf,
    value_is_compared_literally,
    missing_type_is_a_bad_request,
    body_must_match_its_type,
    text_that_is_not_utf_8_is_taken,
    half_a_pair_in_json_is_refused,
    accept_decides_the_encoding_of_events,
    json_wins,
    accept_of_neither_is_refused,
    last_line_of_a_header_counts,
    bodies_of_calls_are_decompressed,
    large_responses_are_compressed_on_request,
    paths_below_an_endpoint_are_the_endpoints,
    operators_need_a_type_that_is_known,
    calls_get_202_and_an_empty_body,
    redirect_leads_to_the_leader_only,
];

const PATH: &str = "/api/v1/scheduler";
const OPERATOR: &str = "/api/v1";

fn subscribe() -> Value {
    json!({"type": "SUBSCRIBE", "subscribe": {"framework_info": framework_info("transport")}})
}

async fn status(cluster: &TestCluster, request: Request) -> Result<u16> {
    Ok(request.send(cluster.address()).await?.status())
}

#[statement::proves(post)]
async fn other_methods_are_refused(cluster: TestCluster) -> Result<()> {
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let response = Request::new(method, PATH).send(cluster.address()).await?;
        ensure!(response.status() == 405);
        ensure!(response.header("Allow") == Some("POST"));
    }
    Ok(())
}

#[statement::proves(ct)]
async fn body_must_be_json_or_protobuf(cluster: TestCluster) -> Result<()> {
    let request = Request::post(PATH, &subscribe()).with("Content-Type", "text/plain")?;
    ensure!(status(&cluster, request).await? == 415);
    Ok(())
}

#[statement::proves(ct)]
async fn value_is_compared_literally(cluster: TestCluster) -> Result<()> {
    let request =
        Request::post(PATH, &subscribe()).with("Content-Type", "application/json; charset=utf-8")?;
    ensure!(status(&cluster, request).await? == 415);
    Ok(())
}

#[statement::proves(ct)]
async fn missing_type_is_a_bad_request(cluster: TestCluster) -> Result<()> {
    ensure!(status(&cluster, Request::post(PATH, &subscribe()).without("Content-Type")).await? == 400);
    Ok(())
}

/// SUBSCRIBE of a framework with this name, as JSON has it.
fn subscribe_as(name: &[u8]) -> Request {
    let begin = br#"{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"u","name":""#;
    Request::post(PATH, &json!({})).with_body([begin, name, br#""}}}"#].concat())
}

async fn text_that_is_not_utf_8_is_taken(cluster: TestCluster) -> Result<()> {
    ensure!(status(&cluster, subscribe_as(b"r\xe9pertoire")).await? == 200);
    // Type SUBSCRIBE, and in it a framework with its user and its name.
    let body = b"\x10\x01\x1a\x0d\x0a\x0b\x0a\x01u\x12\x06r\xe9pert";
    let request = Request::post(PATH, &json!({})).with_body(body.to_vec());
    let protobuf = request.with("Content-Type", "application/x-protobuf")?;
    ensure!(status(&cluster, protobuf).await? == 200);
    Ok(())
}

async fn half_a_pair_in_json_is_refused(cluster: TestCluster) -> Result<()> {
    ensure!(status(&cluster, subscribe_as(br"\ud83d\ude00")).await? == 200);
    for name in [&br"\ud800"[..], br"\udc00", br"\ud800\u0041"] {
        let response = subscribe_as(name).send(cluster.address()).await?;
        ensure!(response.status() == 400, "{}", name.escape_ascii());
        let text = response.text().await?;
        ensure!(text.starts_with("Failed to parse body into JSON: "), "{text}");
    }
    Ok(())
}

#[statement::proves(ct)]
async fn body_must_match_its_type(cluster: TestCluster) -> Result<()> {
    for body in ["", "{", "[]", r#"{"type": 7.5}"#, r#"{"type": "NO_SUCH_CALL"}"#] {
        let request = Request::post(PATH, &json!({})).with_body(body);
        ensure!(status(&cluster, request).await? == 400, "for {body:?}");
    }
    let request = Request::post(PATH, &subscribe()).with("Content-Type", "application/x-protobuf")?;
    ensure!(status(&cluster, request).await? == 400);
    Ok(())
}

#[statement::proves(accept)]
async fn accept_decides_the_encoding_of_events(cluster: TestCluster) -> Result<()> {
    for media_type in ["application/json", "application/x-protobuf"] {
        let request = Request::post(PATH, &subscribe()).with("Accept", media_type)?;
        let response = request.send(cluster.address()).await?;
        ensure!(response.status() == 200);
        ensure!(response.header("Content-Type") == Some(media_type));
    }
    Ok(())
}

#[statement::proves(accept)]
async fn json_wins(cluster: TestCluster) -> Result<()> {
    let request = Request::post(PATH, &subscribe());
    let any = [
        request.clone().without("Accept"),
        request.clone().with("Accept", "*/*")?,
        request.with("Accept", "application/x-protobuf, application/json")?,
    ];
    for request in any {
        let response = request.send(cluster.address()).await?;
        ensure!(response.header("Content-Type") == Some("application/json"));
    }
    Ok(())
}

#[statement::proves(accept)]
async fn accept_of_neither_is_refused(cluster: TestCluster) -> Result<()> {
    ensure!(status(&cluster, Request::post(PATH, &subscribe()).with("Accept", "text/html")?).await? == 406);
    Ok(())
}

#[statement::proves(accept)]
async fn last_line_of_a_header_counts(cluster: TestCluster) -> Result<()> {
    let request = Request::post(OPERATOR, &health()).and("Accept", "application/x-protobuf")?;
    let response = request.send(cluster.address()).await?;
    ensure!(response.header("Content-Type") == Some("application/x-protobuf"));
    let refused = Request::post(OPERATOR, &health()).and("Accept", "text/html")?;
    ensure!(status(&cluster, refused).await? == 406);
    let refused = Request::post(OPERATOR, &health()).and("Content-Type", "text/plain")?;
    ensure!(status(&cluster, refused).await? == 415);
    let taken = Request::post(OPERATOR, &health()).with("Content-Type", "text/plain")?;
    ensure!(status(&cluster, taken.and("Content-Type", "application/json")?).await? == 200);
    Ok(())
}

fn health() -> Value {
    json!({"type": "GET_HEALTH"})
}

#[statement::proves(gzip)]
async fn bodies_of_calls_are_decompressed(cluster: TestCluster) -> Result<()> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(health().to_string().as_bytes())?;
    let packed = |body: Vec<u8>| {
        Request::post(OPERATOR, &health()).with("Content-Encoding", "gzip").map(|it| it.with_body(body))
    };
    let response = packed(encoder.finish()?)?.send(cluster.address()).await?;
    ensure!(response.json().await?["get_health"]["healthy"] == true);
    let response = packed(health().to_string().into())?.send(cluster.address()).await?;
    ensure!(response.status() == 500);
    ensure!(response.text().await? == "failed to decode body");
    Ok(())
}

#[statement::proves(gzip)]
async fn large_responses_are_compressed_on_request(cluster: TestCluster) -> Result<()> {
    let large = Framework::subscribe(&cluster, framework_info(&"x".repeat(1024))).await?;
    for (wanted, encoding) in
        [("gzip", Some("gzip")), ("*", Some("gzip")), ("gzip;q=0", None), ("deflate", None)]
    {
        let request =
            Request::post(OPERATOR, &json!({"type": "GET_FRAMEWORKS"})).with("Accept-Encoding", wanted)?;
        let response = request.send(cluster.address()).await?;
        ensure!(response.header("Content-Encoding") == encoding, "for {wanted}");
        let small = Request::post(OPERATOR, &health()).with("Accept-Encoding", wanted)?;
        ensure!(small.send(cluster.address()).await?.header("Content-Encoding").is_none());
    }
    large.call("TEARDOWN", Value::Null).await
}

async fn paths_below_an_endpoint_are_the_endpoints(cluster: TestCluster) -> Result<()> {
    for path in ["/api/v1/", "/api/v1/x", "/api/v1/executor", "/master/api/v1/x/y"] {
        ensure!(status(&cluster, Request::post(path, &health())).await? == 200, "for {path}");
    }
    ensure!(status(&cluster, Request::post("/api/v1x", &health())).await? == 404);
    let nobody = json!({"type": "REVIVE", "framework_id": {"value": "nobody"}});
    let response = Request::post("/api/v1/scheduler/x", &nobody).send(cluster.address()).await?;
    ensure!(response.text().await? == "Framework cannot be found");
    Ok(())
}

async fn operators_need_a_type_that_is_known(cluster: TestCluster) -> Result<()> {
    for kind in ["REVIVE", "NO_SUCH_CALL"] {
        let response = Request::post(OPERATOR, &json!({"type": kind})).send(cluster.address()).await?;
        ensure!(response.status() == 400, "for {kind}");
        let text = response.text().await?;
        ensure!(
            text == "Failed to validate master::Call: Expecting 'type' to be present",
            "for {kind}: {text}"
        );
    }
    Ok(())
}

#[statement::proves(async)]
async fn calls_get_202_and_an_empty_body(cluster: TestCluster) -> Result<()> {
    let framework = Framework::subscribe(&cluster, framework_info("async")).await?;
    for (kind, contents) in
        [("REVIVE", Value::Null), ("RECONCILE", json!({"tasks": []})), ("REQUEST", json!({}))]
    {
        let response = framework.try_call(kind, contents).await?;
        ensure!(response.status() == 202, "for {kind}");
        ensure!(response.text().await?.is_empty(), "for {kind}");
    }
    Ok(())
}

#[statement::proves(redirloop)]
async fn redirect_leads_to_the_leader_only(cluster: TestCluster) -> Result<()> {
    for path in ["/redirect", "/master/redirect"] {
        let response = Request::get(path).send(cluster.address()).await?;
        ensure!(response.status() == 307);
        ensure!(response.header("Location") == Some(format!("//{}", cluster.address()).as_str()));
        ensure!(status(&cluster, Request::get(&format!("{path}/anything"))).await? == 404);
    }
    Ok(())
}
