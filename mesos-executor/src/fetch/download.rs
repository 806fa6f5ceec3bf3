//! Files over HTTP.

use std::fs::File;
use std::future::Future;
use std::process::Stdio;
use std::time::Duration;

use http::StatusCode;
use http_body_util::BodyExt as _;
use mesos_sdk::timer;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use url::Url;

use crate::web::{self, Failure, OpenResponse, shown};

/// How long a download may stall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stall {
    AtMost(Duration),
    Unlimited,
}

impl Stall {
    /// Waits for `next`, unless it stalls.
    async fn within<T>(self, next: impl Future<Output = T>) -> Result<T, String> {
        match self {
            Self::Unlimited => Ok(next.await),
            Self::AtMost(limit) => {
                let stalled = || format!("nothing has come for {} s", limit.as_secs_f64());
                timer::within(limit, next).await.ok_or_else(stalled)
            }
        }
    }
}

pub(super) async fn download(url: Url, file: File, stall: Stall) -> Result<(), String> {
    match stall.within(web::get(url)).await? {
        Ok(open) if open.response.status() == StatusCode::OK => write(open, file, stall).await,
        Ok(open) => Err(format!("the server responds with {}", open.response.status())),
        Err(Failure::WantsTls(url)) => by_curl(&url, file, stall).await,
        Err(Failure::Other(reason)) => Err(reason),
    }
}

async fn write(mut open: OpenResponse, file: File, stall: Stall) -> Result<(), String> {
    let mut file = tokio::fs::File::from_std(file);
    loop {
        let Some(frame) = stall.within(open.response.body_mut().frame()).await? else { break };
        let frame = frame.map_err(|error| error.to_string())?;
        if let Some(data) = frame.data_ref() {
            file.write_all(data).await.map_err(|error| error.to_string())?;
        }
    }
    file.flush().await.map_err(|error| error.to_string())
}

/// Downloads with `curl`, which knows the certificate authorities of the system.
async fn by_curl(url: &Url, file: File, stall: Stall) -> Result<(), String> {
    let mut curl = curl(url, stall);
    curl.stdin(Stdio::piped()).stdout(file).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child =
        curl.spawn().map_err(|error| format!("https needs curl, which can't be started: {error}"))?;
    if let Some(mut input) = child.stdin.take() {
        // If it reads nothing, it has printed why.
        let _ = input.write_all(config(url).as_bytes()).await;
    }
    let done = child.wait_with_output().await.map_err(|error| format!("curl: {error}"))?;
    match done.status.success() {
        true => Ok(()),
        false => Err(format!("{}: {}", shown(url.as_str()), String::from_utf8_lossy(&done.stderr).trim())),
    }
}

/// Returns the command, without the address. Credentials are never sent over plain HTTP: before
/// 7.83 curl sent them to the same host with whatever scheme a redirect named.
fn curl(url: &Url, stall: Stall) -> Command {
    let mut curl = Command::new("curl");
    curl.args(["-q", "-sS", "-L", "-f", "-g", "--proto", "=http,https", "-K", "-"]);
    if !url.username().is_empty() || url.password().is_some() {
        curl.args(["--proto-redir", "=https"]);
    }
    if let Stall::AtMost(limit) = stall {
        let seconds = limit.as_secs().max(1).to_string();
        curl.args(["--connect-timeout", &seconds, "--speed-limit", "1", "--speed-time", &seconds]);
    }
    curl
}

/// Returns the address as curl's configuration, because everybody on the machine may read
/// arguments.
fn config(url: &Url) -> String {
    format!("url = \"{}\"\n", url.as_str().replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_stay_encrypted() {
        for (url, only_https) in [("https://h/x", false), ("https://me@h/x", true), ("https://:pass@h", true)]
        {
            let curl = curl(&Url::parse(url).unwrap(), Stall::Unlimited);
            let arguments: Vec<_> = curl.as_std().get_args().collect();
            assert_eq!(
                arguments.ends_with(&["--proto-redir".as_ref(), "=https".as_ref()]),
                only_https,
                "{url}"
            );
        }
    }

    #[test]
    fn curl_gets_one_url() {
        let url = Url::parse("https://me:pass@h/a\"b?c\\\"\n").unwrap();
        assert_eq!(config(&url), "url = \"https://me:pass@h/a%22b?c\\\\%22\"\n");
    }
}
