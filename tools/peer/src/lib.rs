//! The other end of an HTTP/1 connection in tests: requests and responses as bytes, and a peer that
//! follows a script.
//!
//! The crate does not depend on `mesos-sdk`, so that the tests of `mesos-sdk` itself can use it
//! with any set of features.

mod peer;
mod request;
mod response;
mod server;

pub use peer::{Connection, Peer, Received, Response};
pub use request::{Request, RequestRef, Requests};
pub use response::{Part, Responses, chunk, response};
pub use server::{Server, unused_address};
