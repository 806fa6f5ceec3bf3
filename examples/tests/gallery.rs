//! Each example, run as its users run it: with an address on both test backends, and without an
//! argument on the cluster that it starts.

mod metrics;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;
use testkit::TestCluster;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

testkit::cases![
    hello_prints_what_the_command_has_written,
    commands_are_tried_again,
    commands_that_never_succeed_are_reported,
    jobs_survive_the_scheduler,
    servers_are_healthy_and_replaced,
    servers_survive_sigterm,
    executor_counts_primes,
    volume_outlives_its_task,
    pod_ships_its_log,
    tail_prints_events_and_output,
    keeper_runs_a_worker,
    command_is_run_as_if_it_ran_here,
    commands_of_a_file_are_run,
    tasks_of_a_file_are_run,
    interrupted_commands_are_killed;
    // Without an argument there is nothing but an embedded cluster.
    embedded only: every_example_runs_without_arguments, tasks_that_make_no_sense_are_refused;
    several masters: hello_finds_the_leader_in_zookeeper
];

/// An example takes a few seconds.
const LIMIT: Duration = Duration::from_secs(90);
const POLL: Duration = Duration::from_millis(20);

fn main() -> ExitCode {
    testkit::run([cases(), metrics::cases(), metrics::with_prometheus()].concat())
}

async fn hello_prints_what_the_command_has_written(cluster: TestCluster) -> Result<()> {
    let output = Example::start("hello", &[cluster.address()])?.succeeds().await?;
    ensure!(output.contains("Hello from "), "{output}");
    gone(&cluster).await
}

async fn hello_finds_the_leader_in_zookeeper(cluster: TestCluster) -> Result<()> {
    let zookeeper = cluster.zookeeper().context("no ZooKeeper")?;
    let output = Example::start("hello", &[zookeeper])?.succeeds().await?;
    ensure!(output.contains("Hello from "), "{output}");
    Ok(())
}

async fn commands_are_tried_again(cluster: TestCluster) -> Result<()> {
    let output = Example::start("commands", &[cluster.address()])?.succeeds().await?;
    ensure!(output.matches("Succeeded").count() == 20 && output.matches("Failed").count() == 4, "{output}");
    ensure!(output.contains("job-5.1: Failed") && output.contains("job-5.2: Succeeded"), "{output}");
    gone(&cluster).await
}

async fn commands_that_never_succeed_are_reported(cluster: TestCluster) -> Result<()> {
    let example = Example::start("commands", &[cluster.address(), "true", "exit 7"])?;
    let (code, output) = example.ends().await?;
    ensure!(code == Some(1) && output.contains("failed jobs: 1"), "{output}");
    ensure!(output.matches("job-2.").count() == 3 && output.contains("exited with status 7"), "{output}");
    Ok(())
}

async fn jobs_survive_the_scheduler(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut output = String::new();
    for lives in 0.. {
        let mut life = Example::start_in("restart", &[cluster.address()], &folder)?;
        let ended = timeout(Duration::from_millis(1500), life.program.wait()).await;
        life.program.kill().await?;
        output += &life.output();
        if let Ok(status) = ended {
            ensure!(status?.success() && lives > 1, "it was killed {lives} times: {output}");
            break;
        }
    }
    gone(&cluster).await?;
    // What the scheduler prints may get lost when it is killed, but not what it has recorded.
    let state = cluster.state().await?;
    let frameworks = state["completed_frameworks"].as_array().context("no frameworks")?;
    let tasks = frameworks.iter().filter_map(|framework| framework["completed_tasks"].as_array());
    let tasks: Vec<_> = tasks.flatten().collect();
    for job in 1..=20 {
        let of_job =
            |task: &&&Value| task["id"].as_str().is_some_and(|id| id.starts_with(&format!("{job}.")));
        let finished = tasks.iter().filter(|task| task["state"] == "TASK_FINISHED").filter(of_job).count();
        ensure!(finished == 1, "job {job} has finished {finished} times: {output}");
    }
    Ok(())
}

async fn servers_are_healthy_and_replaced(cluster: TestCluster) -> Result<()> {
    let _ports = ports()?;
    let service = Example::start("service", &[cluster.address()])?;
    service.until(|output| output.matches("healthy: Some(true)").count() >= 3).await?;
    let state = cluster.state().await?;
    let tasks = state["frameworks"][0]["tasks"].as_array().context("no tasks")?;
    let port = tasks[0]["resources"]["ports"].as_str().context("no ports")?.trim_matches(['[', ']']);
    let port = port.split('-').next().context("no port")?;
    let server = process(&["http.server", port])?;
    ensure!(Command::new("kill").arg(server).status().await?.success());
    service.until(|output| output.matches("healthy: Some(true)").count() >= 4).await?;
    service.signal("INT").await?;
    service.succeeds().await?;
    gone(&cluster).await
}

async fn servers_survive_sigterm(cluster: TestCluster) -> Result<()> {
    let _ports = ports()?;
    let folder = tempfile::tempdir()?;
    let first = Example::start_in("service", &[cluster.address()], &folder)?;
    first.until(|output| output.matches("healthy: Some(true)").count() >= 3).await?;
    first.signal("TERM").await?;
    first.succeeds().await?;
    let second = Example::start_in("service", &[cluster.address()], &folder)?;
    second.until(|output| output.matches("TASK_RUNNING, healthy: Some(true)").count() >= 3).await?;
    ensure!(!second.output().contains("TASK_STARTING"), "{}", second.output());
    second.signal("INT").await?;
    second.succeeds().await?;
    gone(&cluster).await
}

async fn executor_counts_primes(cluster: TestCluster) -> Result<()> {
    let output = Example::start("executor", &[cluster.address()])?.succeeds().await?;
    ensure!(output == "there are 78498 primes below 1,000,000\n", "{output}");
    gone(&cluster).await
}

async fn volume_outlives_its_task(cluster: TestCluster) -> Result<()> {
    let output = Example::start("volume", &[cluster.address()])?.succeeds().await?;
    ensure!(output.contains("1\n") && output.ends_with("2\n"), "{output}");
    gone(&cluster).await
}

async fn pod_ships_its_log(cluster: TestCluster) -> Result<()> {
    let output = Example::start("pod", &[cluster.address()])?.succeeds().await?;
    ensure!(output.matches("served a page\n").count() == 3, "{output}");
    for line in ["shipper is TASK_FINISHED Command exited with status 0\n", "server is TASK_KILLED "] {
        ensure!(output.contains(line), "{line}: {output}");
    }
    gone(&cluster).await
}

async fn tail_prints_events_and_output(cluster: TestCluster) -> Result<()> {
    let output = Example::start("tail", &[cluster.address()])?.succeeds().await?;
    for line in ["event: the cluster has", "event: ticker is TASK_RUNNING", "tick 1\n", "tick 3\n"] {
        ensure!(output.contains(line), "{line}: {output}");
    }
    gone(&cluster).await
}

async fn keeper_runs_a_worker(cluster: TestCluster) -> Result<()> {
    let output = Example::start("faults", &[cluster.address()])?.succeeds().await?;
    ensure!(output.contains("worker-1 is TASK_RUNNING"), "{output}");
    gone(&cluster).await
}

async fn command_is_run_as_if_it_ran_here(cluster: TestCluster) -> Result<()> {
    let line = "echo out; echo error >&2; sleep 1; seq 1 20000; printf end; exit 7";
    let folder = tempfile::tempdir()?;
    let arguments = ["--master", cluster.address(), "--cpus", "0.1", line];
    let example = Example::start_in("mesos-run", &arguments, &folder)?;
    example.until(|output| output == "out\n").await?;
    let output = example.output.clone();
    let (code, report) = example.ends().await?;
    let numbers: Vec<_> = (1..=20_000).map(|number| number.to_string()).collect();
    ensure!(std::fs::read_to_string(output)? == format!("out\n{}\nend", numbers.join("\n")), "{report}");
    ensure!(code == Some(7) && report.contains("error\n"), "{code:?}: {report}");
    let arguments =
        ["--master", cluster.address(), "--cpus", "0.1", "-e", "NAME=a b", "--", "sh", "-c", "kill -9 $$"];
    let (code, report) = Example::start("mesos-run", &arguments)?.ends().await?;
    ensure!(code == Some(137), "{code:?}: {report}");
    let arguments =
        ["--master", cluster.address(), "--cpus", "0.1", "-e", "NAME=a b", "--", "printenv", "NAME"];
    let output = Example::start("mesos-run", &arguments)?.succeeds().await?;
    ensure!(output == "a b\n", "{output}");
    gone(&cluster).await
}

async fn commands_of_a_file_are_run(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("jobs"), "# jobs\necho one\n\necho two; echo three\nexit 3\n")?;
    let arguments = ["--master", cluster.address(), "--cpus", "0.1", "--name", "job", "-f", "jobs"];
    let (code, report) = Example::start_in("mesos-run", &arguments, &folder)?.ends().await?;
    for line in ["job-1 | one\n", "job-2 | two\n", "job-2 | three\n", "2 of 3 tasks have succeeded"] {
        ensure!(report.contains(line), "{line}: {report}");
    }
    ensure!(code == Some(1) && report.contains("job-3 is TASK_FAILED"), "{code:?}: {report}");
    gone(&cluster).await
}

async fn tasks_of_a_file_are_run(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let task = r#"{"name": "hello", "command": {"value": "echo $GREETING", "environment":
        {"variables": [{"name": "GREETING", "value": "hello"}]}},
        "resources": [{"name": "cpus", "type": "SCALAR", "scalar": {"value": 0.1}},
        {"name": "mem", "type": "SCALAR", "scalar": {"value": 32}}]}"#;
    std::fs::write(folder.path().join("task.json"), task)?;
    std::fs::write(folder.path().join("tasks.json"), format!("[{task}, {task}]"))?;
    let run = |file| Example::start_in("mesos-run", &["--master", cluster.address(), "-t", file], &folder);
    let output = run("task.json")?.succeeds().await?;
    ensure!(output == "hello\n", "{output}");
    let output = run("tasks.json")?.succeeds().await?;
    ensure!(output.contains("mesos-run-1 | hello\n") && output.contains("mesos-run-2 | hello\n"), "{output}");
    gone(&cluster).await
}

async fn interrupted_commands_are_killed(cluster: TestCluster) -> Result<()> {
    let line = "trap 'echo ends; exit' TERM; echo began; while :; do sleep 0.1; done";
    let example = Example::start("mesos-run", &["--master", cluster.address(), "--cpus", "0.1", line])?;
    example.until(|output| output == "began\n").await?;
    example.signal("INT").await?;
    let (code, report) = example.ends().await?;
    ensure!(code == Some(130) && report.contains("began\nends\n"), "{code:?}: {report}");
    gone(&cluster).await
}

async fn tasks_that_make_no_sense_are_refused(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    for (text, expected) in [
        ("{", "neither a TaskInfo"),
        ("[]", "contains no"),
        ("7", "neither a TaskInfo"),
        (r#"{"name": "hello"}"#, "uses no resources"),
        (r#"[{"task_id": {"value": "a/b"}, "command": {"value": "true"}}]"#, "a/b"),
    ] {
        std::fs::write(folder.path().join("task.json"), text)?;
        let arguments = ["--master", cluster.address(), "--task", "task.json"];
        let (code, report) = Example::start_in("mesos-run", &arguments, &folder)?.ends().await?;
        ensure!(code == Some(125) && report.contains(expected), "{text}: {code:?}: {report}");
    }
    let (code, report) = Example::start("mesos-run", &["--file", "/nowhere"])?.ends().await?;
    ensure!(code == Some(125) && report.contains("/nowhere"), "{code:?}: {report}");
    for (option, file) in [("--file", "/dev/zero"), ("--task", "/dev/zero"), ("--file", "/")] {
        let (code, report) = Example::start("mesos-run", &[option, file])?.ends().await?;
        ensure!(code == Some(125) && report.contains("not a regular file"), "{code:?}: {report}");
        ensure!(report.contains("write - to read the standard input"), "{report}");
    }
    let (code, report) = Example::start("mesos-run", &[])?.ends().await?;
    ensure!(code == Some(2) && report.contains("Usage"), "{code:?}: {report}");
    Ok(())
}

async fn every_example_runs_without_arguments(_: TestCluster) -> Result<()> {
    for (name, expected) in [
        ("hello", "Hello from "),
        ("commands", "failed jobs: 0"),
        ("restart", "20."),
        ("executor", "78498"),
        ("volume", "visit-2 is TASK_FINISHED"),
        ("pod", "server is TASK_KILLED"),
        ("tail", "tick 3"),
        ("faults", "TASK_RUNNING"),
    ] {
        let output = Example::start(name, &[])?.succeeds().await?;
        ensure!(output.contains(expected), "{name}: {output}");
    }
    let _ports = ports()?;
    let service = Example::start("service", &[])?;
    service.until(|output| output.contains("healthy: Some(true)")).await?;
    service.signal("INT").await?;
    service.succeeds().await?;
    let measured = Example::start("metrics", &[])?;
    metrics::scrape("127.0.0.1:9184").await?;
    measured.signal("INT").await?;
    measured.succeeds().await.map(drop)
}

/// Waits until no other test needs ports. Their clusters offer the same ones of this machine, so
/// each could get one that another needs.
fn ports() -> Result<File> {
    let file = File::create(Path::new(env!("CARGO_TARGET_TMPDIR")).join("ports"))?;
    file.lock()?;
    Ok(file)
}

/// The id of the process whose last arguments are these.
fn process(arguments: &[&str]) -> Result<String> {
    let end = format!("\0{}\0", arguments.join("\0"));
    let line = |id: &String| std::fs::read_to_string(format!("/proc/{id}/cmdline")).unwrap_or_default();
    let ids = std::fs::read_dir("/proc")?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    ids.into_iter().find(|id| line(id).ends_with(&end)).context("no such process")
}

/// The master has no framework any more.
async fn gone(cluster: &TestCluster) -> Result<()> {
    cluster.until(|state| state["frameworks"].as_array().is_some_and(Vec::is_empty)).await
}

/// A running example, killed when dropped.
struct Example {
    program: Child,
    errors: PathBuf,
    output: PathBuf,
    _folder: Option<TempDir>,
}

impl Example {
    fn start(name: &str, arguments: &[&str]) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let example = Self::start_in(name, arguments, &folder)?;
        Ok(Self { _folder: Some(folder), ..example })
    }

    fn start_in(name: &str, arguments: &[&str], folder: &TempDir) -> Result<Self> {
        let files = tempfile::Builder::new().prefix(name).tempdir_in(folder.path())?.keep();
        let (output, errors) = (files.join("output"), files.join("errors"));
        let file = |path: &Path| File::create(path).map(Stdio::from);
        let program = Command::new(program(name)?)
            .args(arguments)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(file(&output)?)
            .stderr(file(&errors)?)
            .kill_on_drop(true)
            .spawn()?;
        Ok(Self { program, errors, output, _folder: None })
    }

    /// What it has printed so far.
    fn output(&self) -> String {
        std::fs::read_to_string(&self.output).unwrap_or_default()
    }

    async fn until(&self, wanted: impl Fn(&str) -> bool) -> Result<()> {
        let wait = async {
            while !wanted(&self.output()) {
                sleep(POLL).await;
            }
        };
        timeout(LIMIT, wait).await.with_context(|| self.report())
    }

    async fn signal(&self, signal: &str) -> Result<()> {
        let id = self.program.id().context("it has ended")?.to_string();
        ensure!(Command::new("kill").args([&format!("-{signal}"), &id]).status().await?.success());
        Ok(())
    }

    async fn ends(mut self) -> Result<(Option<i32>, String)> {
        let ended = timeout(LIMIT, self.program.wait()).await;
        let status = ended.with_context(|| format!("it does not end: {}", self.report()))??;
        Ok((status.code(), self.report()))
    }

    async fn succeeds(mut self) -> Result<String> {
        let ended = timeout(LIMIT, self.program.wait()).await;
        let status = ended.with_context(|| format!("it does not end: {}", self.report()))??;
        ensure!(status.success(), "{status}: {}", self.report());
        Ok(self.output())
    }

    fn report(&self) -> String {
        format!("{}\n{}", self.output(), std::fs::read_to_string(&self.errors).unwrap_or_default())
    }
}

/// The example that `cargo test` has built beside this test.
fn program(name: &str) -> Result<PathBuf> {
    let test = std::env::current_exe()?;
    let beside = test.parent().and_then(Path::parent).context("the test is in no folder")?;
    let program = beside.join("examples").join(name);
    ensure!(program.exists(), "{} is missing: run `cargo build -p examples --examples`", program.display());
    Ok(program)
}
