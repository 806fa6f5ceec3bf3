//! A real Mesos, by `tools/real-mesos`: one master, one agent.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

const TOOL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../real-mesos/real-mesos");
/// Room for a thousand tasks at a time.
const RESOURCES: &str = "cpus:10;mem:6400;disk:10240;ports:[31000-32000]";
/// How often free resources are offered, so that waiting for offers is a small part; by default it
/// is a second.
const ALLOCATION: &str = "MESOS_ALLOCATION_INTERVAL=50ms";
/// Else metrics may be asked for twice a second.
const METRICS: (&str, &str) = ("LIBPROCESS_METRICS_SNAPSHOT_ENDPOINT_RATE_LIMIT", "1000/1secs");

/// Checks whether one can run here; else why not.
pub(super) fn check() -> Result<()> {
    let done = Command::new(TOOL).args(["check", "single"]).output().context("python3 is missing")?;
    if !done.status.success() {
        let output = [done.stdout, done.stderr].concat();
        bail!("{}", String::from_utf8_lossy(&output).lines().last().unwrap_or("no reason given"));
    }
    Ok(())
}

/// Runs until it is dropped.
pub(super) struct Mesos {
    leader: String,
    /// It ends all that it has started when its input ends.
    tool: Child,
}

impl Mesos {
    pub(super) fn start() -> Result<Self> {
        let mut tool = Command::new(TOOL)
            .args(["up", "--agents", "1", "--resources", RESOURCES, "--env", ALLOCATION])
            .env(METRICS.0, METRICS.1)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("tools/real-mesos can't be started")?;
        let mut line = String::new();
        BufReader::new(tool.stdout.take().context("no output")?).read_line(&mut line)?;
        let started: Value = serde_json::from_str(&line).context("no real Mesos has started")?;
        let leader = started["leader"].as_str().context("there is no leader")?.to_owned();
        Ok(Self { leader, tool })
    }

    /// Returns the master's `host:port`.
    pub(super) fn leader(&self) -> &str {
        &self.leader
    }

    /// Returns how many acknowledgements the master has taken so far.
    pub(super) fn acknowledged(&self) -> Result<usize> {
        let mut connection = TcpStream::connect(&self.leader)?;
        write!(
            connection,
            "GET /metrics/snapshot HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.leader
        )?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        let (_, body) = answer.split_once("\r\n\r\n").context("no answer to /metrics/snapshot")?;
        let metrics: Value = serde_json::from_str(body).context("/metrics/snapshot")?;
        let count = metrics["master/valid_status_update_acknowledgements"].as_f64();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it counts")]
        Ok(count.context("no such metric")? as usize)
    }
}

impl Drop for Mesos {
    fn drop(&mut self) {
        drop(self.tool.stdin.take());
        // Whatever its status, it is over.
        let _ = self.tool.wait();
    }
}
