//! The floor that answers with pipelining, over pipes.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bench::floor::{Chunks, Floor, Records, Work, accepted, head, request, subscribe};
use bench::orders::{Orders, Until};
use mesos_sdk::wire::Encoding;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::master::Connections;

const READ: usize = 256 << 10;

/// Answers forever; `decoded` counts the records that it has decoded.
pub(super) async fn run(connections: Connections, decoded: Arc<AtomicUsize>) -> anyhow::Result<()> {
    let (mut events, mut calls) = (connections.open()?, connections.open()?);
    let encoding = Encoding::Protobuf;
    let orders = Orders { port: 0, events: usize::MAX - 1, encoding, until: Until::Answers };
    let (mut output, mut input, mut buffer) = (Vec::new(), Vec::new(), vec![0; READ]);
    request(&mut output, encoding, &subscribe(encoding), false);
    events.write_all(&output).await?;
    let (mut start, mut end) = head(&mut events, &mut buffer).await?;
    let (mut chunks, mut records) = (Chunks::default(), Records::default());
    let mut work = Work::new(Floor::Pipe, orders);
    loop {
        let mut result = Ok(());
        chunks.feed(&buffer[start..end], |data| {
            records.feed(data, |record| {
                decoded.fetch_add(1, Ordering::Relaxed);
                result = work.record(record);
            });
        });
        result?;
        let due = std::mem::take(&mut work.due);
        output.clear();
        for body in &due {
            request(&mut output, encoding, body, true);
        }
        if !due.is_empty() {
            calls.write_all(&output).await?;
            accepted(&mut calls, &mut input, due.len()).await?;
        }
        (start, end) = (0, events.read(&mut buffer).await?);
        anyhow::ensure!(end > 0, io::Error::from(io::ErrorKind::UnexpectedEof));
    }
}
