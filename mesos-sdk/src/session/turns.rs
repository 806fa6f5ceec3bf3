//! The turns that the engine and the handler loop take. Both are part of one future, and so share a
//! thread.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use futures::future::FutureExt as _;
use tokio::join;
use tokio::time::timeout_at;

use super::engine::End;
use super::handler_status::HandlerStatus;
use super::{Outcome, Role};

/// The number of turns that the engine and the handler loop take before the runtime may poll for
/// I/O.
const MAX_TURNS: usize = 16;

/// Runs the engine and the handler loop in turns until the engine ends, and then the handler loop
/// and the store, for as long as a handler at work may still take.
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
            // While there were more events, the engine has read none.
            let (had_more, before) = (status.has_more(), status.done());
            // The loop ends only after the engine.
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
    let (returned, stored) = join!(timeout_at(until, handler), timeout_at(until, end.storing.finish()));
    if returned.is_err() {
        tracing::error!("a handler did not return in time after the end of the driver, and was given up");
    }
    match stored {
        Ok(Err(failure)) if !matches!(end.result, Ok(Outcome::TornDown)) => end.result = Err(failure),
        Ok(_) => {}
        Err(_) => tracing::error!("the store did not finish in time after the end of the driver"),
    }
    end
}
