//! Carries out probes.

use std::process::Stdio;

use mesos_sdk::proto::v1::CommandInfo;
use tokio::net::TcpStream;
use url::Url;

use crate::machine::{Outcome, Probe};
use crate::process::{Output, Process, ProcessEnvironment};
use crate::web::{self, Failure};

/// Carries out one probe. Dropping the future ends it, with all that it has started. Must be polled
/// within a tokio runtime with I/O.
pub async fn carry_out(probe: Probe, environment: ProcessEnvironment) -> Outcome {
    match probe {
        Probe::Command(info) => run(&info, &environment).await,
        Probe::Http(url) => get(&url, &environment).await,
        Probe::Tcp(host, port) => Outcome::Connected(connect(host, port).await),
    }
}

/// Returns whether something listens there. Ports above 65535 do not exist, but Mesos takes them.
async fn connect(host: &str, port: u32) -> bool {
    match u16::try_from(port) {
        Ok(port) => TcpStream::connect((host, port)).await.is_ok(),
        Err(_) => false,
    }
}

async fn run(info: &CommandInfo, environment: &ProcessEnvironment) -> Outcome {
    let ended = match Process::start(info, environment, Output::ToErrors).await {
        Ok(mut process) => process.wait().await,
        Err(error) => Err(error),
    };
    ended.map_or_else(|error| Outcome::Failed(format!("{:?}: {error}", info.value())), Outcome::Exited)
}

async fn get(url: &str, environment: &ProcessEnvironment) -> Outcome {
    let target = match Url::parse(url) {
        Ok(target) => target,
        Err(error) => return Outcome::Failed(format!("{url}: {error}")),
    };
    match web::get(target).await {
        Ok(open) => Outcome::Responded(open.response.status().as_u16()),
        Err(Failure::WantsTls(url)) => get_with_curl(url.as_str(), environment).await,
        Err(Failure::Other(reason)) => Outcome::Failed(reason),
    }
}

/// Mesos' own executor leaves every HTTP check to curl, and lets it take any certificate: the task
/// is on this machine.
async fn get_with_curl(url: &str, environment: &ProcessEnvironment) -> Outcome {
    let mut curl = tokio::process::Command::new("curl");
    curl.args(["-s", "-S", "-L", "-k", "-g", "-o", "/dev/null", "-w", "%{http_code}", url]);
    if let Err(error) = environment.prepare(&mut curl, Output::Own) {
        return Outcome::Failed(format!("{url}: {error}"));
    }
    curl.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let output = match curl.output().await {
        Ok(output) => output,
        Err(error) => return Outcome::Failed(format!("{url}: curl: {error}")),
    };
    let status = std::str::from_utf8(&output.stdout).ok().and_then(|text| text.trim().parse().ok());
    match status {
        Some(status) if output.status.success() => Outcome::Responded(status),
        _ => Outcome::Failed(format!("{url}: {}", String::from_utf8_lossy(&output.stderr).trim())),
    }
}
