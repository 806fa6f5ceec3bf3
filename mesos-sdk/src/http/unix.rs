//! Connections to an agent on the same machine over a Unix domain socket.

use std::io;
use std::path::PathBuf;

use async_trait::async_trait;

use super::{Connector, Io};
use crate::Address;

/// The longest path of a socket, in bytes. The system has room for 108, the last of which is zero.
pub(crate) const MAX_SOCKET_PATH: usize = 107;

/// Connects to one socket, whatever the address.
#[derive(Clone, Debug)]
pub(crate) struct UnixConnector(PathBuf);

impl UnixConnector {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self(path)
    }
}

#[async_trait]
impl Connector for UnixConnector {
    #[cfg(unix)]
    async fn connect(&self, _: &Address) -> io::Result<Box<dyn Io>> {
        match tokio::net::UnixStream::connect(&self.0).await {
            Ok(stream) => Ok(Box::new(stream)),
            Err(error) => Err(io::Error::new(error.kind(), format!("{}: {error}", self.0.display()))),
        }
    }

    #[cfg(not(unix))]
    async fn connect(&self, _: &Address) -> io::Result<Box<dyn Io>> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "this system has no domain sockets"))
    }
}
