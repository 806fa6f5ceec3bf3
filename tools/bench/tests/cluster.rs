//! What is measured on clusters works on small ones.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use bench::cluster::Response;
use bench::launch::Orders;
use mesos_local::Cluster;

const BENCH: &str = env!("CARGO_BIN_EXE_bench");
const SIZE: [&str; 4] = ["--agents", "60", "--tasks", "3"];

#[test]
fn a_cluster_is_asked_twice_in_each_way() {
    let (cluster, output, address) = serve(&SIZE).unwrap();
    for question in ["offers", "tasks", "agents", "state"].repeat(2) {
        let response = Command::new(BENCH).args(["ask", &address, question]).args(SIZE).output().unwrap();
        assert!(response.status.success(), "{question}: {}", String::from_utf8_lossy(&response.stderr));
        let response: Response = serde_json::from_slice(&response.stdout).unwrap();
        assert!(response.bytes > 60 && response.reading.wall > 0.0, "{question}: {response:?}");
    }
    assert!(end(cluster, output).unwrap() > 0);
}

#[test]
fn a_service_is_started_taken_over_and_made_whole() {
    let (cluster, output, address) = serve(&["--agents", "20", "--tasks", "0", "--run-tasks"]).unwrap();
    let response = Command::new(BENCH).args(["service", &address, "100"]).output().unwrap();
    assert!(response.status.success(), "{}", String::from_utf8_lossy(&response.stderr));
    let response: bench::service::Response = serde_json::from_slice(&response.stdout).unwrap();
    assert!(response.lost > 0 && response.replace.wall > 0.0, "{response:?}");
    assert!(end(cluster, output).unwrap() > 0);
}

/// Starts a cluster of this size, and returns it with its output and its address.
fn serve(size: &[&str]) -> Result<(Child, BufReader<ChildStdout>, String)> {
    let mut serving = Command::new(BENCH);
    serving.arg("cluster").args(size).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut cluster = serving.spawn()?;
    let mut output = BufReader::new(cluster.stdout.take().context("no output")?);
    let mut address = String::new();
    output.read_line(&mut address)?;
    Ok((cluster, output, address.trim().to_owned()))
}

/// Ends a cluster, and returns how much memory it has needed.
fn end(mut cluster: Child, mut output: BufReader<ChildStdout>) -> Result<u64> {
    drop(cluster.stdin.take());
    let mut needed = String::new();
    output.read_to_string(&mut needed)?;
    ensure!(cluster.wait()?.success());
    Ok(needed.trim().parse()?)
}

#[tokio::test(flavor = "multi_thread")]
async fn all_tasks_are_launched_and_end() {
    let cluster = Cluster::builder().resources("cpus:1;mem:512").start().await.unwrap();
    let orders =
        Orders { master: cluster.address().to_string(), tasks: 25, executor: format!("{BENCH} finish") };
    let mut launching = Command::new(BENCH);
    launching.arg("launch").envs(orders.variables());
    let output = tokio::task::spawn_blocking(move || launching.output()).await.unwrap().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // The master removes the framework when it notices that its stream has ended.
    let completed = loop {
        let state = cluster.state().await;
        match state["completed_frameworks"][0]["completed_tasks"].as_array() {
            Some(completed) => break completed.clone(),
            None => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    };
    assert_eq!(completed.len(), 25);
    assert!(completed.iter().all(|task| task["state"] == "TASK_FINISHED"));
    cluster.shutdown().await;
}

#[test]
fn each_client_launches_all_tasks() {
    let mut serving = Command::new(BENCH);
    serving.arg("cluster").args(SIZE).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut cluster = serving.spawn().unwrap();
    let mut address = String::new();
    BufReader::new(cluster.stdout.take().unwrap()).read_line(&mut address).unwrap();
    for client in ["driver", "memory", "file-log"] {
        let output = Command::new(BENCH).args(["batch", address.trim(), client, "200"]).output().unwrap();
        assert!(output.status.success(), "{client}: {}", String::from_utf8_lossy(&output.stderr));
        let response: bench::batch::Response = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(response.writes == 0, client == "driver", "{client}: {response:?}");
        assert!(response.reading.wall > 0.0, "{client}: {response:?}");
    }
    cluster.kill().unwrap();
    cluster.wait().unwrap();
}
