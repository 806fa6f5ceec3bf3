//! An executor's side of the executor API, by hand.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use mesos_sdk::proto::v1::executor::{Call, Event};
use mesos_sdk::wire::{Encoding, RecordDecoder};
use tokio::net::TcpStream;

/// Sends a call on a separate connection.
pub(super) async fn post(address: SocketAddr, path: &str, call: &Call) -> http::Response<Incoming> {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let encoding = Encoding::Protobuf;
    let request = http::Request::post(path)
        .header("Host", address.to_string())
        .header("Content-Type", encoding.media_type())
        .header("Accept", encoding.media_type())
        .body(Full::new(encoding.encode(call)))
        .unwrap();
    sender.send_request(request).await.unwrap()
}

pub(super) async fn text(response: http::Response<Incoming>) -> (u16, String) {
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// The events of a subscription.
pub(super) struct Events {
    body: Incoming,
    records: RecordDecoder,
}

impl Events {
    pub(super) fn of(response: http::Response<Incoming>) -> Self {
        assert_eq!(response.status(), 200);
        Self { body: response.into_body(), records: RecordDecoder::default() }
    }

    /// None at the end of the stream.
    pub(super) async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(record) = self.records.next_record().unwrap() {
                return Some(Encoding::Protobuf.decode(&record).unwrap());
            }
            let frame = self.body.frame().await?.ok()?;
            let bytes: Bytes = frame.into_data().ok()?;
            self.records.push(&bytes);
        }
    }
}
