//! One run of one client.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

use super::clients::Client;
use crate::master::{Master, Pace};
use crate::measure::{Measured, Usage};
use crate::orders::{Orders, Until};
use crate::stream::Stream;

/// What a peer exits with at once if it has no such encoding.
const NOT_MINE: i32 = 64;
/// How long a client may take to end when all is done.
const PATIENCE: Duration = Duration::from_secs(5);

/// What came of a run in which all was done, and nothing else.
#[derive(Debug)]
pub(super) struct Trial {
    pub(super) wall: Duration,
    pub(super) usage: Usage,
    pub(super) latencies: Vec<Duration>,
}

/// Returns the trial, or what was wrong with it; `None` if the client does not support this
/// encoding.
pub(super) fn trial(
    client: &Client,
    until: Until,
    stream: &Arc<Stream>,
    pace: Option<Pace>,
) -> Result<Option<Result<Trial, String>>> {
    let master = Master::start(Arc::clone(stream), until, pace)?;
    let orders = Orders { port: master.port(), events: stream.events, encoding: stream.encoding, until };
    let mut measured = Measured::start(&client.command, &orders.variables())?;
    let report = master.wait(|| measured.has_ended());
    let usage = measured.end(PATIENCE)?;
    if report.tally.subscriptions == 0 && usage.code == Some(NOT_MINE) {
        return Ok(None);
    }
    let latencies = report.latencies;
    Ok(Some(match (report.wall, report.tally.fault(until)) {
        (Some(wall), None) => Ok(Trial { wall, usage, latencies }),
        (None, None) => Err("no TEARDOWN came after the last event".to_owned()),
        (_, Some(fault)) => Err(fault),
    }))
}
