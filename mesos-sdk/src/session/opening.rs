//! What a driver awaits before its session begins, and what becomes of it after a stop.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::commands::CommandReceiver;
use super::{Api, Stop};
use crate::Error;
use crate::duration::after;

/// Awaits what the session needs before it begins: after a stop, for at most `stop_timeout`. Also
/// returns how much of that time is left for the session. Returns `None` if the session need not
/// begin, because the driver has left the framework.
pub(crate) async fn before_session<R: Api, T>(
    opening: impl Future<Output = Result<T, Error>>,
    commands: &mut CommandReceiver<R>,
    (stop_timeout, unopened): (Duration, impl Fn() -> Error),
) -> Result<Option<(T, Duration)>, Error> {
    let mut until = None;
    tokio::select! {
        biased;
        opened = opening => {
            let left = |until: Instant| until.saturating_duration_since(Instant::now());
            opened.map(|opened| Some((opened, until.map_or(stop_timeout, left))))
        }
        stop = stopped(commands, stop_timeout, &mut until) => match stop {
            Stop::Abort => Ok(None),
            Stop::Leave | Stop::Drain => {
                tracing::error!(error = ?unopened(), "the driver has left a framework that it never resumed");
                Ok(None)
            }
            Stop::Teardown => Err(unopened()),
        },
    }
}

/// Waits until the driver was stopped and the time for it has passed, which it sets in `until`.
async fn stopped<R: Api>(
    commands: &mut CommandReceiver<R>,
    stop_timeout: Duration,
    until: &mut Option<Instant>,
) -> Stop {
    let stop = commands.stopped(|_| true).await;
    let until = *until.insert(after(Instant::now(), stop_timeout));
    let aborted = commands.stopped(|stop| stop == Stop::Abort);
    timeout_at(until, aborted).await.unwrap_or(stop)
}
