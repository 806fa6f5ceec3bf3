//! The queue of commands from handles, and from the handler loop, to the engine.

use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::Instant;

use super::early::Wait;
use super::errors::{does_not_run, log_dropped_failure, too_late};
use super::input::{CallMode, Input};
use super::role::CallId;
use super::sending::Completer;
use super::status::{Names, Published};
use super::{Api, ApiCall as _, CallFuture, DriverStatus, Snapshot, Stop};
use crate::{Error, ErrorKind};

/// The number of calls that may wait in the queue.
const MAX_QUEUED_CALLS: usize = 65_536;

/// How long the caller of a repeated call waits for a driver that does not run yet.
const BEFORE_RUNNING: Duration = Duration::from_secs(5);

/// The capacity that the queue keeps after a burst of commands.
const ROOM: usize = 1024;

/// What handles and the handler loop send to the engine.
enum Command<R: Api> {
    Call(R::Call, CallMode, Completer),
    /// Any other input of the machine.
    Input(Input<R>),
}

/// The sending end. It is cheap to clone, keeps the order and never waits.
pub(crate) struct CommandSender<R: Api>(Arc<Shared<R>>);

/// The receiving end.
pub(crate) struct CommandReceiver<R: Api> {
    shared: Arc<Shared<R>>,
    /// The commands that were taken out of the queue, all at once.
    batch: VecDeque<Command<R>>,
    /// Who awaits the result of a call.
    completers: HashMap<CallId, Completer>,
    last_call: CallId,
    published_names: Names,
}

/// The state that both ends share.
struct Shared<R: Api> {
    queue: Mutex<Queue<R>>,
    /// How many of the commands in the queue are calls.
    queued_calls: AtomicUsize,
    /// Whether the engine has ended.
    is_closed: AtomicBool,
    /// Whether the driver was asked to end.
    stops: AtomicBool,
    /// Whether the driver has begun to run.
    runs: Arc<AtomicBool>,
    status: Published,
}

struct Queue<R: Api> {
    commands: VecDeque<Command<R>>,
    /// Wakes the engine if it waits for a command.
    engine: Option<Waker>,
}

impl<R: Api> Queue<R> {
    /// Returns the requests to end the driver.
    fn stops(&self) -> impl Iterator<Item = Stop> + '_ {
        self.commands.iter().filter_map(|command| match command {
            Command::Input(Input::Stop(stop)) => Some(*stop),
            _ => None,
        })
    }
}

/// Creates the two ends of a queue, which is bounded: calls by their number, other commands by the
/// number of deliveries.
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
        completers: HashMap::new(),
        last_call: 0,
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

    /// Queues `command` and returns the queue. If the engine has ended, it drops the command, which
    /// reports this to the caller of a call.
    fn push(&self, command: Command<R>) -> Option<MutexGuard<'_, Queue<R>>> {
        let mut queue = self.queue();
        if self.is_closed() {
            drop(queue);
            command.fail_too_late();
            return None;
        }
        queue.commands.push_back(command);
        Some(queue)
    }
}

impl<R: Api> CommandSender<R> {
    /// Queues `call`. Before the driver runs, only calls that can wait are queued.
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
        let (completer, future) = Completer::new(call.name());
        self.send(Command::Call(call, mode, completer));
        future
    }

    /// Queues a call that can wait until the driver runs, and refuses any other.
    fn call_early(&self, call: R::Call, mode: CallMode) -> CallFuture {
        match mode {
            CallMode::Now if call.is_kept() => {
                let (completer, _) = Completer::new(call.name());
                self.send(Command::Call(call, mode, completer));
                CallFuture::ready()
            }
            CallMode::Within(_) | CallMode::Repeated => {
                let time = if let CallMode::Within(time) = mode { time } else { BEFORE_RUNNING };
                let (completer, future) = Completer::early(call.name(), time, &self.0.runs);
                self.send(Command::Call(call, mode, completer));
                future
            }
            CallMode::Now => {
                self.0.queued_calls.fetch_sub(1, Ordering::Relaxed);
                let (sender, (completer, future)) = (self.clone(), Completer::new(call.name()));
                completer.complete(Err(does_not_run()), move |error| sender.hand_back(call, error));
                future
            }
        }
    }

    /// Sends an event to the role. Does nothing if the driver has ended.
    pub(crate) fn send_event(&self, event: R::HandleEvent) {
        self.send(Command::Input(Input::HandleEvent(event)));
    }

    /// Asks the driver to end. Does nothing if it has ended.
    pub(crate) fn stop(&self, stop: Stop) {
        self.0.stops.store(true, Ordering::Relaxed);
        self.send(Command::Input(Input::Stop(stop)));
    }

    /// Returns whether the driver was asked to end.
    pub(crate) fn stops(&self) -> bool {
        self.0.stops.load(Ordering::Relaxed)
    }

    /// Returns the driver's status.
    pub(crate) fn status(&self) -> DriverStatus {
        self.0.status.status(self.0.queued_calls.load(Ordering::Relaxed))
    }

    /// Reports what happened to a delivery. It does not wake the engine, which is polled after the
    /// handler loop anyway.
    pub(super) fn report(&self, input: Input<R>) {
        drop(self.0.push(Command::Input(input)));
    }

    /// Returns to the driver a failure that its caller has not received. It counts as a queued
    /// call.
    fn hand_back(&self, call: R::Call, error: Error) {
        self.0.queued_calls.fetch_add(1, Ordering::Relaxed);
        self.send(Command::Input(Input::DroppedFailure(call, error)));
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
    /// Marks the driver as running.
    pub(crate) fn begin(&self, start: Instant) {
        self.shared.status.begin(start);
        self.shared.runs.store(true, Ordering::SeqCst);
    }

    /// Publishes the machine's status to handles. Returns whether the framework id is another one.
    pub(super) fn publish(&mut self, snapshot: &Snapshot<'_>) -> bool {
        self.shared.status.publish(snapshot, &mut self.published_names)
    }

    /// Sends the result of a call to its caller. A failure that the caller does not receive comes
    /// back as an input.
    pub(super) fn complete(&mut self, id: CallId, call: R::Call, result: Result<(), Error>) {
        let Some(completer) = self.completers.remove(&id) else { return };
        let sender = CommandSender(Arc::clone(&self.shared));
        completer.complete(result, move |error| sender.hand_back(call, error));
    }

    /// Waits for a request to end the driver for which `counts` is true, and leaves it in the
    /// queue. Only before the first input is taken. Cancel safe.
    pub(super) async fn stopped(&self, counts: impl Fn(Stop) -> bool) -> Stop {
        poll_fn(|context| {
            let mut queue = self.shared.queue();
            queue.engine = Some(context.waker().clone());
            match self.shared.stops.load(Ordering::Relaxed) {
                true => queue.stops().find(|stop| counts(*stop)).map_or(Poll::Pending, Poll::Ready),
                false => Poll::Pending,
            }
        })
        .await
    }

    /// Waits for the next input. Cancel safe.
    pub(crate) async fn next(&mut self) -> Input<R> {
        poll_fn(|context| self.poll_next(Some(context))).await
    }

    /// Returns the next input if one has arrived.
    pub(crate) fn try_next(&mut self) -> Option<Input<R>> {
        match self.poll_next(None) {
            Poll::Ready(input) => Some(input),
            Poll::Pending => None,
        }
    }

    fn poll_next(&mut self, context: Option<&Context<'_>>) -> Poll<Input<R>> {
        loop {
            while let Some(command) = self.batch.pop_front() {
                if let Some(input) = self.input_of(command) {
                    return Poll::Ready(input);
                }
            }
            self.batch.shrink_to(ROOM);
            let mut queue = self.shared.queue();
            std::mem::swap(&mut self.batch, &mut queue.commands);
            // Without a context the caller polls again before it waits.
            queue.engine = context.filter(|_| self.batch.is_empty()).map(|context| context.waker().clone());
            if self.batch.is_empty() {
                return Poll::Pending;
            }
        }
    }

    /// Returns the machine's input for a command, unless it is a call whose caller has given up.
    fn input_of(&mut self, command: Command<R>) -> Option<Input<R>> {
        if let Command::Call(..) | Command::Input(Input::DroppedFailure(..)) = &command {
            self.shared.queued_calls.fetch_sub(1, Ordering::Relaxed);
        }
        let (call, mode, completer) = match command {
            Command::Input(input) => return Some(input),
            Command::Call(call, mode, completer) => (call, mode, completer),
        };
        let mode = match (mode, completer.wait().map(Wait::left)) {
            (CallMode::Within(_), Some(Some(left))) => CallMode::Within(left),
            (mode, None | Some(Some(_))) => mode,
            (_, Some(None)) => {
                // The caller has already returned this error.
                completer.complete(Err(does_not_run()), drop);
                return None;
            }
        };
        self.last_call += 1;
        self.completers.insert(self.last_call, completer);
        Some(Input::Call(self.last_call, call, mode))
    }
}

impl<R: Api> Command<R> {
    /// Reports that the driver has ended before it took this command.
    fn fail_too_late(self) {
        match self {
            Self::Input(Input::DroppedFailure(call, error)) => log_dropped_failure(call.name(), &error),
            Self::Call(_, _, completer) => completer.fail_too_late(),
            Self::Input(_) => {}
        }
    }
}

/// Fails the commands that the engine has not taken.
impl<R: Api> Drop for CommandReceiver<R> {
    fn drop(&mut self) {
        let mut queue = self.shared.queue();
        self.shared.is_closed.store(true, Ordering::Release);
        self.shared.status.end();
        let left = std::mem::take(&mut queue.commands);
        drop(queue);
        self.batch.drain(..).chain(left).for_each(Command::fail_too_late);
    }
}

#[cfg(test)]
mod tests;
