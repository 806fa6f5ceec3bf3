//! How connections are opened: TCP, unless the user has another way.

use std::fmt;
use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::Address;

/// An open connection.
///
/// Reading and writing fail with [`io::ErrorKind::PermissionDenied`] where the peer has closed it because it does not
/// accept the client's certificate.
pub trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<C: AsyncRead + AsyncWrite + Send + Unpin> Io for C {}

/// Opens connections to masters and agents. [`TcpConnector`] is the default; tests connect to an embedded cluster
/// over pipes in memory.
///
/// TLS is not its business, whatever the scheme of the address: the drivers put it on top of the connections.
#[async_trait]
pub trait Connector: fmt::Debug + Send + Sync {
    /// Opens one connection to `address`. An [`Error`](crate::Error) of the library, made into an I/O error with
    /// [`io::Error::other`], keeps its kind. The driver drops the future when its own time limit has passed.
    async fn connect(&self, address: &Address) -> io::Result<Box<dyn Io>>;
}

#[async_trait]
impl<C: Connector + ?Sized> Connector for Arc<C> {
    async fn connect(&self, address: &Address) -> io::Result<Box<dyn Io>> {
        (**self).connect(address).await
    }
}

/// Plain TCP, with names resolved by the system.
#[derive(Clone, Copy, Debug, Default)]
pub struct TcpConnector;

#[async_trait]
impl Connector for TcpConnector {
    async fn connect(&self, address: &Address) -> io::Result<Box<dyn Io>> {
        let stream = TcpStream::connect((address.host(), address.port())).await?;
        stream.set_nodelay(true)?;
        Ok(Box::new(stream))
    }
}
