//! HTTP below the session: connections, requests, and the meaning of responses.
//!
//! There are two clients, each a [`Client`]: [`HyperClient`] for the operator API and logins, and
//! [`PipelinedClient`], below hyper, for the event stream and the calls of a session, which have to
//! be fast.

mod broken;
mod client;
mod connector;
mod dial;
mod endpoint;
mod hyper;
pub(crate) mod location;
mod open;
#[cfg(test)]
mod peer;
pub(crate) mod pipelined;
mod records;
mod response;
mod text;
mod unix;

pub(crate) use self::hyper::{HyperClient, RequestBody, text_of};
pub(crate) use client::Client;
pub use connector::{Connector, Io, TcpConnector};
pub(crate) use endpoint::Endpoint;
pub(crate) use open::OpenResponse;
pub(crate) use pipelined::PipelinedClient;
pub(crate) use pipelined::machine::{After, MalformedResponse, Part, Pipeline, ResponseHead};
pub(crate) use records::{Read, Records};
pub(crate) use response::{CallResponse, Head, OperatorResponse, SubscribeResponse};
pub(crate) use text::{TEXT_TIMEOUT, Text};
pub(crate) use unix::{MAX_SOCKET_PATH, UnixConnector};

/// The id of one subscription, which a master requires in every call. Only the response to
/// SUBSCRIBE creates one, so no call can carry a missing or an invented id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct StreamId(http::HeaderValue);

/// The header that contains a [`StreamId`].
pub(crate) const STREAM_ID: &str = "Mesos-Stream-Id";
