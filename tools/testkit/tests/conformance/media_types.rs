//! The headers from which an agent learns what a request and its response consist of.

use anyhow::{Context, Result, ensure};
use serde_json::json;
use testkit::{Request, TestCluster};

testkit::cases![agents_check_headers_of_streams, streams_begin_with_a_valid_call];

const JSON: &str = "application/json";
const RECORDS: &str = "application/recordio";
const HEALTH: &str = r#"{"type":"GET_HEALTH"}"#;
const OUTPUT: &str =
    r#"{"type":"ATTACH_CONTAINER_OUTPUT","attach_container_output":{"container_id":{"value":"x"}}}"#;

async fn ensure_response(
    cluster: &TestCluster,
    (headers, body): (&[(&str, &str)], &str),
    (status, words): (u16, &str),
) -> Result<()> {
    let state = cluster.state().await?;
    let pid = state["slaves"][0]["pid"].as_str().context("no agent")?;
    let agent = pid.rsplit('@').next().unwrap_or(pid);
    let request = Request::post("/api/v1", &json!({})).with_body(body.to_owned());
    let request = headers.iter().try_fold(request, |request, (name, value)| request.with(name, value))?;
    let response = request.send(agent).await?;
    let (found, text) = (response.status(), response.text().await?);
    ensure!(found == status && text.contains(words), "{headers:?} {body}: {found} {text}");
    Ok(())
}

async fn agents_check_headers_of_streams(cluster: TestCluster) -> Result<()> {
    const KIND: (&str, &str) = ("Content-Type", JSON);
    let message_kind = "Expecting 'Message-Content-Type' to be not set for non-streaming requests";
    let message_accept = "Expecting 'Message-Accept' to be not set for non-streaming responses";
    let kinds = "application/json or application/x-protobuf or application/recordio";
    for (headers, body, status, words) in [
        (&[KIND][..], HEALTH, 200, "healthy"),
        (&[("Content-Type", "text/plain")], HEALTH, 415, kinds),
        (&[KIND, ("Message-Content-Type", JSON)], HEALTH, 415, message_kind),
        (&[KIND, ("Message-Accept", JSON)], HEALTH, 406, message_accept),
        (&[KIND, ("Accept", "*/*"), ("Message-Accept", JSON)], HEALTH, 406, message_accept),
        (&[KIND, ("Accept", "text/html")], OUTPUT, 406, kinds),
        (
            &[KIND, ("Accept", RECORDS), ("Message-Accept", "text/html")],
            OUTPUT,
            406,
            "'Message-Accept' to allow",
        ),
        (&[KIND, ("Accept", RECORDS), ("Message-Accept", JSON)], OUTPUT, 404, "Container x cannot be found"),
    ] {
        ensure_response(&cluster, (headers, body), (status, words)).await?;
    }
    Ok(())
}

async fn streams_begin_with_a_valid_call(cluster: TestCluster) -> Result<()> {
    let no_input = "Expecting 'attach_container_input' to be present";
    let input = r#"{"type":"ATTACH_CONTAINER_INPUT"}"#;
    let record = |text: &str| format!("{}\n{text}", text.len());
    for (body, status, words) in [
        (record("{}"), 400, "Failed to validate agent::Call: Expecting 'type' to be present"),
        (record(input), 400, no_input),
        (record(HEALTH), 415, "is not supported for GET_HEALTH call"),
        ("x\n{}".to_owned(), 500, "Decoder failure: "),
        (String::new(), 400, "Received EOF while reading request body"),
    ] {
        let headers = &[("Content-Type", RECORDS), ("Message-Content-Type", JSON)];
        ensure_response(&cluster, (headers, &body), (status, words)).await?;
    }
    let headers = &[("Content-Type", JSON)];
    ensure_response(&cluster, (headers, input), (400, no_input)).await
}
