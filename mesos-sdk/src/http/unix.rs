//! Connections to an agent on the same machine, over a Unix domain socket.

use std::io;
use std::path::PathBuf;

use async_trait::async_trait;

use super::{Connector, Io};
use crate::{Address, Error, ErrorKind};

/// What the system has room for: 108 bytes, the last of which is zero.
const MAX_PATH: usize = 107;

/// Connects to one socket, whatever the address.
#[derive(Clone, Debug)]
pub(crate) struct UnixConnector(PathBuf);

impl UnixConnector {
    /// Fails if the path is longer than a socket's may be; `variable` names where it came from.
    pub(crate) fn new(path: PathBuf, variable: &str) -> Result<Self, Error> {
        let length = path.as_os_str().len();
        if length > MAX_PATH {
            let text = format!(
                "{variable} has {length} bytes, but the path of a domain socket may have {MAX_PATH}: give the agent a \
                 shorter one"
            );
            return Err(Error::new(ErrorKind::Invalid, text));
        }
        Ok(Self(path))
    }
}

#[async_trait]
impl Connector for UnixConnector {
    #[cfg(unix)]
    async fn connect(&self, _: &Address) -> io::Result<Box<dyn Io>> {
        let connected = tokio::net::UnixStream::connect(&self.0).await;
        let stream = connected
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", self.0.display())))?;
        Ok(Box::new(stream))
    }

    #[cfg(not(unix))]
    async fn connect(&self, _: &Address) -> io::Result<Box<dyn Io>> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "this system has no domain sockets"))
    }
}
