//! How another process asks a running cluster for something: over a socket that only the same user
//! can open, with one line of JSON each way.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use mesos_window::Faults as _;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::faults::ClusterFaults;
use super::options::Running;
use super::outcome::Outcome;
use super::output;

/// How long a line may be.
const MAX_LINE: u64 = 4 << 10;
/// How long a request may take to arrive.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

/// How long to wait after a connection could not be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What a running cluster is asked for.
#[derive(Debug, Deserialize, Serialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub(crate) enum Request {
    Fault { name: String, agent: Option<String> },
    End,
}

#[derive(Debug, Deserialize, Serialize)]
struct Response {
    /// What went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// A connection of a process that asks for something.
pub(crate) type Connection = BufReader<UnixStream>;

/// The socket of a cluster. Its file is removed at the end.
#[derive(Debug)]
pub(crate) struct Control {
    listener: UnixListener,
    path: PathBuf,
}

impl Control {
    /// Listens for the cluster whose master has this port. The port belongs to one process, so
    /// a file that exists already is left over from an earlier one.
    pub(crate) fn listen(port: u16) -> io::Result<Self> {
        let path = path(port)?;
        if path.exists() {
            fs::remove_file(&path)?;
        }
        let listener = UnixListener::bind(&path)?;
        fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        Ok(Self { listener, path })
    }

    /// Does what it is asked for, one request after the other, until the future is dropped.
    /// When it is asked for the end, `end` gets the connection, which is to be closed then.
    pub(crate) async fn serve(&self, faults: &ClusterFaults, end: &mpsc::Sender<Connection>) {
        loop {
            let done = match self.listener.accept().await {
                Ok((stream, _)) => respond(stream, faults, end).await,
                Err(error) => {
                    // Such as too many open files: the cluster goes on.
                    sleep(ACCEPT_PAUSE).await;
                    Err(error)
                }
            };
            if let Err(error) = done {
                tracing::warn!(%error, "a control connection failed");
            }
        }
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        // If it stays, the next cluster removes it.
        let _ = fs::remove_file(&self.path);
    }
}

async fn respond(
    stream: UnixStream,
    faults: &ClusterFaults,
    end: &mpsc::Sender<Connection>,
) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = Vec::new();
    timeout(REQUEST_TIMEOUT, (&mut stream).take(MAX_LINE).read_until(b'\n', &mut line)).await??;
    let request = serde_json::from_slice(&line)?;
    let ends = matches!(request, Request::End);
    let done = match request {
        Request::End => Ok(()),
        Request::Fault { name, agent } => match agent.map(|agent| faults.find(&agent)).transpose() {
            Ok(agent) => faults.inject(&name, agent).await,
            Err(reason) => Err(reason),
        },
    };
    let response = serde_json::to_string(&Response { error: done.err() })?;
    stream.write_all(format!("{response}\n").as_bytes()).await?;
    if ends {
        // A second request for the end changes nothing.
        let _ = end.try_send(stream);
    }
    Ok(())
}

/// Sends a request to a running cluster, and waits until it is done.
pub(crate) async fn ask(running: &Running, request: &Request) -> Outcome {
    let stream = UnixStream::connect(path(running.port)?).await.map_err(|error| {
        format!(
            "no cluster that `mesos-local up` started has its master at port {}: {error}. If it has another \
             port, add --port",
            running.port
        )
    })?;
    let mut stream = BufReader::new(stream);
    stream.write_all(format!("{}\n", serde_json::to_string(request)?).as_bytes()).await?;
    let mut line = String::new();
    (&mut stream).take(MAX_LINE).read_line(&mut line).await?;
    stream.read_to_end(&mut Vec::new()).await?;
    let response: Response = serde_json::from_str(&line)?;
    if running.json {
        output::line(&json!({"ok": response.error.is_none(), "error": response.error}).to_string());
    }
    response.error.map_or(Ok(()), |error| Err(error.into()))
}

/// Returns the socket of the cluster whose master has this port, in a folder that belongs to this
/// user.
fn path(port: u16) -> io::Result<PathBuf> {
    let user = rustix::process::getuid().as_raw();
    let folder = match std::env::var_os("XDG_RUNTIME_DIR") {
        Some(folder) => PathBuf::from(folder).join("mesos-local"),
        None => std::env::temp_dir().join(format!("mesos-local-{user}")),
    };
    DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
    check(&folder, user)?;
    Ok(folder.join(format!("{port}.sock")))
}

/// Checks that nobody else can put a socket there.
fn check(folder: &Path, user: u32) -> io::Result<()> {
    let found = fs::symlink_metadata(folder)?;
    if found.is_dir() && found.uid() == user && found.mode() & 0o022 == 0 {
        return Ok(());
    }
    let text = format!("{} belongs to somebody else, or others can write to it: remove it", folder.display());
    Err(io::Error::new(io::ErrorKind::PermissionDenied, text))
}
