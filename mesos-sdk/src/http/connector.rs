//! Opening connections: TCP, unless the user sets another connector.

use std::fmt;
use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};

use crate::{Address, Error, ErrorKind};

/// An open connection.
///
/// Reading and writing fail with [`io::ErrorKind::PermissionDenied`] if the peer has closed the
/// connection because it does not accept the client's certificate.
pub trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<C: AsyncRead + AsyncWrite + Send + Unpin> Io for C {}

/// Opens connections to masters and agents. [`TcpConnector`] is the default; tests connect to an
/// embedded cluster over in-memory pipes.
///
/// A connector does not handle TLS, whatever the scheme of the address: the drivers add it on top
/// of the connections.
#[async_trait]
pub trait Connector: fmt::Debug + Send + Sync {
    /// Opens one connection to `address`. An [`Error`](crate::Error) of the library keeps its kind
    /// if you convert it with [`io::Error::other`]. The driver drops the future when its own time
    /// limit has passed.
    async fn connect(&self, address: &Address) -> io::Result<Box<dyn Io>>;
}

#[async_trait]
impl<C: Connector + ?Sized> Connector for Arc<C> {
    async fn connect(&self, address: &Address) -> io::Result<Box<dyn Io>> {
        (**self).connect(address).await
    }
}

/// Plain TCP, with names that the system resolves.
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "it is written as a value: `TcpConnector`")]
pub struct TcpConnector;

#[async_trait]
impl Connector for TcpConnector {
    async fn connect(&self, address: &Address) -> io::Result<Box<dyn Io>> {
        let found = lookup_host((address.host(), address.port())).await;
        let found: Vec<_> = found.map_err(|error| unresolved(address, error))?.collect();
        let stream = TcpStream::connect(&found[..]).await?;
        stream.set_nodelay(true)?;
        Ok(Box::new(stream))
    }
}

/// A name that the system does not know is a wrong address rather than a peer that does not run.
fn unresolved(address: &Address, error: io::Error) -> io::Error {
    let text = format!("no address is known for the host {}; is its name right?", address.host());
    io::Error::other(Error::new(ErrorKind::Unreachable, text).with_source(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::dial;

    #[tokio::test]
    async fn name_that_is_not_known_is_reported_as_such() {
        let nowhere = Address::new("nowhere.invalid", 5050);
        let error = dial::connect(&TcpConnector, &nowhere, "master").await.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Unreachable);
        let text = "no address is known for the host nowhere.invalid; is its name right?";
        assert!(error.to_string().starts_with(text), "{error}");
    }
}
