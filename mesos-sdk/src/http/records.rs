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
    /// Streams that have to be fast.
    Pipelined(Box<PipelinedClient>),
    /// All others.
    Hyper(Box<HyperClient>, Incoming),
}

/// What comes on a stream of records.
pub(crate) enum Read {
    Record(Bytes),
    /// Some bytes, with which no record is complete yet.
    Part,
    End,
}

impl Records {
    /// Those of the response whose head has come on `connection`.
    pub(crate) fn on(connection: PipelinedClient, max_record: usize) -> Self {
        let source = Source::Pipelined(Box::new(connection));
        Self { source, decoder: RecordDecoder::new(max_record) }
    }

    pub(crate) fn new(channel: HyperClient, body: Incoming, max_record: usize) -> Self {
        let source = Source::Hyper(Box::new(channel), body);
        Self { source, decoder: RecordDecoder::new(max_record) }
    }

    /// Who sends them.
    pub(crate) fn peer(&self) -> &str {
        match &self.source {
            Source::Pipelined(connection) => connection.peer(),
            Source::Hyper(channel, _) => channel.peer(),
        }
    }

    /// The next record; `None` at the end of the stream. May be dropped and called again without losing a byte.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            match self.read().await? {
                Read::Record(record) => return Ok(Some(record)),
                Read::Part => {}
                Read::End => return Ok(None),
            }
        }
    }

    /// What comes next. May be dropped and called again without losing a byte.
    pub(crate) async fn read(&mut self) -> Result<Read, Error> {
        if let Some(come) = self.come()? {
            return Ok(come);
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
        self.come().map(|come| come.unwrap_or(Read::Part))
    }

    /// What has come already.
    pub(crate) fn come(&mut self) -> Result<Option<Read>, Error> {
        loop {
            if let Some(record) = self.decoder.next_record().map_err(|error| self.malformed(error))? {
                return Ok(Some(Read::Record(record)));
            }
            let Source::Pipelined(connection) = &mut self.source else { return Ok(None) };
            match connection.part()? {
                Some(Part::Data(data)) => self.decoder.push_bytes(data),
                Some(Part::Head(_) | Part::End(_)) => return self.end().map(Some),
                None => return Ok(None),
            }
        }
    }

    /// The stream has ended, which cuts off what is not a whole record.
    fn end(&self) -> Result<Read, Error> {
        if !self.decoder.has_partial_record() {
            return Ok(Read::End);
        }
        let text = format!("{} ended the stream in the middle of a record", self.peer());
        Err(Error::new(ErrorKind::Disconnected, text))
    }

    /// Reads a record that has come as a whole, if that can be had with less work than [`come`](Self::come) takes; with
    /// the name of who sent it.
    pub(crate) fn take<T>(&mut self, read: impl FnOnce(&[u8], &str) -> T) -> Option<T> {
        let Source::Pipelined(connection) = &mut self.source else { return None };
        if self.decoder.has_partial_record() {
            return None;
        }
        connection.take_record(self.decoder.max_record(), read)
    }

    fn malformed(&self, error: RecordError) -> Error {
        let peer = self.peer();
        let (kind, text) = match &error {
            RecordError::TooLarge { .. } => {
                (ErrorKind::Invalid, format!("{peer} sends an event that is too large to be taken"))
            }
            RecordError::Length(_) => (ErrorKind::NotMesos, format!("{peer} sends no RecordIO")),
        };
        Error::new(kind, text).with_source(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Address;
    use crate::http::Endpoint;
    use crate::http::peer::{BODY, Peer};

    /// Those of a stream that this is all of.
    async fn records(says: &'static [&'static str]) -> Records {
        let (peer, address) = (Peer { says, hangs_up: true }, Address::new("m", 5050));
        let mut connection =
            PipelinedClient::open(&peer, &address, "master m:5050".to_owned()).await.unwrap();
        connection.post(&Endpoint::new("/api/v1/scheduler"), None, BODY);
        connection.response().await.unwrap();
        Records::on(connection, 10)
    }

    #[tokio::test(start_paused = true)]
    async fn a_chunk_that_looks_like_a_record_and_goes_on_with_one_is_none() {
        let mut records = records(&[
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n1\na5\n\r\n5\r\n3\nabc\r\n",
        ])
        .await;
        assert_eq!(records.next().await.unwrap().unwrap(), "a");
        assert_eq!(records.take(|record, _| record.to_vec()), None);
        assert_eq!(records.next().await.unwrap().unwrap(), "3\nabc");
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_may_end_after_a_record_and_not_within_one() {
        let mut whole = records(&["HTTP/1.1 200 OK\r\n\r\n", "1\na"]).await;
        assert_eq!(whole.next().await.unwrap().unwrap(), "a");
        assert_eq!(whole.next().await.unwrap(), None);
        let mut cut = records(&["HTTP/1.1 200 OK\r\n\r\n", "1\na5\n"]).await;
        assert_eq!(cut.next().await.unwrap().unwrap(), "a");
        assert_eq!(cut.next().await.unwrap_err().kind(), ErrorKind::Disconnected);
    }
}
