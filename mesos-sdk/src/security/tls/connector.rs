//! Puts TLS on the connections of another connector.

use std::io;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;

use super::Tls;
use crate::http::{Connector, Io};
use crate::{Address, Error, Scheme};

/// Speaks TLS with addresses that say `https`, over connections that another [`Connector`] opens;
/// leaves the others as they are. The drivers put it around theirs by themselves.
#[derive(Debug)]
pub struct TlsConnector {
    tls: Tls,
    inner: Arc<dyn Connector>,
    client: OnceLock<Client>,
}

#[derive(Debug)]
enum Client {
    #[cfg(feature = "tls")]
    Rustls(super::rustls::Client),
    #[cfg(feature = "native-tls")]
    Native(super::native::Client),
}

impl TlsConnector {
    /// Wraps a connector. Nothing is read or checked before the first connection; see
    /// [`check`](Self::check).
    pub fn new(tls: Tls, inner: Arc<dyn Connector>) -> Self {
        Self { tls, inner, client: OnceLock::new() }
    }

    /// Makes what is needed for connections now.
    ///
    /// # Errors
    ///
    /// PEM that can't be used, or a machine that knows no authorities where none was named.
    pub fn check(&self) -> Result<(), Error> {
        self.client().map(drop)
    }

    fn client(&self) -> Result<&Client, Error> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = Client::new(&self.tls)?;
        Ok(self.client.get_or_init(|| client))
    }
}

impl Client {
    #[cfg(all(feature = "tls", feature = "native-tls"))]
    fn new(tls: &Tls) -> Result<Self, Error> {
        match tls.is_native {
            true => super::native::Client::new(tls).map(Self::Native),
            false => super::rustls::Client::new(tls).map(Self::Rustls),
        }
    }

    #[cfg(all(feature = "tls", not(feature = "native-tls")))]
    fn new(tls: &Tls) -> Result<Self, Error> {
        super::rustls::Client::new(tls).map(Self::Rustls)
    }

    #[cfg(not(feature = "tls"))]
    fn new(tls: &Tls) -> Result<Self, Error> {
        super::native::Client::new(tls).map(Self::Native)
    }

    async fn handshake(&self, tls: &Tls, address: &Address, io: Box<dyn Io>) -> Result<Box<dyn Io>, Error> {
        let name = tls.server_name_for(address);
        match self {
            #[cfg(feature = "tls")]
            Self::Rustls(client) => client.handshake(name, address, io).await,
            #[cfg(feature = "native-tls")]
            Self::Native(client) => client.handshake(name, address, io).await,
        }
    }
}

#[async_trait]
impl Connector for TlsConnector {
    async fn connect(&self, address: &Address) -> io::Result<Box<dyn Io>> {
        if address.scheme() == Scheme::Http {
            return self.inner.connect(address).await;
        }
        let client = self.client().map_err(io::Error::other)?;
        let io = self.inner.connect(address).await?;
        client.handshake(&self.tls, address, io).await.map_err(io::Error::other)
    }
}
