//! An event stream: records in `RecordIO`, as the body of an answer that stays open.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame};
use mesos_sdk::wire::{Encoding, Message, encode_record};
use tokio::sync::{mpsc, oneshot};

use super::MAX_QUEUED_EVENTS;

/// A new stream: the end that sends, the body of the answer, and the notice that the client has gone.
pub(crate) fn event_stream(encoding: Encoding) -> (EventSender, EventStream, ClientGone) {
    let (sender, records) = mpsc::channel(MAX_QUEUED_EVENTS);
    let (alive, gone) = oneshot::channel();
    let cut = Arc::new(AtomicBool::new(false));
    let stream = EventStream { records, encoding, cut: Arc::clone(&cut), _alive: alive };
    (EventSender { records: sender, encoding, cut }, stream, ClientGone(gone))
}

/// Sends events. Dropping it ends the stream in good order, after the events sent so far.
#[derive(Debug)]
pub(crate) struct EventSender {
    records: mpsc::Sender<Bytes>,
    encoding: Encoding,
    cut: Arc<AtomicBool>,
}

/// The client is gone, or so slow that [`MAX_QUEUED_EVENTS`] wait for it: the sender is of no more use.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StreamEnded;

impl EventSender {
    /// Queues one event.
    pub(crate) fn send<E: Message>(&self, event: &E) -> Result<(), StreamEnded> {
        let record = encode_record(&self.encoding.encode(event));
        self.records.try_send(record).map_err(|_| self.mark_cut())
    }

    /// Breaks the connection instead of ending the stream; events that still wait are lost.
    pub(crate) fn cut(self) {
        self.mark_cut();
    }

    fn mark_cut(&self) -> StreamEnded {
        self.cut.store(true, Ordering::Release);
        StreamEnded
    }
}

/// Resolves when the client has gone or the stream has ended.
#[derive(Debug)]
pub(crate) struct ClientGone(oneshot::Receiver<Infallible>);

impl ClientGone {
    pub(crate) async fn wait(self) {
        let _ = self.0.await;
    }
}

/// The body of the answer.
#[derive(Debug)]
pub(crate) struct EventStream {
    records: mpsc::Receiver<Bytes>,
    encoding: Encoding,
    cut: Arc<AtomicBool>,
    _alive: oneshot::Sender<Infallible>,
}

impl EventStream {
    pub(super) fn encoding(&self) -> Encoding {
        self.encoding
    }
}

/// Ends a body, and with it the connection, in the middle.
#[derive(Debug)]
pub(crate) struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the stream was cut")
    }
}

impl std::error::Error for Cut {}

impl Body for EventStream {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let record = self.records.poll_recv(context);
        if self.cut.load(Ordering::Acquire) {
            return Poll::Ready(Some(Err(Cut)));
        }
        record.map(|record| record.map(|record| Ok(Frame::data(record))))
    }
}
