//! Responses over HTTP.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use bytes::{Buf as _, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::runtime::Runtime;

use crate::address::Scheme;
use crate::http::location::address_in;
use crate::http::{Connector, Endpoint, Io, SubscribeResponse};
use crate::proto::v1::scheduler::Event;
use crate::transport::{EventStream, Peer, StreamEvent, Transport};
use crate::{Address, Master};

/// The largest event that is accepted.
const MAX_RECORD: usize = 1 << 20;

/// Reads a master's response to SUBSCRIBE, to the end. The first byte sets how many bytes arrive at
/// a time.
pub fn response(data: &[u8]) {
    let Some((at_a_time, bytes)) = data.split_first() else { return };
    let sent = Sent { bytes: Bytes::copy_from_slice(bytes), at_a_time: usize::from(*at_a_time).max(1) };
    runtime().block_on(ask(sent));
}

/// Reads the value of a `Location`. An address in it can be printed and read again.
pub fn location(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for scheme in [Scheme::Http, Scheme::Https] {
        let Some(address) = address_in(text, scheme) else { continue };
        assert_eq!(address.to_string().parse::<Address>().ok(), Some(address));
    }
}

async fn ask(sent: Sent) {
    let address = Address::new("m", 5050);
    let transport = Transport { connector: Arc::new(sent), ..Transport::new(Master::from(address.clone())) };
    let endpoint = Endpoint { max_record: MAX_RECORD, ..Endpoint::new("/api/v1/scheduler") };
    let peer = Peer { name: "master", gives_stream_id: true };
    let body = Bytes::from_static(b"SUBSCRIBE");
    let mut stream = EventStream::open(transport, endpoint, (peer, address), body);
    loop {
        match stream.next::<Box<Event>>(true).await {
            StreamEvent::Response(SubscribeResponse::Failed(error) | SubscribeResponse::Refused(error)) => {
                return assert!(error.to_string().contains("m:5050"), "{error}");
            }
            StreamEvent::Response(SubscribeResponse::Redirected(to)) => {
                return assert_eq!(to.to_string().parse::<Address>().ok(), Some(to));
            }
            StreamEvent::Ended(end) => {
                return assert!(end.is_none_or(|error| error.to_string().contains("m:5050")));
            }
            StreamEvent::Response(SubscribeResponse::Accepted(_))
            | StreamEvent::Event(..)
            | StreamEvent::Undecodable(_)
            | StreamEvent::Part => {}
        }
    }
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let built = tokio::runtime::Builder::new_current_thread().enable_time().build();
        built.unwrap_or_else(|error| panic!("{error}"))
    })
}

/// A peer that sends these bytes as soon as a request arrives, and then hangs up.
#[derive(Clone, Debug)]
struct Sent {
    bytes: Bytes,
    at_a_time: usize,
}

#[async_trait]
impl Connector for Sent {
    async fn connect(&self, _: &Address) -> io::Result<Box<dyn Io>> {
        Ok(Box::new(Pipe { sent: self.clone(), asked: false, waiting: None }))
    }
}

struct Pipe {
    sent: Sent,
    asked: bool,
    waiting: Option<Waker>,
}

impl AsyncRead for Pipe {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.asked {
            self.waiting = Some(context.waker().clone());
            return Poll::Pending;
        }
        let Sent { bytes, at_a_time } = &mut self.sent;
        let length = bytes.len().min(*at_a_time).min(buffer.remaining());
        buffer.put_slice(&bytes[..length]);
        bytes.advance(length);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.asked = true;
        if let Some(waiting) = self.waiting.take() {
            waiting.wake();
        }
        Poll::Ready(Ok(bytes.len()))
    }
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
