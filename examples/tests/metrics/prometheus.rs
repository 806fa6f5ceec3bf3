//! The metrics, the alert rules and the board, as a Prometheus understands them.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use testkit::TestCluster;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use super::{free_address, scrape};
use crate::{Example, LIMIT};

testkit::cases![
    prometheus_understands_metrics_and_board
    // Without a framework there is nothing but files.
    ; embedded only: alert_rules_fire_when_they_should
];

/// What holds while the example runs.
const TRUE: [&str; 5] = [
    "mesos_sdk_subscribed == 1",
    "time() - mesos_sdk_last_event_timestamp_seconds < 60",
    "sum(mesos_sdk_task_updates_total{state=\"TASK_FINISHED\"}) > 0",
    "sum(mesos_sdk_calls_total{call=\"ACCEPT\", outcome=\"accepted\"}) > 0",
    "histogram_quantile(0.5, sum by (le) (mesos_sdk_call_duration_seconds_bucket)) < 10",
];

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/observability"))
}

async fn promtool(arguments: &[&str], input: &str) -> Result<String> {
    let mut command = Command::new("promtool");
    command.args(arguments).current_dir(folder()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut tool = command.stderr(Stdio::piped()).spawn()?;
    tool.stdin.take().context("no input")?.write_all(input.as_bytes()).await?;
    let ended = timeout(LIMIT, tool.wait_with_output()).await??;
    let output = [ended.stdout, ended.stderr].concat();
    let output = String::from_utf8_lossy(&output).into_owned();
    ensure!(ended.status.success(), "promtool {arguments:?}: {output}");
    Ok(output)
}

async fn alert_rules_fire_when_they_should(_: TestCluster) -> Result<()> {
    promtool(&["check", "rules", "alerts.yml"], "").await?;
    promtool(&["test", "rules", "alerts_test.yml"], "").await.map(drop)
}

/// Starts a Prometheus with the alert rules, which scrapes this address.
fn prometheus(target: &str, address: &str, data: &tempfile::TempDir) -> Result<Child> {
    let rules = folder().join("alerts.yml").display().to_string();
    let config = format!(
        "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: [{rules:?}]\n\
         scrape_configs: [{{job_name: frameworks, static_configs: [{{targets: [{target:?}]}}]}}]\n"
    );
    let file = data.path().join("prometheus.yml");
    std::fs::write(&file, config)?;
    let log = std::fs::File::create(data.path().join("log"))?;
    let mut command = Command::new("prometheus");
    command.arg(format!("--config.file={}", file.display()));
    command.arg(format!("--storage.tsdb.path={}", data.path().join("data").display()));
    command.arg(format!("--web.listen-address={address}"));
    Ok(command.stdout(Stdio::null()).stderr(log).kill_on_drop(true).spawn()?)
}

/// The expressions of the board, for all frameworks.
fn expressions() -> Result<Vec<String>> {
    let board: Value = serde_json::from_str(&std::fs::read_to_string(folder().join("board.json"))?)?;
    let panels = board["panels"].as_array().context("no panels")?.iter();
    let targets = panels.filter_map(|panel| panel["targets"].as_array()).flatten();
    let all = targets.filter_map(|target| target["expr"].as_str());
    let all = all.map(|expression| {
        let expression = expression.replace("$framework", ".*").replace("$instance", ".*");
        expression.replace("$__rate_interval", "1m")
    });
    Ok(all.collect())
}

async fn prometheus_understands_metrics_and_board(cluster: TestCluster) -> Result<()> {
    let (target, address) = (free_address()?, free_address()?);
    let example = Example::start("metrics", &[cluster.address(), &target])?;
    let text = scrape(&target).await?;
    let (_, body) = text.split_once("\r\n\r\n").context("no body")?;
    promtool(&["check", "metrics"], body).await?;
    let data = tempfile::tempdir()?;
    let _server = prometheus(&target, &address, &data)?;
    let server = format!("http://{address}");
    for expression in TRUE {
        let holds = async {
            while promtool(&["query", "instant", &server, expression], "")
                .await
                .unwrap_or_default()
                .is_empty()
            {
                sleep(Duration::from_millis(200)).await;
            }
        };
        timeout(LIMIT, holds).await.with_context(|| expression.to_owned())?;
    }
    let expressions = expressions()?;
    ensure!(expressions.len() > 20);
    for expression in &expressions {
        promtool(&["query", "instant", &server, expression], "").await?;
    }
    let firing = promtool(&["query", "instant", &server, "ALERTS{alertstate=\"firing\"}"], "").await?;
    ensure!(firing.trim().is_empty(), "{firing}");
    example.signal("INT").await?;
    example.succeeds().await.map(drop)
}
