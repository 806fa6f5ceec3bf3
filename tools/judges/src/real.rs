//! The real Mesos: a child process of `tools/real-mesos`, obeying lines on its standard input.

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

/// Enough for a first start, which downloads and compiles.
const START: Duration = Duration::from_secs(300);
/// For the answer to one command.
const ANSWER: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(crate) struct RealMesos {
    masters: Vec<String>,
    agents: Vec<String>,
    zookeeper: Option<String>,
    pipes: Mutex<Pipes>,
    /// The tool ends all that it started when it is killed.
    _tool: Child,
}

#[derive(Debug)]
struct Pipes {
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

/// A cluster that is about to be started.
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

    async fn says(mut self) -> Result<(Self, Value)> {
        match self.pipes.answer(START).await {
            Ok(said) => Ok((self, said)),
            Err(error) => Err(error.context(said(self.tool).await)),
        }
    }

    async fn finish(self) -> Result<RealMesos> {
        let (Self { tool, pipes }, ready) = self.says().await?;
        let Places { masters, agents, .. } = serde_json::from_value(ready.clone())?;
        let zookeeper = ready["zk"].as_str().map(str::to_owned);
        Ok(RealMesos { masters, agents, zookeeper, pipes: Mutex::new(pipes), _tool: tool })
    }
}

impl RealMesos {
    pub(crate) async fn up(agents: usize, options: &[&str]) -> Result<Self> {
        Starting::new(agents, options).await?.finish().await
    }

    /// The same. Everything says that it is at `face`; before it starts, `place` is told where it really is.
    pub(crate) async fn up_behind<T>(
        agents: usize,
        options: &[&str],
        face: &str,
        place: impl AsyncFnOnce(Places) -> Result<T>,
    ) -> Result<(Self, T)> {
        let options = [options, &["--advertise", face]].concat();
        let (starting, places) = Starting::new(agents, &options).await?.says().await?;
        let done = place(serde_json::from_value(places)?).await?;
        Ok((starting.finish().await?, done))
    }

    /// Each master's `host:port`.
    pub(crate) fn masters(&self) -> &[String] {
        &self.masters
    }

    /// Each agent's `host:port`.
    pub(crate) fn agents(&self) -> &[String] {
        &self.agents
    }

    /// Starts what has ended by itself; gives its names.
    pub(crate) async fn revive(&self) -> Result<Vec<String>> {
        Ok(serde_json::from_value(self.say("revive").await?["ok"].clone())?)
    }

    /// Where several masters meet, as `zk://host:port/path`.
    pub(crate) fn zookeeper(&self) -> Option<&str> {
        self.zookeeper.as_deref()
    }

    /// The `host:port` of the master that leads, if one does.
    pub(crate) async fn leader(&self) -> Result<Option<String>> {
        Ok(self.say("leader").await?["leader"].as_str().map(str::to_owned))
    }

    /// `kill`, `start`, `stop` or `cont`, then `master`, `agent` or `zookeeper`; and which one of them.
    pub(crate) async fn command(&self, order: &str, which: usize) -> Result<()> {
        let answer = self.say(&format!("{order} {which}")).await?;
        ensure!(answer.get("ok").is_some(), "{answer}");
        Ok(())
    }

    async fn say(&self, line: &str) -> Result<Value> {
        let mut pipes = self.pipes.lock().await;
        pipes.input.write_all(format!("{line}\n").as_bytes()).await?;
        pipes.answer(ANSWER).await
    }
}

/// What the tool has to say about its end.
async fn said(mut tool: Child) -> String {
    let mut text = String::new();
    if let Some(mut errors) = tool.stderr.take() {
        // What could be read before an error is as good as nothing more.
        let _ = timeout(ANSWER, errors.read_to_string(&mut text)).await;
    }
    format!("no real Mesos here\n{text}")
}

impl Pipes {
    async fn answer(&mut self, limit: Duration) -> Result<Value> {
        let line = timeout(limit, self.output.next_line()).await.context("real-mesos does not answer")??;
        let Some(line) = line else {
            bail!("real-mesos has ended: `cargo xtask real-mesos check` may say why")
        };
        Ok(serde_json::from_str(&line)?)
    }
}
