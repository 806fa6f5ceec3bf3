//! The way into an agent over a Unix domain socket.

use std::io;
use std::path::Path;

use tokio::io::copy_bidirectional;
use tokio::net::UnixListener;
use tokio::task::{AbortHandle, JoinSet};

use crate::server::Pipes;

/// How long the path of a socket may be, in bytes.
const MAX_PATH: usize = 107;

/// Takes connections until it is dropped; they break then.
#[derive(Debug)]
pub(super) struct DomainSocket(AbortHandle);

impl DomainSocket {
    /// Listens at `path`, in place of whatever an earlier run has left there.
    pub(super) fn open(path: &Path, pipes: Pipes) -> io::Result<Self> {
        check(path)?;
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(path)?;
        Ok(Self(tokio::spawn(take(listener, pipes)).abort_handle()))
    }
}

impl Drop for DomainSocket {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Checks that a socket can have this path.
pub(super) fn check(path: &Path) -> io::Result<()> {
    match path.as_os_str().len() {
        0..=MAX_PATH => Ok(()),
        length => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("{} has {length} bytes, more than the {MAX_PATH} of a domain socket", path.display()),
        )),
    }
}

async fn take(listener: UnixListener, pipes: Pipes) {
    let mut connections = JoinSet::new();
    while let Ok((mut outside, _)) = listener.accept().await {
        let pipes = pipes.clone();
        connections.spawn(async move {
            let mut inside = pipes.connect().await?;
            copy_bidirectional(&mut outside, &mut inside).await
        });
        while connections.try_join_next().is_some() {}
    }
}
