//! The way from a handle to the engine, and the result back.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{mpsc, oneshot};

use super::{Role, Stop};
use crate::{Error, ErrorKind, HandlerResult};

/// How many calls may be on the way from the handles to the driver.
const MAX_QUEUED_CALLS: usize = 65_536;

/// A call on its way.
///
/// The call has been queued already, behind those made before; awaiting this gives the peer's answer. `Ok` means
/// that the peer has the call (202: received, not done). [`detach`](Self::detach) it, or drop it, and a failure
/// reaches the handler's `call_failed` instead. What fails after the driver was stopped, and what is refused at once,
/// because 65,536 calls are queued already or the driver has ended, is logged as an error if nobody awaits it.
#[must_use = "await it for the result, or detach it to have a failure reported to `call_failed`"]
#[derive(Debug)]
pub struct Sending(State);

#[derive(Debug)]
enum State {
    OnItsWay(oneshot::Receiver<Result<(), Error>>),
    /// Not queued; `None` once the error has been given.
    Refused(Option<Error>),
}

impl Sending {
    /// Leaves the call to the driver: if it fails, `call_failed` is called with it.
    pub fn detach(self) {}

    /// A call that was refused before it was queued.
    pub(crate) fn refused(error: Error) -> Self {
        Self(State::Refused(Some(error)))
    }
}

/// What was never queued can't come back through the handler, so it is said here.
impl Drop for Sending {
    fn drop(&mut self) {
        if let State::Refused(Some(error)) = &self.0 {
            tracing::error!(error = error.to_line(), "a call was refused, and nobody awaits its result");
        }
    }
}

impl Future for Sending {
    type Output = Result<(), Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            State::OnItsWay(result) => {
                Pin::new(result).poll(context).map(|result| result.unwrap_or_else(|_| Err(ended())))
            }
            State::Refused(error) => Poll::Ready(Err(error.take().unwrap_or_else(ended))),
        }
    }
}

/// How a call is made.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Manner {
    /// Sent now, or not at all.
    Now,
    /// Sent when there is a subscription, if there is one within this time.
    Within(Duration),
    /// Sent again and again until it is settled.
    Repeated,
}

/// What handles and the handler loop send to the engine.
pub(crate) enum Command<R: Role> {
    Call(R::Call, Manner, oneshot::Sender<Result<(), Error>>),
    Handled(R::Receipt, HandlerResult),
    PassedOver,
    Note(R::Note),
    Stop(Stop),
}

/// The sending end: cheap to clone, in order, never blocking.
pub(crate) struct Line<R: Role> {
    commands: mpsc::UnboundedSender<Command<R>>,
    shared: Arc<Shared<R>>,
}

/// The receiving end.
pub(crate) struct Commands<R: Role> {
    receiver: mpsc::UnboundedReceiver<Command<R>>,
    shared: Arc<Shared<R>>,
    /// How many have come that way.
    taken: u64,
    /// What was told and taken from the list, all at once.
    told: VecDeque<(u64, Command<R>)>,
}

/// What both ends know.
struct Shared<R: Role> {
    queued_calls: AtomicUsize,
    /// How many commands were ever sent, or are about to be.
    sent: AtomicU64,
    /// What the handler's loop says of its deliveries, each with how many commands go before it.
    returned: Mutex<VecDeque<(u64, Command<R>)>>,
    has_returned: AtomicBool,
    sleep: EngineSleep,
    /// Whether an end of the driver was asked for.
    stops: AtomicBool,
}

/// Whether whoever runs the engine sleeps, so that a command wakes it.
#[derive(Clone, Default)]
pub(crate) struct EngineSleep(Arc<AtomicBool>);

impl EngineSleep {
    pub(crate) fn begins(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub(crate) fn ends(&self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

/// The two ends of a new line. What waits on it is bounded: calls by a count of their own, the others by the number
/// of deliveries.
pub(crate) fn line<R: Role>() -> (Line<R>, Commands<R>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let shared = Arc::new(Shared {
        queued_calls: AtomicUsize::default(),
        sent: AtomicU64::default(),
        returned: Mutex::default(),
        has_returned: AtomicBool::default(),
        sleep: EngineSleep::default(),
        stops: AtomicBool::default(),
    });
    (
        Line { commands: sender, shared: Arc::clone(&shared) },
        Commands { receiver, shared, taken: 0, told: VecDeque::new() },
    )
}

impl<R: Role> Line<R> {
    /// Queues `call`.
    pub(crate) fn call(&self, call: R::Call, manner: Manner) -> Sending {
        if self.shared.queued_calls.fetch_add(1, Ordering::Relaxed) >= MAX_QUEUED_CALLS {
            self.shared.queued_calls.fetch_sub(1, Ordering::Relaxed);
            let text =
                format!("{MAX_QUEUED_CALLS} calls wait to be sent: await some of them before making more");
            return Sending::refused(Error::new(ErrorKind::Overloaded, text));
        }
        let (reply, result) = oneshot::channel();
        match self.queue(Command::Call(call, manner, reply)) {
            true => Sending(State::OnItsWay(result)),
            false => Sending::refused(ended()),
        }
    }

    /// Tells the role something; nothing happens if the driver has ended.
    pub(crate) fn note(&self, note: R::Note) {
        self.send(Command::Note(note));
    }

    /// Asks for an end; nothing happens if the driver has ended.
    pub(crate) fn stop(&self, stop: Stop) {
        self.shared.stops.store(true, Ordering::Relaxed);
        self.send(Command::Stop(stop));
    }

    /// Whether an end was asked for.
    pub(crate) fn stops(&self) -> bool {
        self.shared.stops.load(Ordering::Relaxed)
    }

    /// Tells what has become of a delivery. This wakes nobody: the loop that calls handlers has the engine polled next.
    pub(super) fn tell(&self, command: Command<R>) {
        let before = self.shared.sent.load(Ordering::Acquire);
        let mut returned = self.shared.returned.lock().unwrap_or_else(PoisonError::into_inner);
        returned.push_back((before, command));
        self.shared.has_returned.store(true, Ordering::Release);
    }

    /// Queues anything else; nothing happens if the driver has ended.
    fn send(&self, command: Command<R>) {
        self.queue(command);
    }

    /// Whether there is still an engine.
    fn queue(&self, command: Command<R>) -> bool {
        self.shared.sent.fetch_add(1, Ordering::AcqRel);
        let queued = self.commands.send(command).is_ok();
        if self.shared.sleep.0.load(Ordering::SeqCst) && self.shared.sleep.0.swap(false, Ordering::SeqCst) {
            let_go_of_the_engine();
        }
        queued
    }

    /// Where to say that the engine sleeps.
    pub(crate) fn sleep(&self) -> EngineSleep {
        self.shared.sleep.clone()
    }
}

impl<R: Role> Commands<R> {
    /// The next command; `None` when every handle is gone.
    pub(crate) async fn next(&mut self) -> Option<Command<R>> {
        poll_fn(|context| match self.returned() {
            Some(returned) => Poll::Ready(Some(returned)),
            None => self.receiver.poll_recv(context).map(|command| self.counted(command)),
        })
        .await
    }

    /// A command that has come already.
    pub(crate) fn come(&mut self) -> Option<Command<R>> {
        self.returned().or_else(|| {
            let command = self.receiver.try_recv().ok();
            self.counted(command)
        })
    }

    /// What the handler's loop has told, unless commands that were sent before have not been taken.
    fn returned(&mut self) -> Option<Command<R>> {
        if self.told.is_empty() && self.shared.has_returned.load(Ordering::Acquire) {
            let mut returned = self.shared.returned.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::swap(&mut self.told, &mut returned);
            self.shared.has_returned.store(false, Ordering::Release);
        }
        self.told.front().filter(|(before, _)| *before <= self.taken)?;
        self.told.pop_front().map(|(_, command)| command)
    }

    fn counted(&mut self, command: Option<Command<R>>) -> Option<Command<R>> {
        self.taken += u64::from(command.is_some());
        if let Some(Command::Call(..)) = command {
            self.shared.queued_calls.fetch_sub(1, Ordering::Relaxed);
        }
        command
    }
}

impl<R: Role> Clone for Line<R> {
    fn clone(&self) -> Self {
        Self { commands: self.commands.clone(), shared: Arc::clone(&self.shared) }
    }
}

/// Lets any thread run the engine, which the caller has just woken.
///
/// tokio reserves the task that a thread has woken last for that same thread. If that is a handler which goes on to
/// block its thread, the engine would be blocked with it; so another task is woken last.
fn let_go_of_the_engine() {
    if let Ok(runtime) = Handle::try_current()
        && runtime.runtime_flavor() == RuntimeFlavor::MultiThread
    {
        drop(runtime.spawn(async {}));
    }
}

fn ended() -> Error {
    Error::new(ErrorKind::Stopped, "the call was not sent or not answered: the driver has ended")
}
