//! HTTP below the session: connections, requests, and what their answers mean.
//!
//! hyper speaks it where speed does not matter; a [`Connection`] is ours.

mod answer;
mod broken;
mod client;
mod connection;
mod connector;
mod dial;
mod endpoint;
pub(crate) mod location;
pub(crate) mod machine;
#[cfg(test)]
mod peer;
mod records;
mod text;
mod unix;

pub(crate) use answer::{CallAnswer, Head, OperatorAnswer, SubscribeAnswer};
pub(crate) use client::{Channel, NotSent, RequestBody, is_endless, text_of, whole};
pub(crate) use connection::Connection;
pub use connector::{Connector, Io, TcpConnector};
pub(crate) use endpoint::Endpoint;
pub(crate) use machine::{After, AnswerHead, MalformedAnswer, Part, Pipeline};
pub(crate) use records::{Read, Records};
pub(crate) use text::Text;
pub(crate) use unix::{MAX_SOCKET_PATH, UnixConnector};

/// The id of one subscription: a master wants it in every call, and only the answer to SUBSCRIBE gives one, so that
/// no call can be made without it or with a made-up one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct StreamId(http::HeaderValue);

/// The header that carries a [`StreamId`].
pub(crate) const STREAM_ID: &str = "Mesos-Stream-Id";
