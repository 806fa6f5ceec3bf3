//! Whose turn it is: the engine and the handler are one task, and so on one thread, as long as the handler gives its
//! thread back. While it does not, a second task runs the engine.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures::task::AtomicWaker;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::sending::EngineSleep;

/// How long the handler may keep its thread before the engine goes on without it.
const PATIENCE: Duration = Duration::from_millis(20);

/// The engine, which whoever has time for it polls.
pub(super) struct Turns<E: Future> {
    engine: Mutex<State<E>>,
    has_ended: AtomicBool,
    /// Goes up when the handler takes the thread, and again when it gives it back.
    handler: AtomicU64,
    /// Whether the stand-in has had the engine since the handler took the thread.
    is_taken: AtomicBool,
    /// Whether the stand-in looks at the handler from time to time.
    is_watched: AtomicBool,
    watch: Notify,
    sleep: EngineSleep,
    driver: AtomicWaker,
    stand_in: AtomicWaker,
}

enum State<E: Future> {
    Running(Pin<Box<E>>),
    Ended(E::Output),
    Gone,
}

impl<E: Future> Turns<E> {
    fn new(engine: E, sleep: EngineSleep) -> Self {
        Self {
            sleep,
            engine: Mutex::new(State::Running(Box::pin(engine))),
            has_ended: AtomicBool::new(false),
            handler: AtomicU64::new(0),
            is_taken: AtomicBool::new(false),
            is_watched: AtomicBool::new(false),
            watch: Notify::new(),
            driver: AtomicWaker::new(),
            stand_in: AtomicWaker::new(),
        }
    }

    /// Whether the engine has come to its end.
    pub(super) fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::SeqCst)
    }

    /// The engine's turn. Its end is given once.
    pub(super) fn poll_engine(&self, context: &mut Context<'_>) -> Poll<E::Output> {
        self.sleep.ends();
        self.driver.register(context.waker());
        let mut state = self.lock();
        self.poll(&mut state, context);
        match std::mem::replace(&mut *state, State::Gone) {
            State::Ended(end) => Poll::Ready(end),
            other => {
                *state = other;
                Poll::Pending
            }
        }
    }

    /// Turns of the handler, which may keep the thread.
    pub(super) async fn of_handler<H: Future>(&self, handler: H) -> H::Output {
        let mut handler = pin!(handler);
        poll_fn(|context| {
            self.handler.fetch_add(1, Ordering::SeqCst);
            if !self.is_watched.load(Ordering::SeqCst) && !self.is_watched.swap(true, Ordering::SeqCst) {
                self.watch.notify_one();
            }
            let _given_back = GivesBack(&self.handler);
            handler.as_mut().poll(context)
        })
        .await
    }

    /// Whether nobody but the driver has polled the engine since it did. If so, it has to be woken from now on.
    pub(super) fn may_sleep(&self) -> bool {
        if self.is_taken.load(Ordering::SeqCst) && self.is_taken.swap(false, Ordering::SeqCst) {
            self.stand_in.wake();
            return false;
        }
        self.sleep.begins();
        true
    }

    fn lock(&self) -> MutexGuard<'_, State<E>> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn poll(&self, state: &mut State<E>, context: &mut Context<'_>) {
        if let State::Running(engine) = state
            && let Poll::Ready(end) = engine.as_mut().poll(context)
        {
            *state = State::Ended(end);
            self.has_ended.store(true, Ordering::SeqCst);
        }
    }

    /// Looks from time to time, while there is something to handle, whether the handler keeps its thread.
    async fn watch(&self) {
        loop {
            self.watch.notified().await;
            loop {
                let before = self.handler.load(Ordering::SeqCst);
                sleep(PATIENCE).await;
                if self.handler.load(Ordering::SeqCst) != before {
                    continue;
                }
                if has_thread(before) {
                    self.run_engine(before).await;
                    continue;
                }
                self.is_watched.store(false, Ordering::SeqCst);
                // It may have taken the thread without a word, because it was watched.
                if self.handler.load(Ordering::SeqCst) == before
                    || self.is_watched.swap(true, Ordering::SeqCst)
                {
                    break;
                }
            }
        }
    }

    /// Runs the engine until the handler, whose turn has this number, gives the thread back.
    async fn run_engine(&self, turn: u64) {
        poll_fn(|context| {
            self.stand_in.register(context.waker());
            self.is_taken.store(true, Ordering::SeqCst);
            if self.handler.load(Ordering::SeqCst) != turn {
                return Poll::Ready(());
            }
            self.sleep.ends();
            self.poll(&mut self.lock(), context);
            self.sleep.begins();
            if self.handler.load(Ordering::SeqCst) == turn {
                return Poll::Pending;
            }
            // Who has polled last is woken; the driver has to be that one now.
            self.driver.wake();
            Poll::Ready(())
        })
        .await;
    }
}

fn has_thread(turn: u64) -> bool {
    !turn.is_multiple_of(2)
}

/// Also of a handler that panics.
struct GivesBack<'a>(&'a AtomicU64);

impl Drop for GivesBack<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Ends the engine, at once, with the future that runs it.
pub(super) struct Driving<E: Future> {
    pub(super) turns: Arc<Turns<E>>,
    watch: Option<JoinHandle<()>>,
}

impl<E> Driving<E>
where
    E: Future<Output: Send> + Send + 'static,
{
    pub(super) fn new(engine: E, sleep: EngineSleep) -> Self {
        let turns = Arc::new(Turns::new(engine, sleep));
        // With one thread nobody could stand in.
        let is_alone = Handle::current().runtime_flavor() == RuntimeFlavor::CurrentThread;
        let watched = Arc::clone(&turns);
        let watch = (!is_alone).then(|| tokio::spawn(async move { watched.watch().await }));
        Self { turns, watch }
    }
}

impl<E: Future> Drop for Driving<E> {
    fn drop(&mut self) {
        self.watch.iter().for_each(JoinHandle::abort);
        drop(std::mem::replace(&mut *self.turns.lock(), State::Gone));
    }
}
