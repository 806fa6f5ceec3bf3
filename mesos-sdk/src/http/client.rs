//! What both HTTP clients have in common.

use std::future::Future;

use http::{HeaderMap, HeaderValue, StatusCode};

use super::dial::connect;
use super::{Connector, Head, Io};
use crate::address::Scheme;
use crate::{Address, Error, ErrorKind};

/// One open connection to a peer. Dropping it closes the connection.
pub(crate) trait Client: Sized {
    /// Begins to speak HTTP/1.1 on a connection.
    fn begin(io: Box<dyn Io>, remote: Remote) -> impl Future<Output = Result<Self, Error>> + Send;
    /// Returns who is at the other end.
    fn remote(&self) -> &Remote;
    /// Sets the credentials of the requests from now on.
    fn authorize(&mut self, authorization: Option<HeaderValue>);

    /// Connects to `address`, which errors call `peer` (`master 10.0.0.1:5050`).
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

    /// Returns what errors call the peer.
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

/// Who is at the other end, and as whom requests go there.
pub(crate) struct Remote {
    pub(super) peer: String,
    pub(super) host: HeaderValue,
    pub(super) scheme: Scheme,
    pub(super) authorization: Option<HeaderValue>,
}

impl Remote {
    fn new(address: &Address, peer: String) -> Result<Self, Error> {
        let host = HeaderValue::try_from(address.authority()).map_err(|error| {
            Error::new(ErrorKind::Invalid, format!("{peer}: the host is not valid")).with_source(error)
        })?;
        Ok(Self { peer, host, scheme: address.scheme(), authorization: None })
    }
}
