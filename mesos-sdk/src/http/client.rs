//! The interface that both HTTP clients implement.

use std::future::Future;

use http::{HeaderMap, HeaderValue, StatusCode};

use super::dial::connect;
use super::{Connector, Head, Io};
use crate::address::Scheme;
use crate::{Address, Error, ErrorKind};

/// One open connection to a peer. Dropping it closes the connection.
pub(crate) trait Client: Sized {
    /// Starts HTTP/1.1 on a connection.
    fn begin(io: Box<dyn Io>, remote: Remote) -> impl Future<Output = Result<Self, Error>> + Send;
    /// Returns the peer and the credentials that requests to it carry.
    fn remote(&self) -> &Remote;
    /// Sets the credentials of later requests.
    fn authorize(&mut self, authorization: Option<HeaderValue>);

    /// Connects to `address`. Errors name the peer `peer` (`master 10.0.0.1:5050`).
    fn open(
        connector: &dyn Connector,
        address: &Address,
        peer: String,
    ) -> impl Future<Output = Result<Self, Error>> + Send {
        async move {
            let io = connect(connector, address, &peer).await?;
            Self::begin(io, Remote::new(address, peer)?).await
        }
    }

    /// Returns the name of the peer in errors.
    fn peer(&self) -> &str {
        &self.remote().peer
    }

    /// Returns the credentials of requests.
    fn authorization(&self) -> Option<&HeaderValue> {
        self.remote().authorization.as_ref()
    }

    /// Returns the head of a response to a request that was sent with the present credentials.
    fn head<'a>(&'a self, status: StatusCode, headers: &'a HeaderMap) -> Head<'a> {
        let Remote { peer, scheme, authorization, .. } = self.remote();
        Head { peer, scheme: *scheme, authorized: authorization.is_some(), status, headers }
    }
}

/// The peer of a connection, and the credentials that requests to it carry.
pub(crate) struct Remote {
    pub(super) peer: String,
    pub(super) host: HeaderValue,
    pub(super) scheme: Scheme,
    pub(super) authorization: Option<HeaderValue>,
}

impl Remote {
    fn new(address: &Address, peer: String) -> Result<Self, Error> {
        let host = HeaderValue::try_from(address.host_header()).map_err(|error| {
            Error::new(ErrorKind::Invalid, format!("{peer}: the host is not valid")).with_source(error)
        })?;
        Ok(Self { peer, host, scheme: address.scheme(), authorization: None })
    }
}
