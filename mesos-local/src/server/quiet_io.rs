//! A connection that stays silent until a request has arrived.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Discards what is written before the first request. Mesos hangs up on input that is not HTTP,
/// where hyper would respond with 400 or 431 first.
#[derive(Debug)]
pub(super) struct QuietIo<I> {
    io: I,
    asked: Arc<AtomicBool>,
}

impl<I> QuietIo<I> {
    /// Wraps a connection. Writes are discarded until `asked` is set.
    pub(super) fn new(io: I, asked: Arc<AtomicBool>) -> Self {
        Self { io, asked }
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for QuietIo<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for QuietIo<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.asked.load(Ordering::Acquire) {
            true => Pin::new(&mut self.io).poll_write(context, bytes),
            false => Poll::Ready(Ok(bytes.len())),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.asked.load(Ordering::Acquire) {
            true => Pin::new(&mut self.io).poll_write_vectored(context, pieces),
            false => Poll::Ready(Ok(pieces.iter().map(|piece| piece.len()).sum())),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}
