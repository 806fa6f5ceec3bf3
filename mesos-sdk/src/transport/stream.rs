//! The stream of events that follows a SUBSCRIBE.

use std::future::pending;

use bytes::Bytes;
use futures::future::BoxFuture;

use super::Transport;
use super::subscribe::{Peer, subscribe};
use crate::http::{Endpoint, Read, Records, SubscribeResponse};
use crate::wire::{DecodeError, Encoding, Message};
use crate::{Address, Error, Undecodable};

/// An event of any API.
pub(crate) trait PeerEvent: Message {
    /// Returns the field that it lacks, though its type requires it. Without that field the event
    /// means nothing, or something that its sender did not mean.
    fn lacks(&self) -> Option<&'static str>;

    /// Returns its type, as in `UPDATE`.
    fn name(&self) -> &'static str;
}

/// At most one event stream, from the first attempt to connect to its end.
pub(crate) enum EventStream {
    Closed,
    Opening(Encoding, BoxFuture<'static, (SubscribeResponse, Option<Records>)>),
    Open(Encoding, Records),
}

/// What happens on an event stream.
#[derive(Debug)]
pub(crate) enum StreamEvent<E> {
    /// The response to SUBSCRIBE.
    Response(SubscribeResponse),
    /// An event, which takes about so many bytes of memory.
    Event(E, usize),
    /// A record that is not an event.
    Undecodable(Undecodable),
    /// A part of a record, which only shows that the peer is alive.
    Part,
    /// The stream has ended, or can't be read any further.
    Ended(Option<Error>),
}

impl EventStream {
    /// Begins to connect and to send SUBSCRIBE.
    pub(crate) fn open(
        transport: Transport,
        endpoint: Endpoint,
        (peer, address): (Peer, Address),
        body: Bytes,
    ) -> Self {
        let encoding = endpoint.encoding;
        let opening = async move { subscribe(&transport, &endpoint, (peer, &address), body).await };
        Self::Opening(encoding, Box::pin(opening))
    }

    /// Returns what happens next. While `may_read` is false, no event is read. Cancel safe.
    pub(crate) async fn next<E: PeerEvent>(&mut self, may_read: bool) -> StreamEvent<E> {
        match self {
            Self::Opening(encoding, opening) => {
                let (encoding, (response, records)) = (*encoding, opening.await);
                *self = records.map_or(Self::Closed, |records| Self::Open(encoding, records));
                StreamEvent::Response(response)
            }
            Self::Open(encoding, records) if may_read => {
                let event = read_event(*encoding, records.read().await, records);
                self.close_after(event)
            }
            Self::Open(..) | Self::Closed => pending().await,
        }
    }

    /// Returns what has already happened.
    pub(crate) fn try_next<E: PeerEvent>(&mut self) -> Option<StreamEvent<E>> {
        let Self::Open(encoding, records) = self else { return None };
        let encoding = *encoding;
        if let Some(event) = records.take(|record, peer| decode_event(record, peer, encoding)) {
            return Some(event.into());
        }
        let event = read_event(encoding, records.try_read().transpose()?, records);
        Some(self.close_after(event))
    }

    fn close_after<E>(&mut self, event: StreamEvent<E>) -> StreamEvent<E> {
        if let StreamEvent::Ended(_) = event {
            *self = Self::Closed;
        }
        event
    }
}

fn read_event<E: PeerEvent>(
    encoding: Encoding,
    read: Result<Read, Error>,
    records: &Records,
) -> StreamEvent<E> {
    match read {
        Ok(Read::Record(record)) => decode_event(&record, records.peer(), encoding).into(),
        Ok(Read::TooLarge(length, error)) => {
            StreamEvent::Undecodable(Undecodable::too_large(records.peer(), length, error))
        }
        Ok(Read::Part) => StreamEvent::Part,
        Ok(Read::End) => StreamEvent::Ended(None),
        Err(error) => StreamEvent::Ended(Some(error)),
    }
}

impl<E> From<Result<(E, usize), Undecodable>> for StreamEvent<E> {
    fn from(decoded: Result<(E, usize), Undecodable>) -> Self {
        match decoded {
            Ok((event, memory)) => Self::Event(event, memory),
            Err(record) => Self::Undecodable(record),
        }
    }
}

/// Returns the next record, or the error if it can't be decoded. The outer error is `None` if the
/// stream has ended.
pub(crate) async fn read<E: Message>(
    records: &mut Records,
    encoding: Encoding,
) -> Result<Result<E, Undecodable>, Option<Error>> {
    loop {
        let read = records.read().await.map_err(Some)?;
        let peer = records.peer();
        return match read {
            Read::Record(record) => Ok(decode(&record, peer, encoding).map(|(event, _)| event)),
            Read::TooLarge(length, error) => Ok(Err(Undecodable::too_large(peer, length, error))),
            Read::Part => continue,
            Read::End => Err(None),
        };
    }
}

/// Decodes an event that has what its type requires.
fn decode_event<E: PeerEvent>(
    record: &[u8],
    peer: &str,
    encoding: Encoding,
) -> Result<(E, usize), Undecodable> {
    let (event, memory) = decode::<E>(record, peer, encoding)?;
    tracing::debug!(peer, event = event.name(), bytes = record.len(), "received an event");
    match event.lacks() {
        None => Ok((event, memory)),
        Some(field) => Err(undecodable(record, peer, DecodeError::lacks(encoding, field))),
    }
}

/// Decodes a record. Returns it with the memory that it takes.
fn decode<E: Message>(record: &[u8], peer: &str, encoding: Encoding) -> Result<(E, usize), Undecodable> {
    tracing::trace!(peer, bytes = record.len(), "read a record");
    encoding.decode_within(record, usize::MAX).map_err(|reason| undecodable(record, peer, reason))
}

fn undecodable(record: &[u8], peer: &str, reason: DecodeError) -> Undecodable {
    Undecodable::new(peer, "an event", record, reason)
}
