//! Opening a connection to a peer.

use std::time::Duration;

use super::{Connector, Io};
use crate::timer::within;
use crate::{Address, Error, ErrorKind};

/// How long opening a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The value of `User-Agent`.
pub(super) const AGENT: &str = concat!("mesos-sdk/", env!("CARGO_PKG_VERSION"));

/// Opens a connection, on which nothing has been sent yet.
pub(super) async fn connect(
    connector: &dyn Connector,
    address: &Address,
    peer: &str,
) -> Result<Box<dyn Io>, Error> {
    let late = || {
        let text = format!("{peer} accepts no connection within {} s", CONNECT_TIMEOUT.as_secs());
        Error::new(ErrorKind::Timeout, text)
    };
    let connected = within(CONNECT_TIMEOUT, connector.connect(address)).await.ok_or_else(late)?;
    // A connector reports what it knows better with an error of the library.
    connected.map_err(|error| match error.downcast::<Error>() {
        Ok(error) => error,
        Err(error) => Error::new(ErrorKind::Unreachable, format!("{peer} can't be reached; is it running?"))
            .with_source(error),
    })
}
