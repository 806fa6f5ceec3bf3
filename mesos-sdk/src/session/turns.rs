//! Whose turn it is: the engine and the handler are one future, and so have one thread.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use futures::future::FutureExt as _;
use tokio::join;
use tokio::time::{Instant, timeout_at};

use super::engine::End;
use super::handler_status::HandlerStatus;
use super::{Outcome, Role};

/// How many turns the engine and the handler have before the runtime has one, which looks for what has come.
const MAX_TURNS: usize = 16;

/// A handler that keeps its thread for longer is logged: nothing is read or sent meanwhile.
const BLOCKED_AFTER: Duration = Duration::from_secs(1);

/// Runs the engine and the handler's loop in turns until the engine ends, and then the loop, and what is being stored, for
/// as long as the handler at work may still take.
pub(super) async fn take_turns<R: Role>(
    engine: impl Future<Output = End<R>>,
    status: &HandlerStatus,
    handler: impl Future<Output = ()>,
) -> End<R> {
    let (mut engine, mut handler) = (pin!(engine), pin!(handler.fuse()));
    let mut end = poll_fn(|context| {
        for _ in 0..MAX_TURNS {
            if let Poll::Ready(end) = engine.as_mut().poll(context) {
                return Poll::Ready(end);
            }
            // The engine has read no event while there was more.
            let (had_more, before) = (status.has_more(), status.done());
            // It ends after the engine only.
            let _ = handler.as_mut().poll(context);
            if !had_more && status.done() == before {
                return Poll::Pending;
            }
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
    status.engine_has_ended();
    let until = end.handler_may_until;
    let (handled, stored) = join!(timeout_at(until, handler), timeout_at(until, end.storing.finish()));
    if handled.is_err() {
        tracing::error!("a handler did not return in time after the end of the driver, and was given up");
    }
    match stored {
        Ok(Err(failure)) if !matches!(end.result, Ok(Outcome::TornDown)) => end.result = Err(failure),
        Ok(_) => {}
        Err(_) => tracing::error!("the store did not do its work in time after the end of the driver"),
    }
    end
}

/// Runs a handler that begins now, which `began` says; gives what it returns, and when. `blocked` is called when it has
/// kept its thread for too long.
pub(super) async fn watch<H: Future>(
    handler: H,
    began: Instant,
    blocked: impl Fn(Duration),
) -> (H::Output, Instant) {
    let (mut handler, mut began) = (pin!(handler), Some(began));
    poll_fn(|context| {
        let began = began.take().unwrap_or_else(Instant::now);
        let polled = handler.as_mut().poll(context);
        let now = Instant::now();
        let kept = now.saturating_duration_since(began);
        if kept > BLOCKED_AFTER {
            blocked(kept);
        }
        polled.map(|output| (output, now))
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::time::{advance, sleep};

    use super::*;

    /// How often a handler is said to block its thread.
    async fn times_blocked(handler: impl Future<Output = ()>) -> usize {
        let times = AtomicUsize::new(0);
        let count = |_| {
            times.fetch_add(1, Ordering::Relaxed);
        };
        watch(handler, Instant::now(), count).await;
        times.into_inner()
    }

    /// Keeps the thread: the time passes within one poll.
    async fn block(time: Duration) {
        let mut advancing = pin!(advance(time));
        while advancing.as_mut().now_or_never().is_none() {}
    }

    #[tokio::test(start_paused = true)]
    async fn a_handler_that_keeps_its_thread_is_noticed_each_time() {
        assert_eq!(times_blocked(block(BLOCKED_AFTER)).await, 0);
        assert_eq!(times_blocked(block(BLOCKED_AFTER * 2)).await, 1);
        let twice = async {
            block(BLOCKED_AFTER * 2).await;
            sleep(BLOCKED_AFTER).await;
            block(BLOCKED_AFTER * 2).await;
        };
        assert_eq!(times_blocked(twice).await, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_handler_that_awaits_does_not_block() {
        assert_eq!(times_blocked(sleep(BLOCKED_AFTER * 10)).await, 0);
    }
}
