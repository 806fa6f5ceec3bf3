//! The queue from handles, and from the handler's loop, to the engine.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::Instant;

use super::early::Wait;
use super::errors::{does_not_run, log_dropped_failure, too_late};
use super::input::CallMode;
use super::sending::Reply;
use super::status::{Names, Published};
use super::{Api, ApiCall as _, CallFuture, DriverStatus, Snapshot, Stop, TokenOf};
use crate::{Error, ErrorKind, HandlerResult};

/// How many calls may be on the way from the handles to the driver.
const MAX_QUEUED_CALLS: usize = 65_536;

/// How long a call that is to be repeated is awaited while the driver does not run: it may be about to.
const BEFORE_RUNNING: Duration = Duration::from_secs(5);

/// For how many commands there is room when nothing is queued: what a burst has taken beyond that is given back.
const ROOM: usize = 1024;

/// What handles and the handler's loop send to the engine.
pub(crate) enum Command<R: Api> {
    Call(R::Call, CallMode, Reply),
    /// A call has failed, and nobody has received its result.
    DroppedFailure(R::Call, Error),
    Notified,
    Handled(TokenOf<R>, HandlerResult),
    PassedOver,
    HandleEvent(R::HandleEvent),
    Stop(Stop),
}

/// The sending end: cheap to clone, in order, never waiting.
pub(crate) struct CommandSender<R: Api>(Arc<Shared<R>>);

/// The receiving end.
pub(crate) struct CommandReceiver<R: Api> {
    shared: Arc<Shared<R>>,
    /// What was taken out of the queue, all at once.
    batch: VecDeque<Command<R>>,
    published_names: Names,
}

/// What both ends know.
struct Shared<R: Api> {
    queue: Mutex<Queue<R>>,
    /// How many of the commands that the engine has not taken are calls.
    queued_calls: AtomicUsize,
    /// Whether the engine has ended.
    is_closed: AtomicBool,
    /// Whether an end of the driver was asked for.
    stops: AtomicBool,
    /// Whether the driver has begun to run.
    runs: Arc<AtomicBool>,
    status: Published,
}

struct Queue<R: Api> {
    commands: VecDeque<Command<R>>,
    /// Wakes the engine, if it waits for a command.
    engine: Option<Waker>,
}

/// The two ends of a new queue. What waits in it is bounded: calls by their number, the others by the number of
/// deliveries.
pub(crate) fn command_channel<R: Api>() -> (CommandSender<R>, CommandReceiver<R>) {
    let shared = Arc::new(Shared {
        queue: Mutex::new(Queue { commands: VecDeque::new(), engine: None }),
        queued_calls: AtomicUsize::default(),
        is_closed: AtomicBool::default(),
        stops: AtomicBool::default(),
        runs: Arc::default(),
        status: Published::default(),
    });
    let receiver = CommandReceiver {
        shared: Arc::clone(&shared),
        batch: VecDeque::new(),
        published_names: Names::default(),
    };
    (CommandSender(shared), receiver)
}

impl<R: Api> Shared<R> {
    fn queue(&self) -> MutexGuard<'_, Queue<R>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Acquire)
    }

    /// Queues `command`, and gives the queue. Without an engine the command is dropped, which tells whoever waits for its
    /// result.
    fn push(&self, command: Command<R>) -> Option<MutexGuard<'_, Queue<R>>> {
        let mut queue = self.queue();
        if self.is_closed() {
            drop(queue);
            command.comes_too_late();
            return None;
        }
        queue.commands.push_back(command);
        Some(queue)
    }
}

impl<R: Api> CommandSender<R> {
    /// Queues `call`. Before the driver runs there is no subscription that it could be sent in.
    pub(crate) fn call(&self, call: R::Call, mode: CallMode) -> CallFuture {
        if self.0.is_closed() {
            return CallFuture::refused(call.name(), too_late());
        }
        if self.0.queued_calls.fetch_add(1, Ordering::Relaxed) >= MAX_QUEUED_CALLS {
            self.0.queued_calls.fetch_sub(1, Ordering::Relaxed);
            let text =
                format!("{MAX_QUEUED_CALLS} calls wait to be sent: await some of them before making more");
            return CallFuture::refused(call.name(), Error::new(ErrorKind::Overloaded, text));
        }
        if !self.0.runs.load(Ordering::Acquire) {
            return self.call_early(call, mode);
        }
        let (reply, future) = Reply::new(call.name());
        self.send(Command::Call(call, mode, reply));
        future
    }

    /// Queues what can wait until the driver runs.
    fn call_early(&self, call: R::Call, mode: CallMode) -> CallFuture {
        match mode {
            CallMode::Now if call.is_kept() => {
                let (reply, _) = Reply::new(call.name());
                self.send(Command::Call(call, mode, reply));
                CallFuture::ready()
            }
            CallMode::Within(_) | CallMode::Repeated => {
                let time = if let CallMode::Within(time) = mode { time } else { BEFORE_RUNNING };
                let (reply, future) = Reply::early(call.name(), time, &self.0.runs);
                self.send(Command::Call(call, mode, reply));
                future
            }
            CallMode::Now => {
                self.0.queued_calls.fetch_sub(1, Ordering::Relaxed);
                let (sender, (reply, future)) = (self.clone(), Reply::new(call.name()));
                reply.give(Err(does_not_run()), move |error| sender.hand_back(call, error));
                future
            }
        }
    }

    /// Tells the role something; nothing happens if the driver has ended.
    pub(crate) fn send_event(&self, event: R::HandleEvent) {
        self.send(Command::HandleEvent(event));
    }

    /// Asks for an end; nothing happens if the driver has ended.
    pub(crate) fn stop(&self, stop: Stop) {
        self.0.stops.store(true, Ordering::Relaxed);
        self.send(Command::Stop(stop));
    }

    /// Whether an end was asked for.
    pub(crate) fn stops(&self) -> bool {
        self.0.stops.load(Ordering::Relaxed)
    }

    /// Returns what the driver knows of itself.
    pub(crate) fn status(&self) -> DriverStatus {
        self.0.status.status(self.0.queued_calls.load(Ordering::Relaxed))
    }

    /// Reports what has become of a delivery. This wakes nobody: the loop that calls handlers has the engine polled next.
    pub(super) fn report(&self, command: Command<R>) {
        drop(self.0.push(command));
    }

    /// Gives the driver a failure that nobody has received; it counts among the calls that wait.
    fn hand_back(&self, call: R::Call, error: Error) {
        self.0.queued_calls.fetch_add(1, Ordering::Relaxed);
        self.send(Command::DroppedFailure(call, error));
    }

    fn send(&self, command: Command<R>) {
        let engine = self.0.push(command).and_then(|mut queue| queue.engine.take());
        if let Some(engine) = engine {
            engine.wake();
        }
    }
}

impl<R: Api> Clone for CommandSender<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<R: Api> CommandReceiver<R> {
    /// The driver begins to run.
    pub(crate) fn begin(&self, start: Instant) {
        self.shared.status.begin(start);
        self.shared.runs.store(true, Ordering::SeqCst);
    }

    /// Shows handles what the machine knows of itself.
    pub(super) fn publish(&mut self, snapshot: &Snapshot<'_>) {
        self.shared.status.publish(snapshot, &mut self.published_names);
    }

    /// Gives the result of a call to whoever awaits it; a failure that is not received comes back as a command.
    pub(super) fn answer(&self, call: R::Call, reply: Reply, result: Result<(), Error>) {
        let sender = CommandSender(Arc::clone(&self.shared));
        reply.give(result, move |error| sender.hand_back(call, error));
    }

    /// The next command; may be dropped and called again without loss.
    pub(crate) async fn next(&mut self) -> Command<R> {
        poll_fn(|context| self.poll_next(Some(context))).await
    }

    /// A command that has come already.
    pub(crate) fn try_next(&mut self) -> Option<Command<R>> {
        match self.poll_next(None) {
            Poll::Ready(command) => Some(command),
            Poll::Pending => None,
        }
    }

    fn poll_next(&mut self, context: Option<&Context<'_>>) -> Poll<Command<R>> {
        loop {
            while let Some(command) = self.batch.pop_front() {
                if let Some(command) = self.taken(command) {
                    return Poll::Ready(command);
                }
            }
            self.batch.shrink_to(ROOM);
            let mut queue = self.shared.queue();
            std::mem::swap(&mut self.batch, &mut queue.commands);
            // Whoever does not wait looks again before it does.
            queue.engine = context.filter(|_| self.batch.is_empty()).map(|context| context.waker().clone());
            if self.batch.is_empty() {
                return Poll::Pending;
            }
        }
    }

    /// What is still to be done of a command that was taken.
    fn taken(&self, command: Command<R>) -> Option<Command<R>> {
        if let Command::Call(..) | Command::DroppedFailure(..) = command {
            self.shared.queued_calls.fetch_sub(1, Ordering::Relaxed);
        }
        let Command::Call(call, mode, reply) = command else { return Some(command) };
        match reply.wait().map(Wait::left) {
            Some(Some(left)) if matches!(mode, CallMode::Within(_)) => {
                Some(Command::Call(call, CallMode::Within(left), reply))
            }
            None | Some(Some(_)) => Some(Command::Call(call, mode, reply)),
            Some(None) => {
                // Whoever has given it up knows.
                reply.give(Err(does_not_run()), drop);
                None
            }
        }
    }
}

impl<R: Api> Command<R> {
    /// There is no engine any more.
    fn comes_too_late(self) {
        match self {
            Self::DroppedFailure(call, error) => log_dropped_failure(call.name(), &error),
            Self::Call(_, _, reply) => reply.comes_too_late(),
            _ => {}
        }
    }
}

/// What the engine has not taken when it ends comes too late.
impl<R: Api> Drop for CommandReceiver<R> {
    fn drop(&mut self) {
        let mut queue = self.shared.queue();
        self.shared.is_closed.store(true, Ordering::Release);
        self.shared.status.end();
        let left = std::mem::take(&mut queue.commands);
        drop(queue);
        self.batch.drain(..).chain(left).for_each(Command::comes_too_late);
    }
}

#[cfg(test)]
mod tests;
