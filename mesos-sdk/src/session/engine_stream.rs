//! The connection that carries SUBSCRIBE and its events.

use std::future::pending;

use bytes::Bytes;
use futures::future::BoxFuture;
use http::HeaderValue;

use super::input::{Attempt, Input};
use super::{Outside, Role, Settings};
use crate::http::{Read, Records, SubscribeAnswer};
use crate::wire::Message;
use crate::{Address, Error, ErrorKind, Scheme, Undecodable};

/// At most one stream, from the first connection attempt to its end.
pub(super) enum Stream {
    Closed,
    Opening(Attempt, BoxFuture<'static, (SubscribeAnswer, Option<Records>)>),
    Open(Attempt, Records),
}

impl Stream {
    /// Begins to connect and to send SUBSCRIBE.
    pub(super) fn open<R: Role>(
        attempt: Attempt,
        outside: Outside,
        settings: &Settings,
        address: Address,
        body: Bytes,
    ) -> Self {
        let settings = settings.clone();
        let peer = Peer { name: R::PEER, gives_stream_id: R::HAS_STREAM_ID };
        let opening = async move { subscribe(&outside, &settings, (peer, &address), body).await };
        Self::Opening(attempt, Box::pin(opening))
    }

    /// What happens next; may be dropped and called again without loss. While `may_read` is false no event is read.
    pub(super) async fn next<R: Role>(&mut self, settings: &Settings, may_read: bool) -> Input<R> {
        match self {
            Self::Opening(attempt, opening) => {
                let attempt = *attempt;
                let (answer, records) = opening.await;
                *self = records.map_or(Self::Closed, |records| Self::Open(attempt, records));
                Input::Subscribed(attempt, answer)
            }
            Self::Open(attempt, records) if may_read => {
                let (attempt, read) = (*attempt, records.read().await);
                self.input(attempt, read, settings)
            }
            Self::Open(..) | Self::Closed => pending().await,
        }
    }

    /// What has come already.
    pub(super) fn come<R: Role>(&mut self, settings: &Settings) -> Option<Input<R>> {
        let Self::Open(attempt, records) = self else { return None };
        let attempt = *attempt;
        if let Some(event) = records.take(|record, peer| decode(record, peer, settings)) {
            return Some(decoded(attempt, event));
        }
        let read = records.come().transpose()?;
        Some(self.input(attempt, read, settings))
    }

    fn input<R: Role>(
        &mut self,
        attempt: Attempt,
        read: Result<Read, Error>,
        settings: &Settings,
    ) -> Input<R> {
        match (read, &*self) {
            (Ok(Read::Part), _) => Input::Heard(attempt),
            (Ok(Read::Record(record)), Self::Open(_, records)) => {
                decoded(attempt, decode(&record, records.peer(), settings))
            }
            (Ok(Read::Record(_) | Read::End), _) => self.ended(attempt, None),
            (Err(error), _) => self.ended(attempt, Some(error)),
        }
    }

    fn ended<R: Role>(&mut self, attempt: Attempt, end: Option<Error>) -> Input<R> {
        *self = Self::Closed;
        Input::Ended(attempt, end)
    }
}

/// The next event, if it can be decoded; the outer error is `None` where the stream ends.
pub(crate) async fn read<E: Message>(
    records: &mut Records,
    settings: &Settings,
) -> Result<Result<E, Undecodable>, Option<Error>> {
    let record = records.next().await.map_err(Some)?.ok_or(None)?;
    Ok(decode(&record, records.peer(), settings).map(|(event, _)| event))
}

/// An event, with how much memory it takes.
pub(crate) fn decode<E: Message>(
    record: &[u8],
    peer: &str,
    settings: &Settings,
) -> Result<(E, usize), Undecodable> {
    let decoded = settings.encoding.decode_within(record, usize::MAX);
    decoded.map_err(|reason| Undecodable::new(peer, "an event", record, reason))
}

fn decoded<R: Role>(attempt: Attempt, event: Result<(R::Event, usize), Undecodable>) -> Input<R> {
    match event {
        Ok((event, memory)) => Input::Event(attempt, event, memory),
        Err(undecodable) => Input::Undecodable(attempt, undecodable),
    }
}

/// What kind of peer events come from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer {
    /// `master` or `agent`.
    pub(crate) name: &'static str,
    /// Whether its answer to SUBSCRIBE must carry a stream id.
    pub(crate) gives_stream_id: bool,
}

/// Connects and subscribes, once more if the answer is 401 and there are newer credentials; gives what the answer
/// means, and the events that follow if it was accepted.
pub(crate) async fn subscribe(
    outside: &Outside,
    settings: &Settings,
    to: (Peer, &Address),
    body: Bytes,
) -> (SubscribeAnswer, Option<Records>) {
    match subscribe_authorized(outside, settings, to, body).await {
        Ok(answer) => answer,
        Err(error) if error.is_retryable() => (SubscribeAnswer::Failed(error), None),
        Err(error) => (SubscribeAnswer::Refused(error), None),
    }
}

async fn subscribe_authorized(
    outside: &Outside,
    settings: &Settings,
    to: (Peer, &Address),
    body: Bytes,
) -> Result<(SubscribeAnswer, Option<Records>), Error> {
    let (answer, authorization) = try_subscribe(outside, settings, to, body.clone()).await?;
    match &answer.0 {
        SubscribeAnswer::Refused(refusal)
            if outside.renews(to.1, authorization.as_ref(), refusal).await? =>
        {
            try_subscribe(outside, settings, to, body).await.map(|(answer, _)| answer)
        }
        _ => Ok(answer),
    }
}

/// The answer, with what the request said of its sender.
type Authorized = ((SubscribeAnswer, Option<Records>), Option<HeaderValue>);

async fn try_subscribe(
    outside: &Outside,
    settings: &Settings,
    (peer, address): (Peer, &Address),
    body: Bytes,
) -> Result<Authorized, Error> {
    let mut connection = outside.connect(address, &format!("{} {address}", peer.name)).await?;
    let authorization = outside.authorization(address).await?;
    connection.authorize(authorization.clone());
    connection.post(settings, None, &body);
    let head = connection.answer().await.map_err(|error| instead(error, address))?;
    let accepted = head.status == http::StatusCode::OK;
    let text = if accepted { String::new() } else { connection.text().await };
    let answer = connection.head(&head).to_subscribe(peer.gives_stream_id, &text);
    let records = accepted.then(|| Records::on(connection, settings.max_record));
    Ok(((answer, records), authorization))
}

/// A peer that speaks TLS, and nothing else, hangs up on whoever does not.
fn instead(error: Error, address: &Address) -> Error {
    if error.kind() != ErrorKind::Disconnected || address.scheme() == Scheme::Https {
        return error;
    }
    error.and(&format!(" instead of answering SUBSCRIBE; if it speaks TLS, write https://{address}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_hangs_up_may_want_tls_unless_it_was_given() {
        let advice = |kind, scheme| {
            let address = Address::new("m", 5050).with_scheme(scheme);
            instead(Error::new(kind, "master m:5050 closed the connection"), &address).to_line()
        };
        let advised = advice(ErrorKind::Disconnected, Scheme::Http);
        assert!(advised.ends_with("if it speaks TLS, write https://m:5050"), "{advised}");
        for (kind, scheme) in [(ErrorKind::Disconnected, Scheme::Https), (ErrorKind::Timeout, Scheme::Http)] {
            assert_eq!(advice(kind, scheme), "master m:5050 closed the connection");
        }
    }
}
