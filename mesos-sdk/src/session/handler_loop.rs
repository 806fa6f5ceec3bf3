//! Where deliveries become calls of the user's methods, one at a time, in order.

use std::future::{Future, poll_fn, ready};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;
use std::vec;

use tokio::sync::mpsc;
use tokio::time::{Instant, Sleep, sleep_until};

use super::engine::{End, Engine};
use super::handling::{Handling, give_way};
use super::line::{Command, Commands};
use super::turns::{Driving, Turns};
use super::{Line, Outcome, Role, Settings};
use crate::transport::Transport;
use crate::{Error, ErrorKind, HandlerResult};

/// For how long deliveries are handled in a row before the engine has its turn. What handlers have returned by then waits
/// so long.
const LONGEST_ROW: Duration = Duration::from_micros(200);

/// How many turns the engine and the handler have before the runtime has one, which looks for what has come.
const MAX_TURNS: usize = 16;

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

/// Runs a session to its end. A handler that is slow, or blocks its thread, holds up neither heartbeats nor calls. When
/// the future is dropped, the session ends as with [`Stop::Abort`].
///
/// [`Stop::Abort`]: super::Stop::Abort
pub(crate) async fn run<R: Role>(
    role: R,
    mut settings: Settings,
    transport: Transport,
    (line, commands): (Line<R>, Commands<R>),
    handler: &mut impl Dispatch<R>,
) -> Result<Outcome, Error> {
    let transport = transport.secure(&mut settings.trust)?;
    let (sender, receiver) = mpsc::unbounded_channel();
    let handling = Arc::<Handling>::default();
    let engine = Engine::new(role, settings, transport, commands, sender, Arc::clone(&handling));
    let driving = Driving::new(engine.run(), line.sleep());
    let mut deliveries = Deliveries { receiver, together: Vec::new().into_iter() };
    let all = handle_all(&line, handler, (&mut deliveries, &handling), &driving.turns);
    let Some(End { result, farewell, .. }) = drive(&driving.turns, &handling, all).await else {
        return Err(broken_engine());
    };
    while let Some(delivery) = deliveries.come() {
        handler.passed_over(delivery).await;
    }
    if let Some(delivery) = farewell {
        let receipt = R::receipt(&delivery);
        // The driver ends either way, with the reason for it as its result.
        drop(handler.dispatch(delivery, &receipt).await);
    }
    result
}

/// The engine and the handler in turns, until both are done, or the handler has had its time after the engine's end.
async fn drive<R: Role, E: Future<Output = End<R>>>(
    turns: &Turns<E>,
    handling: &Handling,
    all: impl Future<Output = ()>,
) -> Option<End<R>> {
    let mut all = pin!(all);
    let mut end: Option<(End<R>, Pin<Box<Sleep>>)> = None;
    poll_fn(|context| {
        for _ in 0..MAX_TURNS {
            if let Poll::Ready(ended) = turns.poll_engine(context) {
                let late = Box::pin(sleep_until(ended.handler_may_until));
                end = Some((ended, late));
            }
            // The engine has read no event while there was more.
            let (had_more, before) = (handling.has_more(), handling.done());
            let handled = all.as_mut().poll(context);
            let goes_on = had_more || handling.done() != before;
            if handled.is_ready() {
                return handled;
            }
            if !goes_on && turns.may_sleep() {
                return end.as_mut().map_or(Poll::Pending, |(_, late)| late.as_mut().poll(context));
            }
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
    end.map(|(end, late)| {
        if late.is_elapsed() {
            tracing::error!("a handler did not return in time after the end of the driver, and was given up");
        }
        end
    })
}

/// What the engine delivers.
struct Deliveries<D> {
    receiver: mpsc::UnboundedReceiver<Vec<D>>,
    /// Those that have come together and are not handled.
    together: vec::IntoIter<D>,
}

impl<D> Deliveries<D> {
    /// One that has come already.
    fn come(&mut self) -> Option<D> {
        loop {
            match self.together.next() {
                Some(delivery) => return Some(delivery),
                None => self.together = self.receiver.try_recv().ok()?.into_iter(),
            }
        }
    }
}

/// Handles what the engine delivers, until that has ended and nothing is left.
async fn handle_all<R: Role, E: Future>(
    line: &Line<R>,
    handler: &mut impl Dispatch<R>,
    (deliveries, handling): (&mut Deliveries<R::Delivery>, &Handling),
    turns: &Turns<E>,
) {
    while let Some(together) = deliveries.receiver.recv().await {
        deliveries.together = together.into_iter();
        loop {
            turns.of_handler(handle_row(line, handler, (&mut deliveries.together, handling), turns)).await;
            if deliveries.together.len() == 0 {
                break;
            }
            // The engine runs first: it could not while the next handler blocks the thread.
            handling.give_way().await;
        }
        give_way().await;
    }
}

/// Handles as many as there is time for before the engine has its turn.
async fn handle_row<R: Role, E: Future>(
    line: &Line<R>,
    handler: &mut impl Dispatch<R>,
    (together, handling): (&mut impl ExactSizeIterator<Item = R::Delivery>, &Handling),
    turns: &Turns<E>,
) {
    let began = Instant::now();
    while let Some(delivery) = together.next() {
        let mut goes_on = true;
        if turns.has_ended() {
            handler.passed_over(delivery).await;
        } else if handling.passes_over.load(Ordering::Relaxed) {
            handler.passed_over(delivery).await;
            line.tell(Command::PassedOver);
        } else {
            goes_on = handle(line, handler, delivery).await && !line.stops();
        }
        handling.is_done();
        if together.len() > 0 && (!goes_on || began.elapsed() >= LONGEST_ROW) {
            return;
        }
    }
}

/// Says whether the session goes on whatever the engine makes of this.
async fn handle<R: Role>(line: &Line<R>, handler: &mut impl Dispatch<R>, delivery: R::Delivery) -> bool {
    let receipt = R::receipt(&delivery);
    #[cfg(not(mesos_sdk_defects))]
    let result = handler.dispatch(delivery, &receipt).await;
    #[cfg(mesos_sdk_defects)]
    let result = dispatch_badly(handler, delivery, &receipt).await;
    let goes_on = result.is_ok() || R::may_fail(&receipt);
    line.tell(Command::Handled(receipt, result));
    goes_on
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

fn broken_engine() -> Error {
    Error::new(ErrorKind::Stopped, "the driver was ended from transport")
}
