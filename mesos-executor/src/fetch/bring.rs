//! Does what was planned.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use http_body_util::BodyExt as _;
use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::time::timeout;

use super::info::FetcherInfo;
use super::plan::{Plan, Source, Then};
use super::unpack::unpack;
use crate::web::{self, Answer, Failure};

pub(super) async fn bring(plan: &Plan, info: &FetcherInfo) -> Result<(), String> {
    if let Some(folder) = plan.target.parent() {
        fs::create_dir_all(folder).await.map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    match &plan.source {
        Source::File(path) => copy(path, &plan.target).await?,
        Source::Web(url) => download(url, &plan.target, info.stall_timeout()).await?,
    }
    match plan.then {
        Then::Nothing => Ok(()),
        Then::MakeExecutable => make_executable(&plan.target).await,
        Then::Extract(archive) => unpack(archive, &plan.target, &info.sandbox_directory).await,
        Then::Warn => {
            eprintln!("Not extracting '{}': its name is not that of an archive", plan.target.display());
            Ok(())
        }
    }
}

/// Gives the sandbox and all that is in it to its user.
pub(super) async fn hand_over(sandbox: &Path, user: &str) -> Result<(), String> {
    let done = Command::new("chown").args(["-R", "--", user]).arg(sandbox).output().await;
    match done {
        Ok(done) if done.status.success() => Ok(()),
        Ok(done) => {
            let said = String::from_utf8_lossy(&done.stderr);
            Err(format!("Failed to give {} to {user}: {}", sandbox.display(), said.trim()))
        }
        Err(error) => Err(format!("Failed to give {} to {user}: chown: {error}", sandbox.display())),
    }
}

async fn copy(from: &Path, to: &Path) -> Result<(), String> {
    fs::copy(from, to).await.map(drop).map_err(|error| error.to_string())
}

async fn make_executable(file: &Path) -> Result<(), String> {
    let executable = fs::set_permissions(file, Permissions::from_mode(0o755)).await;
    executable.map_err(|error| format!("{}: {error}", file.display()))
}

async fn download(url: &str, target: &Path, stall: Duration) -> Result<(), String> {
    let stalled = |_| format!("nothing has come for {} s", stall.as_secs_f64());
    match timeout(stall, web::get(url)).await.map_err(stalled)? {
        Ok(answer) if answer.response.status().is_success() => write(answer, target, stall).await,
        Ok(answer) => Err(format!("the server answers {}", answer.response.status())),
        Err(Failure::WantsTls(url)) => download_by_curl(&url, target, stall).await,
        Err(Failure::Other(reason)) => Err(reason),
    }
}

async fn write(mut answer: Answer, target: &Path, stall: Duration) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", target.display());
    let mut file = File::create(target).await.map_err(failed)?;
    loop {
        let next = timeout(stall, answer.response.body_mut().frame()).await;
        let next = next.map_err(|_| format!("nothing has come for {} s", stall.as_secs_f64()))?;
        let Some(frame) = next else { break };
        let frame = frame.map_err(|error| error.to_string())?;
        if let Some(data) = frame.data_ref() {
            file.write_all(data).await.map_err(failed)?;
        }
    }
    file.flush().await.map_err(failed)
}

/// The system knows the authorities to trust.
async fn download_by_curl(url: &str, target: &Path, stall: Duration) -> Result<(), String> {
    let seconds = stall.as_secs().max(1).to_string();
    let mut curl = Command::new("curl");
    curl.args(["-sS", "-L", "-f", "-g", "--speed-limit", "1", "--speed-time", &seconds, "-o"]);
    let done = curl.arg(target).arg(url).kill_on_drop(true).output().await;
    match done {
        Ok(done) if done.status.success() => Ok(()),
        Ok(done) => Err(String::from_utf8_lossy(&done.stderr).trim().to_owned()),
        Err(error) => Err(format!("https needs curl, which can't be started: {error}")),
    }
}
