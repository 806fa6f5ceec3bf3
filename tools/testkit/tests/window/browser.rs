//! A headless Chromium, driven over its `DevTools` protocol. It reads and writes messages on two
//! file descriptors, so that this needs neither a port nor a WebSocket.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::CHROMIUM;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::{Instant, sleep, timeout};

/// How long the browser may take for one command, and a page until it is as a test expects it.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(50);

/// A browser with one page. Dropping it ends the browser.
pub(crate) struct Browser {
    _process: Child,
    commands: ChildStdin,
    messages: BufReader<ChildStdout>,
    session: Option<String>,
    last: u64,
    /// What went wrong in the page: exceptions, blocked content, messages on the console.
    pub(crate) complaints: Vec<String>,
    _profile: TempDir,
}

impl Browser {
    pub(crate) async fn start() -> Result<Self> {
        let program = std::env::var(CHROMIUM)?;
        let profile = tempfile::tempdir()?;
        let mut process = Command::new("sh")
            // The browser reads commands from descriptor 3, and writes messages to 4.
            .args(["-c", "exec \"$@\" 3<&0 4>&1 1>&2", "sh", &program, "--headless=new", "--no-sandbox"])
            .args(["--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-pipe"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let commands = process.stdin.take().context("no pipe")?;
        let messages = BufReader::new(process.stdout.take().context("no pipe")?);
        let mut browser = Self {
            _process: process,
            commands,
            messages,
            session: None,
            last: 0,
            complaints: Vec::new(),
            _profile: profile,
        };
        let target = browser.command("Target.createTarget", json!({"url": "about:blank"})).await?;
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let session = browser.command("Target.attachToTarget", attach).await?;
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log"] {
            browser.command(&format!("{domain}.enable"), json!({})).await?;
        }
        Ok(browser)
    }

    /// Sends a command, and returns its result.
    pub(crate) async fn command(&mut self, method: &str, parameters: Value) -> Result<Value> {
        self.last += 1;
        let mut message = json!({"id": self.last, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.commands.write_all(format!("{message}\0").as_bytes()).await?;
        loop {
            let message = timeout(PATIENCE, self.message()).await.with_context(|| method.to_owned())??;
            if message["id"] == self.last {
                ensure!(message.get("error").is_none(), "{method}: {}", message["error"]);
                return Ok(message["result"].clone());
            }
            let method = message["method"].as_str().unwrap_or_default();
            if ["Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled"].contains(&method)
                || method == "Page.javascriptDialogOpening"
            {
                self.complaints.push(message["params"].to_string());
            }
        }
    }

    async fn message(&mut self) -> Result<Value> {
        let mut bytes = Vec::new();
        self.messages.read_until(0, &mut bytes).await?;
        ensure!(bytes.pop() == Some(0), "the browser has ended");
        Ok(serde_json::from_slice(&bytes)?)
    }

    pub(crate) async fn open(&mut self, address: &str) -> Result<()> {
        self.command("Page.navigate", json!({"url": address})).await?;
        Ok(())
    }

    pub(crate) async fn size(&mut self, width: u32, height: u32) -> Result<()> {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.command("Emulation.setDeviceMetricsOverride", size).await?;
        Ok(())
    }

    pub(crate) async fn theme(&mut self, theme: &str) -> Result<()> {
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": theme}]});
        self.command("Emulation.setEmulatedMedia", features).await?;
        Ok(())
    }

    /// Returns what an expression yields.
    pub(crate) async fn value(&mut self, expression: &str) -> Result<Value> {
        let what = json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
        let result = self.command("Runtime.evaluate", what).await?;
        if result.get("exceptionDetails").is_some() {
            bail!("{expression}: {}", result["exceptionDetails"]);
        }
        Ok(result["result"]["value"].clone())
    }

    /// Waits until an expression yields true. While a page loads, it may fail.
    pub(crate) async fn until(&mut self, expression: &str) -> Result<()> {
        let give_up = Instant::now() + PATIENCE;
        while !self.value(expression).await.is_ok_and(|value| value == true) {
            if Instant::now() > give_up {
                let text = self.value("document.body?.innerText").await?;
                bail!("not within {PATIENCE:?}: {expression}; complaints {:?}; page {text}", self.complaints);
            }
            sleep(POLL).await;
        }
        Ok(())
    }

    /// Waits until the page shows a text.
    pub(crate) async fn shows(&mut self, text: &str) -> Result<()> {
        self.until(&format!("document.body.innerText.includes({})", json!(text))).await
    }

    /// Presses a key. A letter is typed.
    pub(crate) async fn press(&mut self, key: &str) -> Result<()> {
        let code = match key {
            "Tab" => 9,
            "Enter" => 13,
            "Escape" => 27,
            "End" => 35,
            "Home" => 36,
            "ArrowUp" => 38,
            "ArrowDown" => 40,
            _ => 0,
        };
        let text = if code == 0 { key } else { "" };
        let text = if key == "Enter" { "\r" } else { text };
        let mut press = json!({"type": "keyDown", "key": key, "code": key, "windowsVirtualKeyCode": code});
        if !text.is_empty() {
            press["text"] = json!(text);
        }
        self.command("Input.dispatchKeyEvent", press.clone()).await?;
        press["type"] = json!("keyUp");
        self.command("Input.dispatchKeyEvent", press).await?;
        Ok(())
    }

    /// Saves a picture of the page in `target/window`.
    pub(crate) async fn picture(&mut self, name: &str) -> Result<()> {
        let picture = self.command("Page.captureScreenshot", json!({"format": "png"})).await?;
        let data = BASE64.decode(picture["data"].as_str().context("no picture")?)?;
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/window");
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(format!("{name}.png")), data)?;
        Ok(())
    }
}
