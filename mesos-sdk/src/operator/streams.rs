//! Calls whose response, or whose body, is a stream of records.

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http_body_util::{BodyExt as _, Full};

use super::line::{Mode, Ready};
use crate::http::{Client as _, HyperClient, OperatorResponse, Records, RequestBody, text_of};
use crate::timer::within;
use crate::{Error, ErrorKind};

const RECORD_IO: HeaderValue = HeaderValue::from_static("application/recordio");
const MESSAGE_ACCEPT: HeaderName = HeaderName::from_static("message-accept");
const MESSAGE_CONTENT_TYPE: HeaderName = HeaderName::from_static("message-content-type");

impl Ready {
    /// Opens a separate connection to the peer.
    pub(super) async fn open(&self) -> Result<HyperClient, Error> {
        let at = self.find(None).await?;
        self.trust.allows(&at, Some(&at))?;
        Ok(self.transport.open(None, &at, &self.name_of(&at)).await?.0)
    }

    /// Sends a call, named `name` in errors, whose response is a stream of records.
    pub(super) async fn open_records(&self, name: &str, call: Bytes) -> Result<Records, Error> {
        let media_type = HeaderValue::from_static(self.endpoint.encoding.media_type());
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, media_type.clone());
        headers.insert(ACCEPT, RECORD_IO);
        headers.insert(MESSAGE_ACCEPT, media_type);
        let sent = async {
            let mut channel = self.open().await?;
            let body = Full::new(call).boxed_unsync();
            let response = channel.post_with(&self.endpoint.path, headers, body).await?;
            Ok::<_, Error>((channel, response))
        };
        let limit = self.call_timeout;
        let late = || self.late(name, limit, Mode::Change);
        let (channel, response) = within(limit, sent).await.ok_or_else(late)??;
        let (parts, body) = response.into_parts();
        if parts.status.is_success() {
            return Ok(Records::new(channel, body, self.endpoint.max_record));
        }
        Err(refusal(channel.head(parts.status, &parts.headers).to_operator(&text_of(body).await), name))
    }

    /// Sends a stream of records. Returns the response, which comes when the stream has ended or
    /// the peer refuses it.
    pub(super) async fn post_records(
        &self,
        mut channel: HyperClient,
        records: RequestBody,
        name: &str,
    ) -> Result<(), Error> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, RECORD_IO);
        headers.insert(MESSAGE_CONTENT_TYPE, HeaderValue::from_static(self.endpoint.encoding.media_type()));
        headers.insert(ACCEPT, HeaderValue::from_static(self.endpoint.encoding.media_type()));
        let response = channel.post_with(&self.endpoint.path, headers, records).await?;
        let (parts, body) = response.into_parts();
        match channel.head(parts.status, &parts.headers).to_operator(&text_of(body).await) {
            OperatorResponse::Accepted => Ok(()),
            other => Err(refusal(other, name)),
        }
    }
}

/// Returns the error in a response that should have been another one.
fn refusal(response: OperatorResponse, name: &str) -> Error {
    match response {
        OperatorResponse::NotLeading(_, error)
        | OperatorResponse::NotReady(error)
        | OperatorResponse::NotMesos(error)
        | OperatorResponse::Refused(error) => error,
        OperatorResponse::Accepted => {
            Error::new(ErrorKind::NotMesos, format!("the response to {name} is a success but not a stream"))
        }
    }
}
