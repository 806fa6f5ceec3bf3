//! The records of an open stream.

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;

use super::hyper::broken;
use super::pipelined::machine::Part;
use super::{Client as _, HyperClient, PipelinedClient};
use crate::wire::{RecordDecoder, RecordError};
use crate::{Error, ErrorKind};

/// The records of an open stream. Dropping it closes the connection.
pub(crate) struct Records {
    source: Source,
    decoder: RecordDecoder,
}

enum Source {
    /// A connection for streams that have to be fast.
    Pipelined(Box<PipelinedClient>),
    /// A connection for all others.
    Hyper(Box<HyperClient>, Incoming),
}

/// An item of a stream of records.
pub(crate) enum Read {
    Record(Bytes),
    /// A record above the limit, which has this length and is passed over.
    TooLarge(u64, RecordError),
    /// Some bytes, which complete no record yet.
    Part,
    End,
}

impl Records {
    /// Reads the records of the response whose head has arrived on `connection`.
    pub(crate) fn on(connection: PipelinedClient, max_record: usize) -> Self {
        let source = Source::Pipelined(Box::new(connection));
        Self { source, decoder: RecordDecoder::new(max_record) }
    }

    pub(crate) fn new(channel: HyperClient, body: Incoming, max_record: usize) -> Self {
        let source = Source::Hyper(Box::new(channel), body);
        Self { source, decoder: RecordDecoder::new(max_record) }
    }

    /// Returns the name of the peer that sends them.
    pub(crate) fn peer(&self) -> &str {
        match &self.source {
            Source::Pipelined(connection) => connection.peer(),
            Source::Hyper(channel, _) => channel.peer(),
        }
    }

    /// Returns the next item. Cancel safe.
    pub(crate) async fn read(&mut self) -> Result<Read, Error> {
        if let Some(item) = self.try_read()? {
            return Ok(item);
        }
        match &mut self.source {
            Source::Pipelined(connection) => {
                if connection.fill().await? == 0 {
                    connection.ends_here()?;
                    return self.end();
                }
            }
            Source::Hyper(channel, body) => match body.frame().await {
                Some(Ok(frame)) => {
                    frame.into_data().into_iter().for_each(|data| self.decoder.push_bytes(data))
                }
                Some(Err(error)) => return Err(broken(channel.peer(), error)),
                None => return self.end(),
            },
        }
        self.try_read().map(|item| item.unwrap_or(Read::Part))
    }

    /// Returns an item that has already arrived.
    pub(crate) fn try_read(&mut self) -> Result<Option<Read>, Error> {
        loop {
            match self.decoder.next_record() {
                Ok(Some(record)) => return Ok(Some(Read::Record(record))),
                Ok(None) => {}
                Err(error) => {
                    let passed_over = error.passed_over().map(|length| Read::TooLarge(length, error.clone()));
                    return passed_over.map(Some).ok_or_else(|| self.malformed(error));
                }
            }
            let Source::Pipelined(connection) = &mut self.source else { return Ok(None) };
            match connection.part()? {
                Some(Part::Data(data)) => self.decoder.push_bytes(data),
                Some(Part::Head(_) | Part::End(_)) => return self.end().map(Some),
                None => return Ok(None),
            }
        }
    }

    /// Handles the end of the stream. Fails if it cuts off a record.
    fn end(&self) -> Result<Read, Error> {
        if !self.decoder.has_partial_record() {
            return Ok(Read::End);
        }
        let text = format!("{} ended the stream in the middle of a record", self.peer());
        Err(Error::new(ErrorKind::Disconnected, text))
    }

    /// Reads a record that has arrived as a whole, if this takes less work than
    /// [`try_read`](Self::try_read). `read` receives the record and the name of the peer.
    pub(crate) fn take<T>(&mut self, read: impl FnOnce(&[u8], &str) -> T) -> Option<T> {
        let Source::Pipelined(connection) = &mut self.source else { return None };
        if self.decoder.has_partial_record() {
            return None;
        }
        connection.take_record(self.decoder.max_record(), read)
    }

    fn malformed(&self, error: RecordError) -> Error {
        let peer = self.peer();
        Error::new(ErrorKind::NotMesos, format!("{peer} does not send RecordIO")).with_source(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Address;
    use crate::http::Endpoint;
    use crate::http::peer::{BODY, Peer};

    /// Returns the records of a stream that consists of these pieces.
    async fn records(response: &'static [&'static str]) -> Records {
        let (peer, address) = (Peer { response, hangs_up: true }, Address::new("m", 5050));
        let mut connection =
            PipelinedClient::open(&peer, &address, "master m:5050".to_owned()).await.unwrap();
        connection.post(&Endpoint::new("/api/v1/scheduler"), None, BODY);
        connection.response().await.unwrap();
        Records::on(connection, 10)
    }

    /// Returns the next record, or `None` at the end of the stream.
    async fn next(records: &mut Records) -> Result<Option<Bytes>, Error> {
        loop {
            match records.read().await? {
                Read::Record(record) => return Ok(Some(record)),
                Read::TooLarge(..) | Read::Part => {}
                Read::End => return Ok(None),
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn chunk_ending_in_a_record_is_not_one() {
        let mut records = records(&[
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n1\na5\n\r\n5\r\n3\nabc\r\n",
        ])
        .await;
        assert_eq!(next(&mut records).await.unwrap().unwrap(), "a");
        assert_eq!(records.take(|record, _| record.to_vec()), None);
        assert_eq!(next(&mut records).await.unwrap().unwrap(), "3\nabc");
    }

    #[tokio::test(start_paused = true)]
    async fn stream_ends_only_between_records() {
        let mut whole = records(&["HTTP/1.1 200 OK\r\n\r\n", "1\na"]).await;
        assert_eq!(next(&mut whole).await.unwrap().unwrap(), "a");
        assert_eq!(next(&mut whole).await.unwrap(), None);
        let mut cut = records(&["HTTP/1.1 200 OK\r\n\r\n", "1\na5\n"]).await;
        assert_eq!(next(&mut cut).await.unwrap().unwrap(), "a");
        assert_eq!(next(&mut cut).await.unwrap_err().kind(), ErrorKind::Disconnected);
    }
}
