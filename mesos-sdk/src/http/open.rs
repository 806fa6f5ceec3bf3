//! A response whose body is still arriving.

use bytes::Bytes;
use http::Response;
use http::response::Parts;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;

use super::hyper::{broken, is_endless, text_of, whole};
use super::{Client as _, Head, HyperClient};
use crate::Error;

/// A response whose body is still arriving. Dropping it closes the connection.
pub(crate) struct OpenResponse {
    channel: HyperClient,
    parts: Parts,
    body: Incoming,
}

impl OpenResponse {
    pub(crate) fn new(channel: HyperClient, response: Response<Incoming>) -> Self {
        let (parts, body) = response.into_parts();
        Self { channel, parts, body }
    }

    pub(crate) fn head(&self) -> Head<'_> {
        self.channel.head(self.parts.status, &self.parts.headers)
    }

    pub(crate) fn is_success(&self) -> bool {
        self.parts.status.is_success()
    }

    /// Returns whether it only ends with its connection.
    pub(crate) fn is_endless(&self) -> bool {
        is_endless(&self.parts.headers)
    }

    /// Returns the name of the peer that sends it.
    pub(crate) fn peer(&self) -> &str {
        self.channel.peer()
    }

    /// Returns the connection without the rest of the response.
    pub(crate) fn into_channel(self) -> HyperClient {
        self.channel
    }

    /// Returns its text, up to a limit.
    pub(crate) async fn text(&mut self) -> String {
        text_of(&mut self.body).await
    }

    /// Returns the next bytes of the body, or `None` at its end. Cancel safe.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        while let Some(frame) = self.body.frame().await {
            let frame = frame.map_err(|error| broken(self.channel.peer(), error))?;
            if let Ok(data) = frame.into_data() {
                return Ok(Some(data));
            }
        }
        Ok(None)
    }

    /// Returns the whole body, of at most `limit` bytes, and the connection, which is idle then.
    /// Calls `progress` whenever a part of it arrives.
    pub(crate) async fn whole(
        self,
        limit: usize,
        progress: impl Fn() + Send,
    ) -> Result<(Bytes, HyperClient), Error> {
        let body = self.body.map_frame(|frame| {
            progress();
            frame
        });
        let bytes = whole(body, limit, self.channel.peer()).await?;
        Ok((bytes, self.channel))
    }
}
