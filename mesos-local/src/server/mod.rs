//! The HTTP server that master and agents share: it does what every call endpoint of Mesos does, in
//! Mesos' order and words, and hands decoded calls to a [`Service`].

mod authentication;
mod body;
mod calls;
mod checks;
mod connection;
mod connection_limit;
mod decoding;
mod events;
mod gzip;
mod limits;
mod listener;
mod quality;
mod quiet_io;
mod response;
mod target;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use http::HeaderMap;
use mesos_sdk::wire::{Encoding, Message};

pub(crate) use authentication::{Credentials, authorization, unauthorized};
pub(crate) use calls::{Calls, MESSAGE_CONTENT_TYPE, RECORD_IO};
pub(crate) use checks::accepts;
pub(crate) use connection::Arrived;
pub(crate) use decoding::{list, object};
pub(crate) use events::{ClientGone, EventSender, EventStream, QueueLimits, event_stream};
pub(crate) use listener::{Pipes, Server};
pub(crate) use response::HttpResponse;

/// What one server serves: some endpoints of calls, and pages.
#[async_trait]
pub(crate) trait Service: Send + Sync + 'static {
    /// Returns the name of the process that responds, as libprocess calls it: what all paths begin
    /// with.
    fn process(&self) -> &str;

    /// Returns the response to one request: usually that of the [`Api`] at its path.
    async fn respond(&self, request: Arrived) -> HttpResponse;
}

/// The endpoint of one kind of call.
#[async_trait]
pub(crate) trait Api: Send + Sync {
    /// The calls of the endpoint.
    type Call: Message + Send;
    /// How responses name the call: `scheduler::Call`.
    const CALL: &'static str;

    /// Returns whether `path` is this endpoint.
    fn serves(&self, path: &str) -> bool;

    /// Returns the response to everything at the endpoint while no call can be accepted, such as a
    /// standby's redirect. Agents look at the call first.
    /// redirect. Agents look at the call first.
    fn unavailable(&self, path: &str) -> Option<HttpResponse> {
        let _ = path;
        None
    }

    /// Checks the headers that name encodings, before the body is read. The encoding of the body is
    /// checked in any case.
    fn check_headers(&self, headers: &HeaderMap) -> Result<(), HttpResponse> {
        let _ = headers;
        Ok(())
    }

    /// Checks that the fields that calls of this type need are set; the error is the text after
    /// "Failed to validate …: ".
    fn validate(&self, call: &Self::Call) -> Result<(), String>;

    /// Returns whether the response to this call contains messages, so that `Accept` matters.
    fn responds_with_messages(&self, call: &Self::Call) -> bool;

    /// Does the call.
    async fn call(&self, request: Request<Self::Call>) -> HttpResponse;
}

/// Returns whether `path` is an endpoint's; like in Mesos, paths below it count, too.
pub(crate) fn is_at(endpoint: &str, path: &str) -> bool {
    path.strip_prefix(endpoint).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A call that has passed the checks common to all calls.
#[derive(Debug)]
pub(crate) struct Request<C> {
    pub(crate) call: C,
    /// The encoding for messages in the response; matters only if it has any.
    pub(crate) accept: Encoding,
    pub(crate) headers: HeaderMap,
    /// Who has sent it, if that has been asked.
    pub(crate) principal: Option<String>,
}

impl<C> Request<C> {
    /// Returns the value of a header, if it is there and text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
