//! Faults of a connection that echoes. Only Linux has 127.0.0.2 without a setup.

#![cfg(target_os = "linux")]

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::*;

/// Sends back what arrives.
async fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = stream.into_split();
                drop(tokio::io::copy(&mut from, &mut to).await);
            });
        }
    });
    address
}

async fn proxy() -> (Proxy, SocketAddr) {
    let to = echo().await;
    let at = SocketAddr::from(([127, 0, 0, 2], to.port()));
    (Proxy::at(at, to).await.unwrap(), at)
}

async fn echoed(connection: &mut TcpStream, text: &[u8]) -> Vec<u8> {
    let mut response = vec![0; text.len()];
    connection.write_all(text).await.unwrap();
    match connection.read_exact(&mut response).await {
        Ok(_) => response,
        Err(_) => Vec::new(),
    }
}

#[tokio::test]
async fn everything_passes_with_little_or_no_fault() {
    let (proxy, at) = proxy().await;
    let mut connection = TcpStream::connect(at).await.unwrap();
    for fault in [
        LinkFault::None,
        LinkFault::Delay(Duration::from_millis(1)),
        LinkFault::Throttle(1000),
        LinkFault::Dribble,
        LinkFault::Refuse,
    ] {
        proxy.set(fault);
        assert_eq!(echoed(&mut connection, b"hello").await, b"hello", "{fault}");
    }
    assert_eq!(proxy.lost(), 0);
}

#[tokio::test]
async fn stream_works_again_after_a_cut() {
    let (proxy, at) = proxy().await;
    let mut connection = TcpStream::connect(at).await.unwrap();
    assert_eq!(echoed(&mut connection, b"hello").await, b"hello");
    proxy.set(LinkFault::CutAfter(3));
    assert_eq!(echoed(&mut connection, b"hello").await, b"");
    let mut connection = TcpStream::connect(at).await.unwrap();
    assert_eq!(echoed(&mut connection, b"hello").await, b"hello");
    proxy.set(LinkFault::CutAfter(0));
    assert_eq!(echoed(&mut connection, b"hello").await, b"");
}

#[tokio::test]
async fn silent_loss_ends_in_a_cut() {
    for fault in [LinkFault::HalfOpen, LinkFault::SwallowResponses] {
        let (proxy, at) = proxy().await;
        let (mut idle, mut busy) =
            (TcpStream::connect(at).await.unwrap(), TcpStream::connect(at).await.unwrap());
        assert_eq!(echoed(&mut idle, b"hello").await, b"hello");
        assert_eq!(echoed(&mut busy, b"hello").await, b"hello");
        proxy.set(fault);
        busy.write_all(b"hello").await.unwrap();
        let silent = tokio::time::timeout(Duration::from_millis(200), busy.read(&mut [0])).await;
        assert!(silent.is_err(), "{fault}");
        proxy.set(LinkFault::None);
        assert!(matches!(busy.read(&mut [0]).await, Ok(0) | Err(_)), "{fault}");
        assert_eq!(echoed(&mut idle, b"hello").await, b"hello", "{fault}");
    }
}

#[tokio::test]
async fn new_connections_are_refused() {
    let (proxy, at) = proxy().await;
    proxy.set(LinkFault::Refuse);
    let mut connection = TcpStream::connect(at).await.unwrap();
    assert!(matches!(connection.read(&mut [0]).await, Ok(0) | Err(_)));
    assert_eq!(proxy.lost(), 1);
}
