//! Clients that send what they should not, or nothing.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use testkit::{Framework, Request, TestCluster, framework_info};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

testkit::cases![
    non_http_is_hung_up_on,
    a_head_has_80_kib_at_most,
    chunk_without_a_length_is_a_body_error,
    pipelined_requests_are_ordered,
    leaving_client_gets_no_response,
    json_of_any_depth_is_a_bad_request,
    unfinished_clients_block_nobody
];

/// How long a master may take to answer or to hang up.
const PATIENCE: Duration = Duration::from_secs(30);

const HEALTH: &str = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";
const POST: &str = "POST /api/v1/scheduler HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";

/// All that comes back until the master hangs up.
async fn all_that_comes(cluster: &TestCluster, sent: &[u8], leave: bool) -> Result<String> {
    let mut connection = TcpStream::connect(cluster.address()).await?;
    // The master may hang up before the end of it.
    let written = connection.write_all(sent).await;
    if leave {
        written?;
        connection.shutdown().await?;
    }
    let mut response = Vec::new();
    let end = timeout(PATIENCE, connection.read_to_end(&mut response)).await;
    // To hang up on what is not yet read resets the connection.
    let _ = end.context("the connection stays open")?;
    Ok(String::from_utf8_lossy(&response).into_owned())
}

/// What comes first, at least so many bytes.
async fn first(cluster: &TestCluster, sent: &str, least: usize) -> Result<String> {
    let mut connection = TcpStream::connect(cluster.address()).await?;
    connection.write_all(sent.as_bytes()).await?;
    let mut response = Vec::new();
    while response.len() < least {
        let read = timeout(PATIENCE, connection.read_buf(&mut response)).await.context("no response")??;
        ensure!(read > 0, "it ends with {:?}", String::from_utf8_lossy(&response));
    }
    Ok(String::from_utf8_lossy(&response).into_owned())
}

async fn non_http_is_hung_up_on(cluster: TestCluster) -> Result<()> {
    for sent in [
        "hello\r\n\r\n".to_owned(),
        "\0\u{1}\u{2}\r\n\r\n".to_owned(),
        "GET /health HTTP/1.1\r\nno colon\r\n\r\n".to_owned(),
        "GET /hea\0lth HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        format!("{POST}Content-Length: abc\r\n\r\n"),
        format!("{POST}Content-Length: -1\r\n\r\n"),
        format!("{POST}Content-Length: 99999999999999999999999\r\n\r\n"),
        format!("{POST}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}"),
    ] {
        let response = all_that_comes(&cluster, sent.as_bytes(), false).await?;
        ensure!(response.is_empty(), "{sent:?}: {response:?}");
    }
    Ok(())
}

async fn a_head_has_80_kib_at_most(cluster: TestCluster) -> Result<()> {
    let head =
        |length: usize| format!("GET /health HTTP/1.1\r\nHost: x\r\nA: {}\r\n\r\n", "a".repeat(length));
    ensure!(first(&cluster, &head(70_000), 12).await?.starts_with("HTTP/1.1 200"));
    ensure!(all_that_comes(&cluster, head(90_000).as_bytes(), false).await?.is_empty());
    Ok(())
}

async fn chunk_without_a_length_is_a_body_error(cluster: TestCluster) -> Result<()> {
    let response = first(&cluster, &format!("{POST}Transfer-Encoding: chunked\r\n\r\nzz\r\n"), 12).await?;
    ensure!(response.starts_with("HTTP/1.1 500"), "{response}");
    Ok(())
}

async fn pipelined_requests_are_ordered(cluster: TestCluster) -> Result<()> {
    let redirect = HEALTH.replace("/health", "/redirect");
    let mut connection = TcpStream::connect(cluster.address()).await?;
    connection.write_all(format!("{HEALTH}{redirect}").as_bytes()).await?;
    let mut responses = Vec::new();
    let both = async {
        while !String::from_utf8_lossy(&responses).contains("HTTP/1.1 307") {
            ensure!(connection.read_buf(&mut responses).await? > 0, "only one response");
        }
        Ok(())
    };
    timeout(PATIENCE, both).await.context("no second response")??;
    ensure!(responses.starts_with(b"HTTP/1.1 200"));
    Ok(())
}

async fn leaving_client_gets_no_response(cluster: TestCluster) -> Result<()> {
    for sent in ["GET /health HTTP/1.1\r\nHos".to_owned(), format!("{POST}Content-Length: 170\r\n\r\n{{}}")] {
        let response = all_that_comes(&cluster, sent.as_bytes(), true).await?;
        ensure!(response.is_empty(), "{sent:?}: {response:?}");
    }
    Ok(())
}

async fn json_of_any_depth_is_a_bad_request(cluster: TestCluster) -> Result<()> {
    for body in ["[".repeat(100_000), format!("{}{}", "[".repeat(100), "]".repeat(100))] {
        let request = Request::post("/api/v1/scheduler", &serde_json::Value::Null).with_body(body);
        ensure!(request.send(cluster.address()).await?.status() == 400);
    }
    Ok(())
}

async fn unfinished_clients_block_nobody(cluster: TestCluster) -> Result<()> {
    let mut slow = Vec::new();
    for number in 0..200 {
        let mut connection = TcpStream::connect(cluster.address()).await?;
        let sent = [String::new(), HEALTH[..20].to_owned(), format!("{POST}Content-Length: 170\r\n\r\n{{")];
        connection.write_all(sent[number % 3].as_bytes()).await?;
        slow.push(connection);
    }
    let deaf = Framework::subscribe(&cluster, framework_info("deaf")).await?;
    let framework = Framework::subscribe(&cluster, framework_info("works")).await?;
    ensure!(framework.try_call("REVIVE", serde_json::Value::Null).await?.status() == 202);
    drop((deaf, slow));
    Ok(())
}
