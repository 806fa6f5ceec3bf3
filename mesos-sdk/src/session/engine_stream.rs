//! The connection that carries SUBSCRIBE and its events.

use std::future::pending;

use bytes::Bytes;
use futures::future::BoxFuture;

use super::input::{Attempt, Input};
use super::{Api, Settings};
use crate::http::{Read, Records, SubscribeResponse};
use crate::transport::{Peer, Transport, decode, subscribe};
use crate::{Address, Error, Undecodable};

/// At most one stream, from the first connection attempt to its end.
pub(super) enum Stream {
    Closed,
    Opening(Attempt, BoxFuture<'static, (SubscribeResponse, Option<Records>)>),
    Open(Attempt, Records),
}

impl Stream {
    /// Begins to connect and to send SUBSCRIBE.
    pub(super) fn open<R: Api>(
        attempt: Attempt,
        transport: Transport,
        settings: &Settings,
        address: Address,
        body: Bytes,
    ) -> Self {
        let endpoint = settings.endpoint.clone();
        let peer = Peer { name: R::PEER, gives_stream_id: R::HAS_STREAM_ID };
        let opening = async move { subscribe(&transport, &endpoint, (peer, &address), body).await };
        Self::Opening(attempt, Box::pin(opening))
    }

    /// Waits for what happens next. Cancel safe. Reads no event while `may_read` is false.
    pub(super) async fn next<R: Api>(&mut self, settings: &Settings, may_read: bool) -> Input<R> {
        match self {
            Self::Opening(attempt, opening) => {
                let attempt = *attempt;
                let (response, records) = opening.await;
                *self = records.map_or(Self::Closed, |records| Self::Open(attempt, records));
                Input::Subscribed(attempt, response)
            }
            Self::Open(attempt, records) if may_read => {
                let (attempt, read) = (*attempt, records.read().await);
                self.input(attempt, read, settings)
            }
            Self::Open(..) | Self::Closed => pending().await,
        }
    }

    /// Returns what has already arrived.
    pub(super) fn try_next<R: Api>(&mut self, settings: &Settings) -> Option<Input<R>> {
        let Self::Open(attempt, records) = self else { return None };
        let attempt = *attempt;
        if let Some(event) = records.take(|record, peer| decode(record, peer, settings.endpoint.encoding)) {
            return Some(decoded(attempt, event));
        }
        let read = records.come().transpose()?;
        Some(self.input(attempt, read, settings))
    }

    fn input<R: Api>(
        &mut self,
        attempt: Attempt,
        read: Result<Read, Error>,
        settings: &Settings,
    ) -> Input<R> {
        match (read, &*self) {
            (Ok(Read::Part), _) => Input::Heard(attempt),
            (Ok(Read::Record(record)), Self::Open(_, records)) => {
                decoded(attempt, decode(&record, records.peer(), settings.endpoint.encoding))
            }
            (Ok(Read::Record(_) | Read::End), _) => self.ended(attempt, None),
            (Err(error), _) => self.ended(attempt, Some(error)),
        }
    }

    fn ended<R: Api>(&mut self, attempt: Attempt, end: Option<Error>) -> Input<R> {
        *self = Self::Closed;
        Input::Ended(attempt, end)
    }
}

fn decoded<R: Api>(attempt: Attempt, event: Result<(R::Event, usize), Undecodable>) -> Input<R> {
    match event {
        Ok((event, memory)) => Input::Event(attempt, event, memory),
        Err(undecodable) => Input::Undecodable(attempt, undecodable),
    }
}
