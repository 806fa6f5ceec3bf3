//! Whole files in chunks.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures::Stream;
use futures::future::BoxFuture;
use futures::stream::{BoxStream, StreamExt as _, TryStreamExt as _, unfold};
use tokio::time::sleep;

use crate::{Error, ErrorKind};

/// The shortest wait at the end of a file before it is read again. Without one the peer would be
/// kept busy.
const MIN_POLL: Duration = Duration::from_millis(100);

/// One response to `READ_FILE`.
#[derive(Debug)]
pub(super) struct Chunk {
    /// The size of the whole file in bytes.
    pub(super) size: u64,
    pub(super) data: Bytes,
}

/// The most bytes that [`FileChunks::text`] reads: 16 MiB.
const MAX_TEXT: usize = 16 << 20;

type Read = dyn Fn(u64) -> BoxFuture<'static, Result<Chunk, Error>> + Send;

/// The chunks of a file in order, each read when it is asked for. The stream ends at the end of the
/// file, or after an error.
pub struct FileChunks {
    read: Option<Reader>,
    chunks: Option<BoxStream<'static, Result<Bytes, Error>>>,
}

struct Reader {
    read: Box<Read>,
    offset: u64,
    /// How long to wait for more at the end of the file. If `None`, the stream ends there.
    poll: Option<Duration>,
}

impl FileChunks {
    pub(super) fn new(
        read: impl Fn(u64) -> BoxFuture<'static, Result<Chunk, Error>> + Send + 'static,
    ) -> Self {
        Self { read: Some(Reader { read: Box::new(read), offset: 0, poll: None }), chunks: None }
    }

    /// Begins at this byte instead of the first one.
    #[must_use]
    pub fn starting_at(mut self, offset: u64) -> Self {
        self.read.iter_mut().for_each(|reader| reader.offset = offset);
        self
    }

    /// Continues after the end of the file, and checks for more data at this interval, as `tail -f`
    /// does: at least 100 ms. If the file has become shorter, the stream fails with
    /// [`ErrorKind::Conflict`].
    #[must_use]
    pub fn follow(mut self, every: Duration) -> Self {
        self.read.iter_mut().for_each(|reader| reader.poll = Some(every.max(MIN_POLL)));
        self
    }

    /// Reads the file to its end, and returns it as text: what is not UTF-8 becomes U+FFFD. Does
    /// not return while the file is [followed](Self::follow).
    ///
    /// # Errors
    ///
    /// `Invalid` if the text has more than 16 MiB, and the first error of the stream.
    pub async fn text(mut self) -> Result<String, Error> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.try_next().await? {
            if bytes.len().saturating_add(chunk.len()) > MAX_TEXT {
                let text = format!("the file has more than {MAX_TEXT} bytes: read it in chunks");
                return Err(Error::new(ErrorKind::Invalid, text));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

impl Reader {
    /// Returns the next chunk, or `None` at the end.
    async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        loop {
            let chunk = match (self.read)(self.offset).await {
                Ok(chunk) => chunk,
                Err(error) => return Some(Err(error)),
            };
            if !chunk.data.is_empty() {
                self.offset = self.offset.saturating_add(chunk.data.len() as u64);
                return Some(Ok(chunk.data));
            }
            let wait = self.poll?;
            if chunk.size < self.offset {
                let text =
                    format!("the file has become shorter: {} bytes, {} were read", chunk.size, self.offset);
                return Some(Err(Error::new(ErrorKind::Conflict, text)));
            }
            sleep(wait).await;
        }
    }

    fn chunks(self) -> BoxStream<'static, Result<Bytes, Error>> {
        let pieces = unfold(Some(self), |reader| async move {
            let mut reader = reader?;
            let piece = reader.next().await?;
            let rest = piece.is_ok().then_some(reader);
            Some((piece, rest))
        });
        pieces.fuse().boxed()
    }
}

impl Stream for FileChunks {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(reader) = self.read.take() {
            self.chunks = Some(reader.chunks());
        }
        self.chunks.as_mut().map_or(Poll::Ready(None), |chunks| chunks.poll_next_unpin(context))
    }
}

impl fmt::Debug for FileChunks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("FileChunks")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures::FutureExt as _;
    use tokio::time::timeout;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn end_of_a_file_is_not_asked_for_without_a_pause() {
        let times = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&times);
        let read = move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
            // As after a response, others may run.
            let empty = Ok(Chunk { size: u64::MAX, data: Bytes::new() });
            tokio::task::yield_now().map(|()| empty).boxed()
        };
        let mut chunks = FileChunks::new(read).starting_at(u64::MAX).follow(Duration::ZERO);
        timeout(Duration::from_millis(950), chunks.next()).await.unwrap_err();
        assert_eq!(times.load(Ordering::Relaxed), 10);
    }

    fn file(size: usize) -> FileChunks {
        FileChunks::new(move |offset| {
            let left = size.saturating_sub(usize::try_from(offset).unwrap());
            let data = Bytes::from(vec![b'a'; left.min(MAX_TEXT / 2)]);
            Box::pin(async move { Ok(Chunk { size: size as u64, data }) })
        })
    }

    #[tokio::test]
    async fn text_has_a_limit() {
        assert_eq!(file(MAX_TEXT).text().await.unwrap().len(), MAX_TEXT);
        assert_eq!(file(MAX_TEXT + 1).text().await.unwrap_err().kind(), ErrorKind::Invalid);
    }
}
