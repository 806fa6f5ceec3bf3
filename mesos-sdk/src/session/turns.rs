//! Whose turn it is: the engine and the handler are one future, and so have one thread.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use futures::future::FutureExt as _;
use tokio::join;
use tokio::time::timeout_at;

use super::engine::End;
use super::handler_status::HandlerStatus;
use super::{Outcome, Role};

/// How many turns the engine and the handler have before the runtime has one, which looks for what has come.
const MAX_TURNS: usize = 16;

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
    let (returned, stored) = join!(timeout_at(until, handler), timeout_at(until, end.storing.finish()));
    if returned.is_err() {
        tracing::error!("a handler did not return in time after the end of the driver, and was given up");
    }
    match stored {
        Ok(Err(failure)) if !matches!(end.result, Ok(Outcome::TornDown)) => end.result = Err(failure),
        Ok(_) => {}
        Err(_) => tracing::error!("the store did not do its work in time after the end of the driver"),
    }
    end
}
