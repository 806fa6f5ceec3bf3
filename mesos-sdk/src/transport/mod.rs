//! How masters and agents are reached: where to, over which connections, and as whom.

mod subscribe;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Response};
use hyper::body::Incoming;

use crate::detect::Master;
use crate::http::{Client as _, Connector, Endpoint, HyperClient, NotSent, PipelinedClient, TcpConnector};
#[cfg(not(any(feature = "tls", feature = "native-tls")))]
use crate::security::NoTls;
use crate::security::{Authenticator, Trust, header_value, secret_in};
#[cfg(any(feature = "tls", feature = "native-tls"))]
use crate::security::{Tls, TlsConnector};
use crate::{Address, Error, ErrorKind};

pub(crate) use subscribe::{Peer, SUBSCRIBE_TIMEOUT, decode, read, subscribe};

/// How long a call may be without a response, unless the user wants it otherwise.
pub(crate) const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// Where to, how, and as whom.
#[derive(Clone)]
pub(crate) struct Transport {
    pub(crate) master: Master,
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) authenticator: Option<Arc<dyn Authenticator>>,
    /// What the user wants of TLS, who then wants nothing else.
    #[cfg(any(feature = "tls", feature = "native-tls"))]
    pub(crate) tls: Option<Tls>,
}

impl Transport {
    /// Plain TCP, as nobody, until told otherwise.
    pub(crate) fn new(master: Master) -> Self {
        Self {
            master,
            connector: Arc::new(TcpConnector),
            authenticator: None,
            #[cfg(any(feature = "tls", feature = "native-tls"))]
            tls: None,
        }
    }

    /// Puts TLS on connections to addresses that want it, and completes what is asked of peers with what is to be
    /// protected.
    #[cfg(any(feature = "tls", feature = "native-tls"))]
    pub(crate) fn secure(mut self, trust: &mut Trust) -> Result<Self, Error> {
        let connector = TlsConnector::new(self.tls.clone().unwrap_or_default(), self.connector);
        if self.tls.is_some() {
            connector.check()?;
            trust.only_tls = true;
            self.master = self.master.over_tls()?;
        }
        self.connector = Arc::new(connector);
        Ok(self.entrust(trust))
    }

    /// Completes what is asked of peers with what is to be protected.
    #[cfg(not(any(feature = "tls", feature = "native-tls")))]
    #[allow(clippy::unnecessary_wraps, reason = "with TLS it can fail")]
    pub(crate) fn secure(mut self, trust: &mut Trust) -> Result<Self, Error> {
        self.connector = Arc::new(NoTls(self.connector));
        Ok(self.entrust(trust))
    }

    fn entrust(self, trust: &mut Trust) -> Self {
        trust.has_credentials = self.authenticator.is_some();
        trust.named = self.master.named().clone();
        self
    }

    /// A new connection, or `channel` if that is still open; and whether it is a new one.
    pub(crate) async fn open(
        &self,
        channel: Option<HyperClient>,
        address: &Address,
        peer: &str,
    ) -> Result<(HyperClient, bool), Error> {
        let (mut channel, is_new) = match channel.filter(HyperClient::is_open) {
            Some(channel) => (channel, false),
            None => (HyperClient::open(self.connector.as_ref(), address, peer.to_owned()).await?, true),
        };
        channel.authorize(self.authorization(address).await?);
        Ok((channel, is_new))
    }

    /// A new connection for what has to be fast.
    pub(crate) async fn connect(&self, address: &Address, peer: &str) -> Result<PipelinedClient, Error> {
        PipelinedClient::open(self.connector.as_ref(), address, peer.to_owned()).await
    }

    /// What the next request is to say of its sender.
    pub(crate) async fn authorization(&self, address: &Address) -> Result<Option<HeaderValue>, Error> {
        match &self.authenticator {
            Some(authenticator) => {
                authenticator.authorization(address).await?.as_ref().map(header_value).transpose()
            }
            None => Ok(None),
        }
    }

    /// Posts on `kept` if that is still good, else on a new connection; gives the connection back.
    pub(crate) async fn post(
        &self,
        kept: Option<HyperClient>,
        (address, peer): (&Address, &str),
        endpoint: &Endpoint,
        body: Bytes,
    ) -> Result<(Response<Incoming>, HyperClient), NotSent> {
        let (mut channel, is_new) = self.open(kept, address, peer).await?;
        let mut response = channel.post(endpoint, body.clone()).await;
        if response.as_ref().is_err_and(NotSent::is_certain) && !is_new {
            // The peer had closed the idle connection.
            (channel, _) = self.open(None, address, peer).await?;
            response = channel.post(endpoint, body).await;
        }
        Ok((response?, channel))
    }

    /// Whether a request with this `authorization`, which was refused like this, is worth one more try with another.
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
