//! How masters and agents are reached: their addresses, the connections, and the credentials.

mod options;
mod stream;
mod subscribe;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Response};
use hyper::body::Incoming;

use crate::detect::Master;
use crate::http::{Client as _, Connector, Endpoint, HyperClient, PipelinedClient, TcpConnector};
#[cfg(not(any(feature = "tls", feature = "native-tls")))]
use crate::security::NoTls;
use crate::security::{Authenticator, Hosts, Trust, header_value, secret_in};
#[cfg(any(feature = "tls", feature = "native-tls"))]
use crate::security::{Tls, TlsConnector};
use crate::{Address, Error, ErrorKind, Sent};

pub use options::ClientOptions;
pub(crate) use stream::{EventStream, PeerEvent, StreamEvent, read};
pub(crate) use subscribe::{Peer, SUBSCRIBE_TIMEOUT};

/// How long a call may wait for its response by default.
pub(crate) const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// The address, the connections and the credentials of a peer.
#[derive(Clone)]
pub(crate) struct Transport {
    pub(crate) master: Master,
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) authenticator: Option<Arc<dyn Authenticator>>,
    /// The user's TLS settings. If set, only TLS is used.
    #[cfg(any(feature = "tls", feature = "native-tls"))]
    pub(crate) tls: Option<Tls>,
    /// Further hosts that may have the credentials.
    pub(crate) trusted_hosts: Vec<Hosts>,
}

impl Transport {
    /// Creates a transport over plain TCP, without credentials.
    pub(crate) fn new(master: Master) -> Self {
        Self {
            master,
            connector: Arc::new(TcpConnector),
            authenticator: None,
            #[cfg(any(feature = "tls", feature = "native-tls"))]
            tls: None,
            trusted_hosts: Vec::new(),
        }
    }

    /// Adds TLS to connections to addresses that require it. Also returns which peers may be
    /// connected to and may receive the credentials.
    #[cfg(any(feature = "tls", feature = "native-tls"))]
    pub(crate) fn secure(mut self) -> Result<(Self, Trust), Error> {
        let only_tls = self.tls.is_some();
        let connector = TlsConnector::new(self.tls.clone().unwrap_or_default(), self.connector);
        if only_tls {
            connector.check()?;
            self.master = self.master.over_tls()?;
        }
        self.connector = Arc::new(connector);
        let trust = self.trust(only_tls);
        Ok((self, trust))
    }

    /// Refuses addresses that require TLS. Also returns which peers may be connected to and may
    /// receive the credentials.
    #[cfg(not(any(feature = "tls", feature = "native-tls")))]
    #[allow(clippy::unnecessary_wraps, reason = "with TLS it can fail")]
    pub(crate) fn secure(mut self) -> Result<(Self, Trust), Error> {
        self.connector = Arc::new(NoTls(self.connector));
        let trust = self.trust(false);
        Ok((self, trust))
    }

    fn trust(&self, only_tls: bool) -> Trust {
        Trust {
            has_credentials: self.authenticator.is_some(),
            only_tls,
            named: self.master.named().clone(),
            hosts: self.trusted_hosts.clone(),
        }
    }

    /// Returns `channel` if it is still open, or else a new connection; and whether it is a new
    /// one.
    pub(crate) async fn open(
        &self,
        channel: Option<HyperClient>,
        address: &Address,
        peer: &str,
    ) -> Result<(HyperClient, bool), Error> {
        let opened = async {
            let (mut channel, is_new) = match channel.filter(HyperClient::is_open) {
                Some(channel) => (channel, false),
                None => (HyperClient::open(self.connector.as_ref(), address, peer.to_owned()).await?, true),
            };
            channel.authorize(self.authorization(address).await?);
            Ok((channel, is_new))
        };
        opened.await.map_err(|error: Error| error.sent(Sent::No))
    }

    /// Opens a connection that has to be fast.
    pub(crate) async fn connect(&self, address: &Address, peer: &str) -> Result<PipelinedClient, Error> {
        PipelinedClient::open(self.connector.as_ref(), address, peer.to_owned()).await
    }

    /// Returns the credentials for the next request.
    pub(crate) async fn authorization(&self, address: &Address) -> Result<Option<HeaderValue>, Error> {
        match &self.authenticator {
            Some(authenticator) => {
                authenticator.authorization(address).await?.as_ref().map(header_value).transpose()
            }
            None => Ok(None),
        }
    }

    /// Posts on `kept` if that is still open, or else on a new connection. Returns the connection.
    pub(crate) async fn post(
        &self,
        kept: Option<HyperClient>,
        (address, peer): (&Address, &str),
        endpoint: &Endpoint,
        body: Bytes,
    ) -> Result<(Response<Incoming>, HyperClient), Error> {
        let (mut channel, is_new) = self.open(kept, address, peer).await?;
        let mut response = channel.post(endpoint, body.clone()).await;
        if response.as_ref().is_err_and(|error| error.was_sent() == Sent::No) && !is_new {
            // The peer had closed the idle connection.
            (channel, _) = self.open(None, address, peer).await?;
            response = channel.post(endpoint, body).await;
        }
        Ok((response?, channel))
    }

    /// Returns whether to retry a request with newer credentials, after it was refused in this way
    /// with this `authorization`.
    pub(crate) async fn renews(
        &self,
        address: &Address,
        authorization: Option<&HeaderValue>,
        refusal: &Error,
    ) -> Result<bool, Error> {
        match &self.authenticator {
            Some(authenticator) if refusal.kind() == ErrorKind::Unauthorized => {
                authenticator.refused(address, authorization.and_then(secret_in).as_ref()).await
            }
            _ => Ok(false),
        }
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Transport").field("master", &self.master).finish_non_exhaustive()
    }
}
