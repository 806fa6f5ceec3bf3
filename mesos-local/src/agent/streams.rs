//! The open event streams of executors.

use std::collections::BTreeMap;

use mesos_sdk::proto::v1::executor::Event;
use mesos_sdk::wire::Encoding;
use tokio::sync::mpsc;

use super::machine::ConnectionId;
use crate::server::{EventSender, HttpResponse, QueueLimits, event_stream};

/// Streams by the request that opened them.
#[derive(Debug)]
pub(super) struct Streams {
    open: BTreeMap<ConnectionId, EventSender>,
    closed: mpsc::UnboundedSender<ConnectionId>,
}

impl Streams {
    /// Creates the table, without any stream yet, and the channel that names the streams that end:
    /// once each, so that the channel needs no bound.
    pub(super) fn new() -> (Self, mpsc::UnboundedReceiver<ConnectionId>) {
        let (closed, receiver) = mpsc::unbounded_channel();
        (Self { open: BTreeMap::new(), closed }, receiver)
    }

    /// Opens a stream, and returns it as a response.
    pub(super) fn open(&mut self, connection: ConnectionId, encoding: Encoding) -> HttpResponse {
        let (sender, stream, gone) = event_stream(encoding, QueueLimits::default());
        let closed = self.closed.clone();
        tokio::spawn(async move {
            gone.wait().await;
            let _ = closed.send(connection);
        });
        self.open.insert(connection, sender);
        HttpResponse::events(stream)
    }

    /// Sends an event. If the stream has just ended, the event is lost.
    pub(super) fn send(&mut self, connection: ConnectionId, event: &Event) {
        let sent = self.open.get(&connection).map(|stream| stream.send(event));
        if matches!(sent, Some(Err(_))) {
            self.close(connection);
        }
    }

    pub(super) fn close(&mut self, connection: ConnectionId) {
        self.open.remove(&connection);
    }
}
