//! Where deliveries become calls of the user's methods, one at a time, in order.

use std::future::{Future, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::{JoinHandle, yield_now};
use tokio::time::Instant;

use super::engine::Engine;
use super::sending::{Command, Commands};
use super::{Line, Outcome, Outside, Role, Settings};
use crate::{Error, ErrorKind, HandlerResult};

/// How many deliveries are handled in a row before the engine has its turn, where it has no thread of its own …
const MAX_IN_A_ROW: usize = 64;
/// … and for how long. What handlers have returned by then waits so long.
const LONGEST_ROW: Duration = Duration::from_micros(200);

/// Calls the user's methods.
pub(crate) trait Dispatch<R: Role>: Send {
    fn dispatch(
        &mut self,
        delivery: R::Delivery,
        receipt: &R::Receipt,
    ) -> impl Future<Output = HandlerResult> + Send;

    /// The session has ended, or is about to, before this could be handed over.
    fn passed_over(&mut self, delivery: R::Delivery) -> impl Future<Output = ()> + Send {
        drop(delivery);
        ready(())
    }
}

/// Ends the engine with the future that waits for it.
struct EngineTask<T>(JoinHandle<T>);

impl<T> Drop for EngineTask<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Runs a session to its end. The engine is a task of its own, so a handler that is slow, or blocks its thread,
/// holds up neither heartbeats nor calls. When the future is dropped, the session ends as with [`Stop::Abort`].
///
/// [`Stop::Abort`]: super::Stop::Abort
pub(crate) async fn run<R: Role>(
    role: R,
    mut settings: Settings,
    outside: Outside,
    (line, commands): (Line<R>, Commands<R>),
    handler: &mut impl Dispatch<R>,
) -> Result<Outcome, Error> {
    let outside = outside.secure(&mut settings.trust)?;
    let (sender, mut deliveries) = mpsc::unbounded_channel();
    let passes_over = Arc::<AtomicBool>::default();
    let engine = Engine::new(role, settings, outside, commands, sender, Arc::clone(&passes_over));
    let mut engine = EngineTask(tokio::spawn(engine.run()));
    loop {
        tokio::select! {
            biased;
            end = &mut engine.0 => {
                let (result, farewell) = end.map_err(broken_engine)?;
                while let Ok(delivery) = deliveries.try_recv() {
                    handler.passed_over(delivery).await;
                }
                if let Some(delivery) = farewell {
                    let receipt = R::receipt(&delivery);
                    // The driver ends either way, with the reason for it as its result.
                    drop(handler.dispatch(delivery, &receipt).await);
                }
                return result;
            }
            Some(delivery) = deliveries.recv() => {
                if passes_over.load(Ordering::Relaxed) {
                    handler.passed_over(delivery).await;
                    line.send(Command::PassedOver);
                    continue;
                }
                let began = Instant::now();
                handle(&line, handler, delivery).await;
                for _ in 1..MAX_IN_A_ROW {
                    let goes_on = !line.stops() && !engine.0.is_finished() && began.elapsed() < LONGEST_ROW;
                    let Some(delivery) = goes_on.then(|| deliveries.try_recv().ok()).flatten() else { break };
                    handle(&line, handler, delivery).await;
                }
                // The engine, which this has woken, runs first: it could not while the next handler blocks the thread.
                yield_now().await;
            }
        }
    }
}

async fn handle<R: Role>(line: &Line<R>, handler: &mut impl Dispatch<R>, delivery: R::Delivery) {
    let receipt = R::receipt(&delivery);
    #[cfg(not(mesos_sdk_defects))]
    let result = handler.dispatch(delivery, &receipt).await;
    #[cfg(mesos_sdk_defects)]
    let result = dispatch_badly(handler, delivery, &receipt).await;
    line.send(Command::Handled(receipt, result));
}

#[cfg(mesos_sdk_defects)]
async fn dispatch_badly<R: Role>(
    handler: &mut impl Dispatch<R>,
    delivery: R::Delivery,
    receipt: &R::Receipt,
) -> HandlerResult {
    use futures::FutureExt as _;
    let handled = std::panic::AssertUnwindSafe(handler.dispatch(delivery, receipt)).catch_unwind().await;
    handled.unwrap_or_else(|panic| match defect!(SwallowPanic) {
        true => Ok(()),
        false => std::panic::resume_unwind(panic),
    })
}

fn broken_engine(error: tokio::task::JoinError) -> Error {
    Error::new(ErrorKind::Stopped, "the driver's task was ended from outside").with_source(error)
}
