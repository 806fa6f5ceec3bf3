//! The way from handles to the engine.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, ready};
use std::time::Duration;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::mpsc;

use super::early::{Wait, does_not_run};
use super::sending::{Reply, ended};
use super::{CallFuture, Role, Stop, nobody_hears};
use crate::{Error, ErrorKind, HandlerResult};

/// How many calls may be on the way from the handles to the driver.
const MAX_QUEUED_CALLS: usize = 65_536;

/// How long a call that is to be repeated is awaited while the driver does not run: it may be about to.
const BEFORE_RUNNING: Duration = Duration::from_secs(5);

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
    Call(R::Call, Manner, Reply),
    /// A call has failed, and nobody has received its result.
    Unheard(R::Call, Error),
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
    /// The other end, for what comes back.
    back: mpsc::WeakUnboundedSender<Command<R>>,
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
    /// Whether the driver has begun to run.
    runs: Arc<AtomicBool>,
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
        runs: Arc::default(),
    });
    let back = sender.downgrade();
    (
        Line { commands: sender, shared: Arc::clone(&shared) },
        Commands { receiver, back, shared, taken: 0, told: VecDeque::new() },
    )
}

impl<R: Role> Line<R> {
    /// Queues `call`. Before the driver runs there is no subscription that it could be sent in.
    pub(crate) fn call(&self, call: R::Call, manner: Manner) -> CallFuture {
        if self.commands.is_closed() {
            return CallFuture::refused(ended());
        }
        if self.shared.queued_calls.fetch_add(1, Ordering::Relaxed) >= MAX_QUEUED_CALLS {
            self.shared.queued_calls.fetch_sub(1, Ordering::Relaxed);
            let text =
                format!("{MAX_QUEUED_CALLS} calls wait to be sent: await some of them before making more");
            return CallFuture::refused(Error::new(ErrorKind::Overloaded, text));
        }
        if !self.shared.runs.load(Ordering::Acquire) {
            return self.call_early(call, manner);
        }
        let (reply, sending) = Reply::new();
        self.queue(Command::Call(call, manner, reply));
        sending
    }

    /// Queues what can wait until the driver runs.
    fn call_early(&self, call: R::Call, manner: Manner) -> CallFuture {
        match manner {
            Manner::Now if R::is_kept(&call) => {
                self.queue(Command::Call(call, manner, Reply::new().0));
                CallFuture::kept()
            }
            Manner::Within(_) | Manner::Repeated => {
                let time = if let Manner::Within(time) = manner { time } else { BEFORE_RUNNING };
                let (reply, sending) = Reply::early(time, &self.shared.runs);
                self.queue(Command::Call(call, manner, reply));
                sending
            }
            Manner::Now => {
                self.shared.queued_calls.fetch_sub(1, Ordering::Relaxed);
                let (line, (reply, sending)) = (self.clone(), Reply::new());
                reply.give(Err(does_not_run()), move |error| line.hand_back(call, error));
                sending
            }
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

    /// Gives the driver a failure that nobody has received; it counts among the calls that wait.
    fn hand_back(&self, call: R::Call, error: Error) {
        self.shared.queued_calls.fetch_add(1, Ordering::Relaxed);
        self.queue(Command::Unheard(call, error));
    }

    /// Queues anything else; nothing happens if the driver has ended.
    fn send(&self, command: Command<R>) {
        self.queue(command);
    }

    /// What is queued when there is no engine any more is dropped, which tells whoever waits for its result.
    fn queue(&self, command: Command<R>) {
        self.shared.sent.fetch_add(1, Ordering::AcqRel);
        if let Err(refused) = self.commands.send(command) {
            refused.0.comes_too_late();
        }
        if self.shared.sleep.0.load(Ordering::SeqCst) && self.shared.sleep.0.swap(false, Ordering::SeqCst) {
            let_go_of_the_engine();
        }
    }

    /// Where to say that the engine sleeps.
    pub(crate) fn sleep(&self) -> EngineSleep {
        self.shared.sleep.clone()
    }
}

impl<R: Role> Commands<R> {
    /// The driver begins to run.
    pub(crate) fn begin(&self) {
        self.shared.runs.store(true, Ordering::SeqCst);
    }

    /// Gives the result of a call to whoever awaits it; a failure that is not received comes back as a command.
    pub(super) fn answer(&self, call: R::Call, reply: Reply, result: Result<(), Error>) {
        let line = self.back.upgrade().map(|commands| Line { commands, shared: Arc::clone(&self.shared) });
        reply.give(result, move |error| match line {
            Some(line) => line.hand_back(call, error),
            None => nobody_hears(&error),
        });
    }

    /// The next command; `None` when every handle is gone.
    pub(crate) async fn next(&mut self) -> Option<Command<R>> {
        poll_fn(|context| {
            if let Some(returned) = self.returned() {
                return Poll::Ready(Some(returned));
            }
            loop {
                let Some(command) = ready!(self.receiver.poll_recv(context)) else {
                    return Poll::Ready(None);
                };
                if let Some(command) = self.counted(command) {
                    return Poll::Ready(Some(command));
                }
            }
        })
        .await
    }

    /// A command that has come already.
    pub(crate) fn come(&mut self) -> Option<Command<R>> {
        if let Some(returned) = self.returned() {
            return Some(returned);
        }
        loop {
            let command = self.receiver.try_recv().ok()?;
            if let Some(command) = self.counted(command) {
                return Some(command);
            }
        }
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

    /// What is still to be done of a command that was taken.
    fn counted(&mut self, command: Command<R>) -> Option<Command<R>> {
        self.taken += 1;
        if let Command::Call(..) | Command::Unheard(..) = command {
            self.shared.queued_calls.fetch_sub(1, Ordering::Relaxed);
        }
        let Command::Call(call, manner, reply) = command else { return Some(command) };
        match reply.wait().map(Wait::left) {
            Some(Some(left)) if matches!(manner, Manner::Within(_)) => {
                Some(Command::Call(call, Manner::Within(left), reply))
            }
            None | Some(Some(_)) => Some(Command::Call(call, manner, reply)),
            Some(None) => {
                // Whoever has given it up knows.
                reply.give(Err(does_not_run()), drop);
                None
            }
        }
    }
}

impl<R: Role> Command<R> {
    /// There is no engine any more.
    fn comes_too_late(self) {
        if let Self::Unheard(_, error) = self {
            nobody_hears(&error);
        }
    }
}

/// What the engine has not taken when it ends comes too late.
impl<R: Role> Drop for Commands<R> {
    fn drop(&mut self) {
        self.receiver.close();
        while let Ok(command) = self.receiver.try_recv() {
            command.comes_too_late();
        }
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

#[cfg(test)]
mod tests;
