//! A real Mesos: a child process of `tools/real-mesos`, which reads commands from its standard
//! input.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::helpers::helpers;
use crate::members::Places;

/// How long a start may take. The first one downloads and compiles.
const START: Duration = Duration::from_secs(300);
/// How long the response to one command may take.
const REPLY: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(crate) struct RealMesos {
    masters: Vec<String>,
    agents: Vec<String>,
    zookeeper: Option<String>,
    pipes: Mutex<Pipes>,
    /// The tool ends all that it has started when it is killed.
    _tool: Child,
}

#[derive(Debug)]
struct Pipes {
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

/// A cluster before its start.
struct Starting {
    tool: Child,
    pipes: Pipes,
}

impl Starting {
    async fn new(agents: usize, options: &[&str]) -> Result<Self> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../real-mesos/real-mesos");
        let mut tool = Command::new(&path)
            .args(["up", "--agents", &agents.to_string()])
            .args(helpers().await?)
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", path.display()))?;
        let input = tool.stdin.take().context("the tool has no standard input")?;
        let output = BufReader::new(tool.stdout.take().context("the tool has no standard output")?).lines();
        Ok(Self { tool, pipes: Pipes { input, output } })
    }

    async fn ready(mut self) -> Result<(Self, Value)> {
        match self.pipes.reply(START).await {
            Ok(reply) => Ok((self, reply)),
            Err(error) => Err(error.context(reason(self.tool).await)),
        }
    }

    async fn finish(self) -> Result<RealMesos> {
        let (Self { tool, pipes }, ready) = self.ready().await?;
        let Places { masters, agents, .. } = serde_json::from_value(ready.clone())?;
        let zookeeper = ready["zk"].as_str().map(str::to_owned);
        Ok(RealMesos { masters, agents, zookeeper, pipes: Mutex::new(pipes), _tool: tool })
    }
}

impl RealMesos {
    pub(crate) async fn up(agents: usize, options: &[&str]) -> Result<Self> {
        Starting::new(agents, options).await?.finish().await
    }

    /// Starts a cluster whose members all advertise `face`. Before the start, `place` receives
    /// their real addresses.
    pub(crate) async fn up_behind<T>(
        agents: usize,
        options: &[&str],
        face: &str,
        place: impl AsyncFnOnce(Places) -> Result<T>,
    ) -> Result<(Self, T)> {
        let options = [options, &["--advertise", face]].concat();
        let (starting, places) = Starting::new(agents, &options).await?.ready().await?;
        let done = place(serde_json::from_value(places)?).await?;
        Ok((starting.finish().await?, done))
    }

    /// Returns each master's `host:port`.
    pub(crate) fn masters(&self) -> &[String] {
        &self.masters
    }

    /// Returns each agent's `host:port`.
    pub(crate) fn agents(&self) -> &[String] {
        &self.agents
    }

    /// Restarts what has ended by itself. Returns the names.
    pub(crate) async fn revive(&self) -> Result<Vec<String>> {
        Ok(serde_json::from_value(self.send("revive").await?["ok"].clone())?)
    }

    /// Returns where several masters elect their leader, as `zk://host:port/path`.
    pub(crate) fn zookeeper(&self) -> Option<&str> {
        self.zookeeper.as_deref()
    }

    /// Returns the `host:port` of the leader, if there is one.
    pub(crate) async fn leader(&self) -> Result<Option<String>> {
        Ok(self.send("leader").await?["leader"].as_str().map(str::to_owned))
    }

    /// Sends `kill`, `start`, `stop` or `cont` to the master, agent or ZooKeeper with this number.
    /// `order` names both, as in `kill agent`.
    pub(crate) async fn command(&self, order: &str, which: usize) -> Result<()> {
        let response = self.send(&format!("{order} {which}")).await?;
        ensure!(response.get("ok").is_some(), "{response}");
        Ok(())
    }

    async fn send(&self, line: &str) -> Result<Value> {
        let mut pipes = self.pipes.lock().await;
        pipes.input.write_all(format!("{line}\n").as_bytes()).await?;
        pipes.reply(REPLY).await
    }
}

/// Returns what the tool writes about its end.
async fn reason(mut tool: Child) -> String {
    let mut text = String::new();
    if let Some(mut errors) = tool.stderr.take() {
        // If reading fails, what was read so far has to do.
        let _ = timeout(REPLY, errors.read_to_string(&mut text)).await;
    }
    format!("no real Mesos here\n{text}")
}

impl Pipes {
    async fn reply(&mut self, limit: Duration) -> Result<Value> {
        let line = timeout(limit, self.output.next_line()).await.context("real-mesos does not answer")??;
        let Some(line) = line else {
            bail!("real-mesos has ended: `cargo xtask real-mesos check` may say why")
        };
        Ok(serde_json::from_str(&line)?)
    }
}
