//! How a connection ends that should not.

use std::io;

use crate::{Error, ErrorKind};

/// The peer has closed the connection, with this error if it was not silent.
pub(super) fn closed(peer: &str, error: Option<&io::Error>) -> Error {
    if error.is_some_and(|error| error.kind() == io::ErrorKind::PermissionDenied) {
        let text = format!("{peer} wants another client certificate than it was shown, or one at all");
        return Error::new(ErrorKind::Untrusted, text);
    }
    Error::new(ErrorKind::Disconnected, format!("{peer} closed the connection"))
}

/// What the peer says is no response.
pub(super) fn no_http(peer: &str) -> Error {
    let text = format!(
        "{peer} does not speak HTTP; check the address, and write https:// before it if it speaks TLS"
    );
    Error::new(ErrorKind::NotMesos, text)
}
