//! The endpoint of the example with metrics.

mod prometheus;

use anyhow::{Result, ensure};
use testkit::{Case, TestCluster};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::{Example, LIMIT, POLL, gone};

testkit::cases![metrics_are_served];

/// Set where Prometheus is installed.
const PROMETHEUS: &str = "MESOS_SDK_PROMETHEUS";

/// The cases that need Prometheus. `cargo xtask test` reports when it leaves them out.
pub(crate) fn with_prometheus() -> Vec<Case> {
    std::env::var_os(PROMETHEUS).map(|_| prometheus::cases()).unwrap_or_default()
}

/// A free port on loopback.
pub(crate) fn free_address() -> Result<String> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

/// The metrics at this address, once a task has finished.
pub(crate) async fn scrape(address: &str) -> Result<String> {
    let scraping = async {
        loop {
            if let Ok(mut connection) = TcpStream::connect(address).await {
                connection.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").await?;
                let mut response = String::new();
                connection.read_to_string(&mut response).await?;
                if response.contains("state=\"TASK_FINISHED\"") {
                    return anyhow::Ok(response);
                }
            }
            sleep(POLL).await;
        }
    };
    timeout(LIMIT, scraping).await?
}

async fn metrics_are_served(cluster: TestCluster) -> Result<()> {
    let address = free_address()?;
    let example = Example::start("metrics", &[cluster.address(), &address])?;
    let metrics = scrape(&address).await?;
    for line in
        ["mesos_sdk_subscribed{", "mesos_sdk_call_duration_seconds_bucket{", "# TYPE mesos_sdk_tasks gauge"]
    {
        ensure!(metrics.contains(line), "{line}: {metrics}");
    }
    example.signal("INT").await?;
    example.succeeds().await?;
    gone(&cluster).await
}
