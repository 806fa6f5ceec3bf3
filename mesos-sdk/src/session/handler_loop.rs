//! Calls the user's methods with deliveries and notifications, one at a time and in order.

use std::future::{Future, poll_fn, ready};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};
use tracing::Instrument as _;

use super::engine::{End, Engine};
use super::handler_status::{HandlerStatus, give_way};
use super::inbox::{Inbox, Next, Notifications};
use super::input::Input;
use super::turns::take_turns;
use super::{
    Api, CommandReceiver, CommandSender, Deliverable as _, Machine, Outcome, Role, Settings, Store, Subject,
    Token as _, TokenOf,
};
use crate::transport::Transport;
use crate::{Error, HandlerResult};

/// How long deliveries are handled in a row before the engine runs. The results of the first
/// handlers wait for that long.
const LONGEST_ROW: Duration = Duration::from_micros(200);

/// How long a handler may keep its thread without being logged. Nothing is read or sent in the
/// meantime.
const BLOCKED_AFTER: Duration = Duration::from_secs(1);

/// Calls the user's methods.
pub(crate) trait Dispatch<R: Api>: Send {
    /// What the program sends to the handler.
    type Notification: Send;

    fn dispatch(
        &mut self,
        delivery: R::Delivery,
        token: &TokenOf<R>,
    ) -> impl Future<Output = HandlerResult> + Send;

    fn notify(&mut self, notification: Self::Notification) -> impl Future<Output = HandlerResult> + Send;

    /// Takes a delivery that the handler does not get, because the session has ended or is about
    /// to.
    fn passed_over(&mut self, delivery: R::Delivery) -> impl Future<Output = ()> + Send {
        drop(delivery);
        ready(())
    }
}

/// Runs a session to its end. A handler that awaits holds up neither heartbeats nor calls; one that
/// blocks its thread holds up both. When the future is dropped, the session ends as with
/// [`Stop::Abort`].
///
/// [`Stop::Abort`]: super::Stop::Abort
pub(crate) async fn run<R: Role, H: Dispatch<R>>(
    role: R,
    mut settings: Settings,
    (transport, store): (Transport, Store<R>),
    (sender, commands): (CommandSender<R>, CommandReceiver<R>),
    (handler, notifications): (&mut H, Notifications<'_, H::Notification>),
) -> Result<Outcome, Error> {
    let (transport, trust) = transport.secure()?;
    settings.trust = trust;
    let farewell_timeout = settings.stop_timeout;
    let (deliveries, receiver) = mpsc::unbounded_channel();
    let status = Arc::new(HandlerStatus::new(&settings));
    let machine = Machine::new(role, settings.clone(), Duration::ZERO, fastrand::u64(..));
    let engine =
        Engine::new(machine, settings, (transport, store), commands, (deliveries, Arc::clone(&status)));
    let mut inbox = Inbox::new(receiver, notifications);
    let all = handle_all(&sender, handler, &mut inbox, &status);
    let End { result, farewell, .. } = take_turns(Box::pin(engine.run()), &status, all).await;
    while let Some(delivery) = inbox.try_next() {
        handler.passed_over(delivery).await;
    }
    if let Some(delivery) = farewell {
        let (token, span) = (delivery.token(), delivery.subject().span());
        let dispatched = handler.dispatch(delivery, &token).instrument(span);
        // The driver ends with its reason, whatever the handler returns.
        if timeout(farewell_timeout, dispatched).await.is_err() {
            tracing::error!(handler = %token, "the last handler did not return in time, and was given up");
        }
    }
    tracing::info!(error = result.as_ref().err().map(debug), "the driver has ended");
    result
}

/// Handles deliveries and notifications until the engine has ended and no delivery is left.
async fn handle_all<R: Api, H: Dispatch<R>>(
    sender: &CommandSender<R>,
    handler: &mut H,
    inbox: &mut Inbox<'_, R::Delivery, H::Notification>,
    status: &HandlerStatus,
) {
    let may_notify = || !sender.stops() && !status.has_ended();
    loop {
        match inbox.next(may_notify).await {
            Next::Deliveries => handle_row(sender, handler, inbox.batch(), status).await,
            Next::Notification(notification) => {
                notify(sender, handler, notification, status).await;
                status.is_done();
            }
            Next::End => return,
        }
        // The engine sends what these handlers have returned and called before the next one runs.
        match inbox.batch().len() {
            0 => give_way().await,
            _ => status.give_way().await,
        }
    }
}

/// Handles as many deliveries as there is time for before the engine runs.
async fn handle_row<R: Api>(
    sender: &CommandSender<R>,
    handler: &mut impl Dispatch<R>,
    batch: &mut impl ExactSizeIterator<Item = R::Delivery>,
    status: &HandlerStatus,
) {
    let began = Instant::now();
    let mut now = began;
    for delivery in batch.by_ref() {
        let mut goes_on = true;
        if status.has_ended() {
            handler.passed_over(delivery).await;
        } else if status.passes_over() {
            handler.passed_over(delivery).await;
            sender.report(Input::PassedOver);
        } else {
            goes_on = handle(sender, handler, delivery, status, &mut now).await && !sender.stops();
        }
        status.is_done();
        if !goes_on || now.saturating_duration_since(began) >= LONGEST_ROW {
            return;
        }
    }
}

/// Calls the handler at `now`, and sets `now` to when it returned. Returns whether the session
/// continues in any case.
async fn handle<R: Api>(
    sender: &CommandSender<R>,
    handler: &mut impl Dispatch<R>,
    delivery: R::Delivery,
    status: &HandlerStatus,
    now: &mut Instant,
) -> bool {
    let (name, began) = (delivery.subject().handler, *now);
    let (token, span) = (delivery.token(), delivery.subject().span());
    let dispatched = handler.dispatch(delivery, &token).instrument(span);
    let (result, returned) = watch(dispatched, *now, |time| log_blocked::<R>(&token, time)).await;
    *now = returned;
    status.took(name, returned.saturating_duration_since(began), result.is_ok());
    let goes_on = result.is_ok() || token.may_fail();
    sender.report(Input::Handled(token, result));
    goes_on
}

/// Calls the handler with a notification.
async fn notify<R: Api, H: Dispatch<R>>(
    sender: &CommandSender<R>,
    handler: &mut H,
    notification: H::Notification,
    status: &HandlerStatus,
) {
    // When the driver stops, the engine waits for this handler as for any other.
    sender.report(Input::Notified);
    let token = TokenOf::<R>::notification();
    let (subject, began) = (Subject::of("notified"), Instant::now());
    let notified = handler.notify(notification).instrument(subject.span());
    let (result, returned) = watch(notified, began, |time| log_blocked::<R>(&token, time)).await;
    status.took(subject.handler, returned.saturating_duration_since(began), result.is_ok());
    sender.report(Input::Handled(token, result));
}

/// Runs a handler that begins at `began`, which is now. Returns its result and when it returned.
/// Calls `blocked` if a poll kept the thread for too long.
async fn watch<H: Future>(handler: H, began: Instant, blocked: impl Fn(Duration)) -> (H::Output, Instant) {
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

fn log_blocked<R: Api>(token: &TokenOf<R>, time: Duration) {
    tracing::warn!(
        handler = %token,
        seconds = time.as_secs_f64(),
        "a handler blocked its thread, and its driver with it: await what takes long, or use spawn_blocking"
    );
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::FutureExt as _;
    use tokio::time::{advance, sleep};

    use super::*;

    /// Returns how many times a handler is reported to have blocked its thread.
    async fn times_blocked(handler: impl Future<Output = ()>) -> usize {
        let times = AtomicUsize::new(0);
        let count = |_| {
            times.fetch_add(1, Ordering::Relaxed);
        };
        watch(handler, Instant::now(), count).await;
        times.into_inner()
    }

    /// Keeps the thread, so that the time passes within one poll.
    fn block(time: Duration) {
        let mut advancing = pin!(advance(time));
        while advancing.as_mut().now_or_never().is_none() {}
    }

    #[tokio::test(start_paused = true)]
    async fn blocking_handler_is_noticed_each_time() {
        assert_eq!(times_blocked(async { block(BLOCKED_AFTER) }).await, 0);
        assert_eq!(times_blocked(async { block(BLOCKED_AFTER * 2) }).await, 1);
        let twice = async {
            block(BLOCKED_AFTER * 2);
            sleep(BLOCKED_AFTER).await;
            block(BLOCKED_AFTER * 2);
        };
        assert_eq!(times_blocked(twice).await, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_handler_that_awaits_does_not_block() {
        assert_eq!(times_blocked(sleep(BLOCKED_AFTER * 10)).await, 0);
    }
}
