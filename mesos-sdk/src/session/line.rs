//! The way from handles to the engine.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::mpsc;

use super::sending::{Reply, ended};
use super::{Role, Sending, Stop, nobody_hears};
use crate::{Error, ErrorKind, HandlerResult};

/// How many calls may be on the way from the handles to the driver.
const MAX_QUEUED_CALLS: usize = 65_536;

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
    runs: AtomicBool,
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
        runs: AtomicBool::default(),
    });
    let back = sender.downgrade();
    (
        Line { commands: sender, shared: Arc::clone(&shared) },
        Commands { receiver, back, shared, taken: 0, told: VecDeque::new() },
    )
}

impl<R: Role> Line<R> {
    /// Queues `call`. Before the driver runs there is no subscription that it could be sent in.
    pub(crate) fn call(&self, call: R::Call, manner: Manner) -> Sending {
        if self.commands.is_closed() {
            return Sending::refused(ended());
        }
        if self.shared.queued_calls.fetch_add(1, Ordering::Relaxed) >= MAX_QUEUED_CALLS {
            self.shared.queued_calls.fetch_sub(1, Ordering::Relaxed);
            let text =
                format!("{MAX_QUEUED_CALLS} calls wait to be sent: await some of them before making more");
            return Sending::refused(Error::new(ErrorKind::Overloaded, text));
        }
        let (reply, sending) = Reply::new();
        let (is_early, is_kept) = (!self.shared.runs.load(Ordering::Acquire), R::is_kept(&call));
        if is_early && !is_kept && matches!(manner, Manner::Now) {
            self.shared.queued_calls.fetch_sub(1, Ordering::Relaxed);
            let text = "the call was not sent: the driver does not run yet; send it after `subscribed`";
            let line = self.clone();
            reply.give(Err(Error::new(ErrorKind::NotSubscribed, text)), move |error| {
                line.hand_back(call, error)
            });
            return sending;
        }
        self.queue(Command::Call(call, manner, reply));
        if is_early && is_kept { Sending::kept() } else { sending }
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
        self.shared.runs.store(true, Ordering::Release);
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
        if let Some(Command::Call(..) | Command::Unheard(..)) = command {
            self.shared.queued_calls.fetch_sub(1, Ordering::Relaxed);
        }
        command
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
mod tests {
    use futures::FutureExt as _;

    use super::*;
    use crate::scheduler::{SchedulerRole, revive};

    fn running() -> (Line<SchedulerRole>, Commands<SchedulerRole>) {
        let (line, commands) = line();
        commands.begin();
        (line, commands)
    }

    #[test]
    fn only_calls_that_wait_count_against_the_limit() {
        let (line, mut commands) = running();
        for _ in 0..=MAX_QUEUED_CALLS {
            line.call(revive(vec![]), Manner::Now).detach();
            assert!(matches!(commands.come(), Some(Command::Call(..))));
        }
        let all: Vec<_> = (0..MAX_QUEUED_CALLS).map(|_| line.call(revive(vec![]), Manner::Now)).collect();
        let refused = line.call(revive(vec![]), Manner::Now).now_or_never().unwrap();
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Overloaded);
        assert!(commands.come().is_some());
        line.call(revive(vec![]), Manner::Now).detach();
        drop(all);
    }

    #[test]
    fn what_becomes_of_deliveries_is_told_in_order_and_after_the_calls_made_before() {
        let (line, mut commands) = running();
        line.call(revive(vec![]), Manner::Now).detach();
        line.call(revive(vec![]), Manner::Now).detach();
        line.tell(Command::PassedOver);
        assert!(matches!(commands.come(), Some(Command::Call(..))));
        line.tell(Command::Stop(Stop::Leave));
        assert!(matches!(commands.come(), Some(Command::Call(..))));
        assert!(matches!(commands.come(), Some(Command::PassedOver)));
        assert!(matches!(commands.come(), Some(Command::Stop(Stop::Leave))));
        assert!(commands.come().is_none());
    }

    #[test]
    fn what_is_still_queued_at_the_end_was_stopped() {
        let (line, commands) = running();
        let queued = line.call(revive(vec![]), Manner::Now);
        drop(commands);
        for call in [queued, line.call(revive(vec![]), Manner::Now)] {
            assert_eq!(call.now_or_never().unwrap().unwrap_err().kind(), ErrorKind::Stopped);
        }
    }

    /// Makes a call that fails, and lets `dispose` decide what becomes of its result.
    fn fails(is_early: bool, dispose: impl FnOnce(Sending)) -> Option<ErrorKind> {
        let (line, mut commands) = running();
        let sending = line.call(revive(vec![]), Manner::Now);
        let Some(Command::Call(call, _, reply)) = commands.come() else { panic!("no call") };
        let answer = |commands: &Commands<_>| {
            commands.answer(call, reply, Err(Error::new(ErrorKind::Rejected, "no")));
        };
        if is_early {
            answer(&commands);
            dispose(sending);
        } else {
            dispose(sending);
            answer(&commands);
        }
        match commands.come() {
            Some(Command::Unheard(_, error)) => Some(error.kind()),
            _ => None,
        }
    }

    #[test]
    fn a_failure_that_was_handed_over_and_not_received_comes_back() {
        assert_eq!(fails(true, drop), Some(ErrorKind::Rejected));
        assert_eq!(fails(true, Sending::detach), Some(ErrorKind::Rejected));
        assert_eq!(fails(false, drop), Some(ErrorKind::Rejected));
        let received = |sending: Sending| drop(sending.now_or_never());
        assert_eq!(fails(true, received), None, "one that was received does not");
    }

    #[test]
    fn before_the_driver_runs_a_call_is_not_sent_and_one_that_waits_is_queued() {
        let (line, mut commands) = line::<SchedulerRole>();
        let early = line.call(revive(vec![]), Manner::Now).now_or_never().unwrap();
        assert_eq!(early.unwrap_err().kind(), ErrorKind::NotSubscribed);
        assert!(commands.come().is_none());
        line.call(revive(vec![]), Manner::Now).detach();
        assert!(matches!(commands.come(), Some(Command::Unheard(..))), "the driver tells it when it runs");
        let waits = line.call(revive(vec![]), Manner::Within(Duration::from_secs(1)));
        assert!(matches!(commands.come(), Some(Command::Call(..))));
        drop(waits);
    }
}
