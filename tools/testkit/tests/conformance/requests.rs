//! What is a request to libprocess, and what it asks for.

use anyhow::{Result, ensure};
use testkit::{Request, TestCluster, raw};

testkit::cases![
    invalid_request_ends_the_connection,
    targets_without_a_path_are_refused,
    path_names_a_process_or_the_master,
    trailers_are_an_error,
    many_headers_are_taken,
    spaces_in_the_request_line_do_not_count,
];

const END: &str = "Host: x\r\nConnection: close\r\n\r\n";

async fn invalid_request_ends_the_connection(cluster: TestCluster) -> Result<()> {
    for first in [
        "FOO /health HTTP/1.1",
        "get /health HTTP/1.1",
        "Get /health HTTP/1.1",
        "post /api/v1 HTTP/1.1",
        "QUERY /health HTTP/1.1",
        "GET health HTTP/1.1",
        "GET x:80 HTTP/1.1",
        "CONNECT x:80 HTTP/1.1",
        "GET /health?%zz HTTP/1.1",
        "GET /state?jsonp=% HTTP/1.1",
    ] {
        let response = raw(cluster.address(), format!("{first}\r\n{END}").as_bytes()).await?;
        ensure!(response.is_empty(), "{first}: {response}");
    }
    // Of those that the parser knows, each does the same on a page.
    for method in ["PROPFIND", "M-SEARCH", "REPORT", "PURGE", "LINK"] {
        let response = Request::new(method.parse()?, "/health").send(cluster.address()).await?;
        ensure!(response.status() == 200, "{method}: {}", response.status());
    }
    Ok(())
}

async fn targets_without_a_path_are_refused(cluster: TestCluster) -> Result<()> {
    for method in ["OPTIONS", "GET"] {
        let response = raw(cluster.address(), format!("{method} * HTTP/1.1\r\n{END}").as_bytes()).await?;
        ensure!(response.starts_with("HTTP/1.1 400 "), "{response}");
        ensure!(response.ends_with("Request URL path must start with '/'"), "{response}");
    }
    Ok(())
}

async fn path_names_a_process_or_the_master(cluster: TestCluster) -> Result<()> {
    for (path, status) in [
        ("//health", 200),
        ("///health/", 200),
        ("/master//health", 200),
        ("/%6daster/health", 200),
        ("//master/health", 404),
        ("/version/", 200),
        ("/version/x", 404),
        ("//version", 404),
        ("/metrics//snapshot", 200),
        ("//metrics/snapshot", 404),
        ("/system//stats.json/x", 200),
        ("/monitor//statistics", 404),
        ("/api//v1", 404),
        ("//api/v1", 405),
        ("/master//api/v1/scheduler", 405),
    ] {
        let response = raw(cluster.address(), format!("GET {path} HTTP/1.1\r\n{END}").as_bytes()).await?;
        ensure!(response.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {response}");
    }
    Ok(())
}

async fn trailers_are_an_error(cluster: TestCluster) -> Result<()> {
    let head = "POST /api/v1 HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked";
    let body = "15\r\n{\"type\":\"GET_HEALTH\"}\r\n0\r\n";
    for (trailer, status) in [("", 200), ("A: b\r\n", 500), ("A: b\r\nC: d\r\n", 500)] {
        let request = format!("{head}\r\n{END}{body}{trailer}\r\n");
        let response = raw(cluster.address(), request.as_bytes()).await?;
        ensure!(response.starts_with(&format!("HTTP/1.1 {status} ")), "{trailer:?}: {response}");
        ensure!(status == 200 || response.ends_with("failed to decode body"), "{response}");
    }
    Ok(())
}

async fn many_headers_are_taken(cluster: TestCluster) -> Result<()> {
    for (headers, name) in [(200, "A"), (2000, "B")] {
        let lines: Vec<_> = (0..headers).map(|number| format!("{name}{number}: b\r\n")).collect();
        let lines = lines.concat();
        let response =
            raw(cluster.address(), format!("GET /health HTTP/1.1\r\n{lines}{END}").as_bytes()).await?;
        ensure!(response.starts_with("HTTP/1.1 200 "), "{headers}: {response}");
    }
    Ok(())
}

async fn spaces_in_the_request_line_do_not_count(cluster: TestCluster) -> Result<()> {
    for first in ["GET  /health HTTP/1.1", "GET /health   HTTP/1.1"] {
        let response = raw(cluster.address(), format!("{first}\r\n{END}").as_bytes()).await?;
        ensure!(response.starts_with("HTTP/1.1 200 "), "{first}: {response}");
    }
    Ok(())
}
