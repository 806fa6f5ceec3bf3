//! Errors for connections that end unexpectedly.

use std::io;

use crate::{Error, ErrorKind};

/// Returns the error for a connection that the peer has closed, with the I/O error if there is one.
pub(super) fn closed(peer: &str, error: Option<&io::Error>) -> Error {
    if error.is_some_and(|error| error.kind() == io::ErrorKind::PermissionDenied) {
        let text = format!("{peer} requires a client certificate, or another one than it received");
        return Error::new(ErrorKind::Untrusted, text);
    }
    Error::new(ErrorKind::Disconnected, format!("{peer} closed the connection"))
}

/// Returns the error for a peer whose response is not HTTP.
pub(super) fn no_http(peer: &str) -> Error {
    let text = format!(
        "{peer} does not speak HTTP; check the address, and write https:// before it if it speaks TLS"
    );
    Error::new(ErrorKind::NotMesos, text)
}
