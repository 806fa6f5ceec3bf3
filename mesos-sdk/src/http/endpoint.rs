//! The API that a client calls.

use http::Uri;

use crate::wire::{DEFAULT_MAX_RECORD, Encoding};

/// An API of a peer, and how to call it.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub(crate) path: Uri,
    pub(crate) encoding: Encoding,
    /// The largest record, or response, that is accepted, in bytes.
    pub(crate) max_record: usize,
}

impl Endpoint {
    /// Creates the endpoint of the API at `path`, in protobuf.
    pub(crate) fn new(path: &'static str) -> Self {
        Self { path: Uri::from_static(path), encoding: Encoding::default(), max_record: DEFAULT_MAX_RECORD }
    }
}
