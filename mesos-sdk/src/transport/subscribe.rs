//! Connecting and subscribing.

use std::time::Duration;

use bytes::Bytes;
use http::HeaderValue;

use super::Transport;
use crate::http::{Client as _, Endpoint, Records, SubscribeResponse};
use crate::{Address, Error, ErrorKind, Scheme};

/// How long SUBSCRIBE may wait for its response, and the response for its first event.
pub(crate) const SUBSCRIBE_TIMEOUT: Duration = Duration::from_secs(30);

/// The kind of peer that events come from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer {
    /// `master` or `agent`.
    pub(crate) name: &'static str,
    /// Whether its response to SUBSCRIBE must carry a stream id.
    pub(crate) gives_stream_id: bool,
}

/// Connects and subscribes, and does so once more if the response is 401 and there are newer
/// credentials. Returns the meaning of the response, and the events that follow if it was accepted.
pub(super) async fn subscribe(
    transport: &Transport,
    endpoint: &Endpoint,
    to: (Peer, &Address),
    body: Bytes,
) -> (SubscribeResponse, Option<Records>) {
    match subscribe_authorized(transport, endpoint, to, body).await {
        Ok(response) => response,
        Err(error) if error.is_retryable() => (SubscribeResponse::Failed(error), None),
        Err(error) => (SubscribeResponse::Refused(error), None),
    }
}

async fn subscribe_authorized(
    transport: &Transport,
    endpoint: &Endpoint,
    to: (Peer, &Address),
    body: Bytes,
) -> Result<(SubscribeResponse, Option<Records>), Error> {
    let (response, authorization) = try_subscribe(transport, endpoint, to, body.clone()).await?;
    match &response.0 {
        SubscribeResponse::Refused(refusal)
            if transport.renews(to.1, authorization.as_ref(), refusal).await? =>
        {
            try_subscribe(transport, endpoint, to, body).await.map(|(response, _)| response)
        }
        _ => Ok(response),
    }
}

/// The response, with the credentials of the request.
type Authorized = ((SubscribeResponse, Option<Records>), Option<HeaderValue>);

async fn try_subscribe(
    transport: &Transport,
    endpoint: &Endpoint,
    (peer, address): (Peer, &Address),
    body: Bytes,
) -> Result<Authorized, Error> {
    let mut connection = transport.connect(address, &format!("{} {address}", peer.name)).await?;
    let authorization = transport.authorization(address).await?;
    connection.authorize(authorization.clone());
    connection.post(endpoint, None, &body);
    let head = connection.response().await.map_err(|error| instead(error, address))?;
    let accepted = head.status == http::StatusCode::OK;
    let text = if accepted { String::new() } else { connection.text().await };
    let response = connection.head(head.status, &head.headers).to_subscribe(peer.gives_stream_id, &text);
    let records = accepted.then(|| Records::on(connection, endpoint.max_record));
    Ok(((response, records), authorization))
}

/// Explains a connection that broke instead of a response: a peer that only speaks TLS hangs up on
/// clients that do not.
fn instead(error: Error, address: &Address) -> Error {
    if error.kind() != ErrorKind::Disconnected || address.scheme() == Scheme::Https {
        return error;
    }
    error.and(&format!(" instead of responding to SUBSCRIBE; if it speaks TLS, write https://{address}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hangup_suggests_tls_unless_given() {
        let advice = |kind, scheme| {
            let address = Address::new("m", 5050).with_scheme(scheme);
            format!("{:#}", instead(Error::new(kind, "master m:5050 closed the connection"), &address))
        };
        let advised = advice(ErrorKind::Disconnected, Scheme::Http);
        assert!(advised.ends_with("if it speaks TLS, write https://m:5050"), "{advised}");
        for (kind, scheme) in [(ErrorKind::Disconnected, Scheme::Https), (ErrorKind::Timeout, Scheme::Http)] {
            assert_eq!(advice(kind, scheme), "master m:5050 closed the connection");
        }
    }
}
