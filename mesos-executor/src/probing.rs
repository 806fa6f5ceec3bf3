//! Carries out probes.

use mesos_sdk::proto::v1::{CommandInfo, Environment};
use tokio::net::TcpStream;

use crate::machine::{Outcome, Probe};
use crate::process::{Output, Process};
use crate::web::{self, Failure};

/// Carries out one probe. Dropping the future ends it, with all that it has started.
pub(crate) async fn carry_out(probe: Probe, environment: Environment) -> Outcome {
    match probe {
        Probe::Command(info) => run(&info, &environment).await,
        Probe::Http(url) => ask(&url, &environment).await,
        Probe::Tcp(host, port) => Outcome::Connected(TcpStream::connect((host, port)).await.is_ok()),
    }
}

async fn run(info: &CommandInfo, environment: &Environment) -> Outcome {
    let ended = match Process::start(info, environment, Output::ToErrors) {
        Ok(mut process) => process.wait().await,
        Err(error) => Err(error),
    };
    ended.map_or_else(|error| Outcome::Failed(format!("{:?}: {error}", info.value())), Outcome::Exited)
}

async fn ask(url: &str, environment: &Environment) -> Outcome {
    match web::get(url).await {
        Ok(answer) => Outcome::Answered(answer.response.status().as_u16()),
        Err(Failure::WantsTls(url)) => ask_by_curl(&url, environment).await,
        Err(Failure::Other(reason)) => Outcome::Failed(reason),
    }
}

/// Mesos' own executor leaves every HTTP check to curl, and lets it take any certificate: the task is on this machine.
async fn ask_by_curl(url: &str, environment: &Environment) -> Outcome {
    let mut curl = tokio::process::Command::new("curl");
    curl.args(["-s", "-S", "-L", "-k", "-g", "-o", "/dev/null", "-w", "%{http_code}", url]);
    mesos_sdk::executor::ExecutorEnvironment::hide_secrets(curl.as_std_mut());
    let variables = environment.variables.iter().map(|it| (&it.name, it.value()));
    let output = curl.envs(variables).kill_on_drop(true).output().await;
    let output = match output {
        Ok(output) => output,
        Err(error) => return Outcome::Failed(format!("{url}: curl: {error}")),
    };
    let status = std::str::from_utf8(&output.stdout).ok().and_then(|text| text.trim().parse().ok());
    match status {
        Some(status) if output.status.success() => Outcome::Answered(status),
        _ => Outcome::Failed(format!("{url}: {}", String::from_utf8_lossy(&output.stderr).trim())),
    }
}
