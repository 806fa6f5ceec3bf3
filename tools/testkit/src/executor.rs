//! An executor that tests control by hand, in JSON.
//!
//! The process that the agent starts only writes down its environment, and waits for its exit
//! status. The test itself sends the executor's calls to the agent.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::http::{Records, Request, Response};

/// How long an agent may take to start the process.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(20);

/// Returns the command of an executor's process, for `ExecutorInfo.command`.
///
/// The process writes its environment into `folder`. It then waits until [`Executor::end`] sets its
/// exit status, or until the test has ended.
pub fn executor_command(folder: &Path) -> Value {
    let folder = folder.display();
    let write = format!("cd '{folder}' && env -0 > part && mv part environment");
    let test = std::process::id();
    let wait = format!("while [ ! -e end ] && kill -0 {test}; do sleep 0.05; done");
    json!({"value": format!("{write} && {wait}; read status < end; exit $status")})
}

/// An executor whose process has started.
#[derive(Debug)]
pub struct Executor {
    environment: BTreeMap<String, String>,
    folder: PathBuf,
}

impl Executor {
    /// Waits until the process of [`executor_command`] in this folder runs.
    pub async fn started(folder: &Path) -> Result<Self> {
        let file = folder.join("environment");
        let wait = async {
            while !file.exists() {
                sleep(POLL).await;
            }
        };
        timeout(PATIENCE, wait).await.context("the agent has started no executor")?;
        let text = String::from_utf8_lossy(&std::fs::read(&file)?).into_owned();
        let pairs = text.split('\0').filter_map(|pair| pair.split_once('='));
        let environment = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Ok(Self { environment, folder: folder.to_owned() })
    }

    /// Returns a variable of its environment.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str)
    }

    /// Makes its process exit with this status.
    pub fn end(&self, status: u8) -> Result<()> {
        let part = self.folder.join("part");
        std::fs::write(&part, format!("{status}\n"))?;
        Ok(std::fs::rename(part, self.folder.join("end"))?)
    }

    /// Subscribes. Returns the stream of events, of which SUBSCRIBED is the first.
    pub async fn subscribe(&self, contents: Value) -> Result<Records> {
        let response = self.try_call("SUBSCRIBE", contents).await?.expect(200, "SUBSCRIBE").await?;
        Ok(response.records())
    }

    /// Creates a call of this type, with `contents` in the field of the same name. Alter it as
    /// needed before you send it.
    pub fn request(&self, kind: &str, contents: Value) -> Value {
        let id = |name| json!({"value": self.variable(name)});
        let ids = (id("MESOS_FRAMEWORK_ID"), id("MESOS_EXECUTOR_ID"));
        let mut call = json!({"type": kind, "framework_id": ids.0, "executor_id": ids.1});
        if !contents.is_null() {
            call[kind.to_lowercase()] = contents;
        }
        call
    }

    /// Sends a call, and returns its response, whatever it is.
    pub async fn try_call(&self, kind: &str, contents: Value) -> Result<Response> {
        self.send(&self.request(kind, contents)).await
    }

    /// Sends any call to the agent.
    pub async fn send(&self, call: &Value) -> Result<Response> {
        let agent = self.variable("MESOS_AGENT_ENDPOINT").context("no MESOS_AGENT_ENDPOINT")?;
        let mut request = Request::post("/api/v1/executor", call);
        if let Some(token) = self.variable("MESOS_EXECUTOR_AUTHENTICATION_TOKEN") {
            request = request.with("Authorization", &format!("Bearer {token}"))?;
        }
        request.send(agent).await
    }

    /// Sends a call that must be accepted.
    pub async fn call(&self, kind: &str, contents: Value) -> Result<()> {
        self.try_call(kind, contents).await?.expect(202, kind).await?;
        Ok(())
    }

    /// Sends a task's state; `uuid` is 16 bytes in base64.
    pub async fn update(&self, task: &str, state: &str, uuid: &str) -> Result<()> {
        let status =
            json!({"task_id": {"value": task}, "state": state, "source": "SOURCE_EXECUTOR", "uuid": uuid});
        self.call("UPDATE", json!({"status": status})).await
    }
}
