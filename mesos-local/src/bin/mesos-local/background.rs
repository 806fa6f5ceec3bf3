//! A cluster in the background.

use std::env;
use std::fs::{File, read_to_string};
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::outcome::Outcome;
use super::output;

/// How much of the log is shown if the cluster does not start.
const LAST_LINES: usize = 5;

/// Starts this program with the same arguments in the background, and returns when the cluster is
/// ready.
pub(crate) async fn start(json: bool) -> Outcome {
    tokio::task::spawn_blocking(move || spawn(json).map_err(|error| error.to_string())).await??;
    Ok(())
}

fn spawn(json: bool) -> Outcome {
    let (log, path) = tempfile::Builder::new().prefix("mesos-local-").suffix(".log").tempfile()?.keep()?;
    let mut child = Command::new(env::current_exe()?)
        .args(env::args_os().skip(1))
        .arg("--session")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(File::try_clone(&log)?)
        .spawn()?;
    let mut line = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut line)?;
    }
    let Ok(Value::Object(mut ready)) = serde_json::from_str(&line) else {
        let status = child.wait()?;
        let text = read_to_string(&path)?;
        let last: Vec<_> = text.lines().rev().take(LAST_LINES).collect();
        let last: Vec<_> = last.into_iter().rev().collect();
        return Err(format!("the cluster has not started ({status}):\n{}", last.join("\n")).into());
    };
    ready.insert("log".to_owned(), path.display().to_string().into());
    if json {
        output::line(&Value::Object(ready).to_string());
        return Ok(());
    }
    let text = |name: &str| ready.get(name).and_then(Value::as_str).unwrap_or("none").to_owned();
    output::line(&format!("The cluster runs in the background, as process {}.", child.id()));
    output::line(&format!("Master:  {}", text("master")));
    output::line(&format!("Window:  {}", text("window")));
    output::line(&format!("Log:     {}", text("log")));
    let port = text("master").rsplit_once(':').map(|(_, port)| port.to_owned()).unwrap_or_default();
    let option = if port == "5050" { String::new() } else { format!(" --port {port}") };
    output::line(&format!("End it:  mesos-local down{option}"));
    Ok(())
}
