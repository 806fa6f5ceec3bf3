//! An in-memory peer for tests.

use std::future::pending;
use std::io;
use std::time::Duration;

use async_trait::async_trait;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
use tokio::time::sleep;

use super::{Connector, Io};
use crate::Address;

/// The end of a request.
pub(super) const BODY: &[u8] = b"body";

/// A peer that accepts one request, sends each of these, a second apart, and then hangs up or stays
/// silent.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) response: &'static [&'static str],
    pub(super) hangs_up: bool,
}

#[async_trait]
impl Connector for Peer {
    async fn connect(&self, _: &Address) -> io::Result<Box<dyn Io>> {
        let (ours, mut peers) = duplex(64 << 10);
        let Self { response, hangs_up } = *self;
        tokio::spawn(async move {
            let mut request = Vec::new();
            while !request.ends_with(BODY) {
                peers.read_buf(&mut request).await?;
            }
            for piece in response {
                peers.write_all(piece.as_bytes()).await?;
                sleep(Duration::from_secs(1)).await;
            }
            if hangs_up { Ok::<_, io::Error>(()) } else { pending().await }
        });
        Ok(Box::new(ours))
    }
}
