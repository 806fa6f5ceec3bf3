//! What stands in for TLS where the library was built without it.

use std::io;
use std::sync::Arc;

use async_trait::async_trait;

use crate::http::{Connector, Io};
use crate::{Address, Error, ErrorKind, Scheme};

/// Refuses to speak plainly with addresses that say `https`.
#[derive(Debug)]
pub(crate) struct NoTls(pub(crate) Arc<dyn Connector>);

#[async_trait]
impl Connector for NoTls {
    async fn connect(&self, address: &Address) -> io::Result<Box<dyn Io>> {
        if address.scheme() == Scheme::Https {
            let text = format!("{address} wants TLS: build mesos-sdk with its feature tls or native-tls");
            return Err(io::Error::other(Error::new(ErrorKind::Invalid, text)));
        }
        self.0.connect(address).await
    }
}
