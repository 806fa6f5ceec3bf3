//! One connection through a proxy.

use std::future::pending;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use peer::{Connection, Responses};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf, split};
use tokio::net::TcpStream;
use tokio::task::yield_now;
use tokio::time::sleep;

use super::Link;
use super::fault::{Direction, LinkFault, StreamFault};
use super::http::Http;

/// How much is read at a time.
const BUFFER: usize = 64 << 10;
/// How often a second a throttled connection gets its share.
const SHARES: usize = 20;

type From = ReadHalf<Connection>;
type To = WriteHalf<Connection>;

/// Passes one connection on until it ends for any reason, and then drops all four halves.
pub(super) async fn connect(client: TcpStream, link: Arc<Link>) {
    let mut cuts = link.cuts.subscribe();
    if link.fault() == LinkFault::Refuse {
        link.lost.fetch_add(1, Ordering::SeqCst);
        return;
    }
    if link.fault().swallows(Direction::Request) {
        return link.silence().await;
    }
    // Whatever goes wrong here, the client notices.
    let Ok((client, target)) = link.ends(client).await else { return };
    let ((requests, responses_out), (responses, requests_out)) = (split(client), split(target));
    tokio::select! {
        _ = link.pass_requests(requests, requests_out) => {}
        _ = link.pass_responses(responses, responses_out) => {}
        _ = cuts.changed() => { link.lost.fetch_add(1, Ordering::SeqCst); }
    }
}

impl Link {
    async fn ends(&self, client: TcpStream) -> io::Result<(Connection, Connection)> {
        // Each piece travels by itself.
        client.set_nodelay(true)?;
        let client: Connection = match &self.tls {
            Some(acceptor) => Box::new(acceptor.accept(client).await?),
            None => Box::new(client),
        };
        let target = TcpStream::connect(&self.target).await?;
        target.set_nodelay(true)?;
        Ok((client, Box::new(target)))
    }

    fn fault(&self) -> LinkFault {
        *self.fault.borrow()
    }

    /// Waits until somebody may notice that something was lost.
    async fn silence(&self) {
        let mut fault = self.fault.subscribe();
        // The sender is part of this.
        let _ = fault.wait_for(|fault| !fault.swallows(Direction::Response)).await;
        self.lost.fetch_add(1, Ordering::SeqCst);
    }

    async fn pass_requests(&self, mut from: From, mut to: To) -> io::Result<()> {
        let mut buffer = vec![0; BUFFER];
        loop {
            let read = from.read(&mut buffer).await;
            // The end of a connection is swallowed too.
            if self.fault().swallows(Direction::Request) {
                self.silence().await;
                return Ok(());
            }
            let bytes = match read? {
                0 => return Ok(()),
                read => &mut buffer[..read],
            };
            if self.http.as_ref().is_some_and(|http| !http.take(bytes)) {
                return Ok(());
            }
            self.deliver(bytes, Direction::Request, &mut to).await?;
        }
    }

    async fn pass_responses(&self, mut from: From, mut to: To) -> io::Result<()> {
        let (mut buffer, mut responses) = (vec![0; BUFFER], Responses::default());
        loop {
            let read = tokio::select! {
                read = from.read(&mut buffer) => read,
                inserted = inserted(self.http.as_ref()), if responses.is_between_chunks() => {
                    self.deliver(&inserted, Direction::Response, &mut to).await?;
                    continue;
                }
            };
            let fault = self.fault();
            if fault.swallows(Direction::Response) {
                self.silence().await;
                return Ok(());
            }
            let bytes = match read? {
                0 => return to.shutdown().await,
                _ if fault == LinkFault::DropResponses => return Ok(()),
                read => &buffer[..read],
            };
            if let Some(http) = &self.http {
                match http.stream_fault(&responses) {
                    Some(StreamFault::Cut) => return to.write_all(&bytes[..bytes.len() / 2]).await,
                    Some(StreamFault::Silence) => return pending().await,
                    None => {}
                }
                responses.push(bytes);
                while responses.next_part()?.is_some() {}
            }
            self.deliver(bytes, Direction::Response, &mut to).await?;
        }
    }

    /// Writes bytes as the fault lets them pass.
    async fn deliver(&self, bytes: &[u8], direction: Direction, to: &mut To) -> io::Result<()> {
        match self.fault() {
            LinkFault::CutAfter(_) => self.deliver_until_cut(bytes, to).await,
            LinkFault::Throttle(rate) => {
                for share in bytes.chunks((rate / SHARES).max(1)) {
                    sleep(Duration::from_secs(1) / u32::try_from(SHARES).unwrap_or(1)).await;
                    write(share, to).await?;
                }
                Ok(())
            }
            fault => {
                if let LinkFault::Delay(delay) = fault {
                    sleep(delay).await;
                }
                let piece = match (fault, direction) {
                    (LinkFault::Dribble, Direction::Response) => 1,
                    _ => bytes.len().max(1),
                };
                for piece in bytes.chunks(piece) {
                    write(piece, to).await?;
                    yield_now().await;
                }
                Ok(())
            }
        }
    }

    async fn deliver_until_cut(&self, bytes: &[u8], to: &mut To) -> io::Result<()> {
        let take = |left: usize| Some(left.saturating_sub(bytes.len()));
        let left = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).unwrap_or(0);
        // After the cut, connections are as good as ever.
        let passed = if left == 0 { bytes } else { &bytes[..left.min(bytes.len())] };
        write(passed, to).await?;
        if (1..=bytes.len()).contains(&left) {
            self.cut();
        }
        Ok(())
    }
}

async fn write(bytes: &[u8], to: &mut To) -> io::Result<()> {
    to.write_all(bytes).await?;
    to.flush().await
}

/// Returns what is to be inserted next.
async fn inserted(http: Option<&Http>) -> Vec<u8> {
    match http {
        Some(http) => http.inserted().await,
        None => pending().await,
    }
}
