//! An event stream: records in `RecordIO`, as the body of a response that stays open.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame};
use mesos_sdk::wire::{Encoding, Message, encode_record, write_message};
use tokio::sync::{Semaphore, mpsc, oneshot};

use super::limits::{MAX_QUEUED_BYTES, MAX_QUEUED_EVENTS, MIN_QUEUED_BYTES, MIN_QUEUED_EVENTS};

/// How much may wait for a client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QueueLimits {
    pub(crate) events: usize,
    /// The event that exceeds them is taken.
    pub(crate) bytes: usize,
}

impl QueueLimits {
    /// Creates limits: the nearest ones under which a subscription can begin and a queue can exist.
    pub(crate) fn new(events: usize, bytes: usize) -> Self {
        let events = events.clamp(MIN_QUEUED_EVENTS, Semaphore::MAX_PERMITS);
        Self { events, bytes: bytes.max(MIN_QUEUED_BYTES) }
    }
}

impl Default for QueueLimits {
    fn default() -> Self {
        Self { events: MAX_QUEUED_EVENTS, bytes: MAX_QUEUED_BYTES }
    }
}

/// Creates a stream: the sending end, the body of the response, and the notice that the client has
/// gone.
/// gone.
pub(crate) fn event_stream(
    encoding: Encoding,
    limits: QueueLimits,
) -> (EventSender, EventStream, ClientGone) {
    let (sender, records) = mpsc::channel(limits.events);
    let (alive, gone) = oneshot::channel();
    let (cut, queued) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
    let (their_cut, their_queued) = (Arc::clone(&cut), Arc::clone(&queued));
    let stream = EventStream { records, encoding, cut: their_cut, queued: their_queued, _alive: alive };
    (
        EventSender { records: sender, encoding, cut, queued, max_bytes: limits.bytes },
        stream,
        ClientGone(gone),
    )
}

/// Sends events. Dropping it ends the stream in good order, after the events sent so far.
#[derive(Debug)]
pub(crate) struct EventSender {
    records: mpsc::Sender<Bytes>,
    encoding: Encoding,
    cut: Arc<AtomicBool>,
    /// How many bytes wait.
    queued: Arc<AtomicUsize>,
    max_bytes: usize,
}

/// The client is gone, or so slow that as much waits for it as [`QueueLimits`] allow: the sender is
/// of no more use.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StreamEnded;

impl EventSender {
    /// Queues one event.
    pub(crate) fn send<E: Message>(&self, event: &E) -> Result<(), StreamEnded> {
        let record = encode_record(&write_message(self.encoding, event));
        if self.queued.fetch_add(record.len(), Ordering::AcqRel) >= self.max_bytes {
            return Err(self.mark_cut());
        }
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

/// The body of the response.
#[derive(Debug)]
pub(crate) struct EventStream {
    records: mpsc::Receiver<Bytes>,
    encoding: Encoding,
    cut: Arc<AtomicBool>,
    queued: Arc<AtomicUsize>,
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
        record.map(|record| {
            record.map(|record| {
                self.queued.fetch_sub(record.len(), Ordering::AcqRel);
                Ok(Frame::data(record))
            })
        })
    }
}
