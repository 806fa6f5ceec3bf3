//! Whose turn it is: the engine and the handler are one task, and so on one thread, as long as the handler gives its
//! thread back. While it does not, a task that stands in runs the engine.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::thread::{Builder, Thread, park, park_timeout};
use std::time::Duration;

use futures::task::AtomicWaker;
use tokio::runtime::{Handle, RuntimeFlavor};

use super::line::EngineSleep;

/// How long the handler may keep its thread before the engine goes on without it.
const PATIENCE: Duration = Duration::from_millis(20);

/// What the watch needs of a stack, in bytes.
const STACK: usize = 256 << 10;

/// The engine, which whoever has time for it polls.
pub(super) struct Turns<E: Future> {
    engine: Mutex<State<E>>,
    has_ended: AtomicBool,
    /// Goes up when the handler takes the thread, and again when it gives it back.
    handler: AtomicU64,
    /// Whether the stand-in has had the engine since the handler took the thread.
    is_taken: AtomicBool,
    /// Whether the watch looks at the handler from time to time.
    is_watched: AtomicBool,
    is_over: AtomicBool,
    watch: OnceLock<Thread>,
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
            is_over: AtomicBool::new(false),
            watch: OnceLock::new(),
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
            if !self.is_watched.load(Ordering::SeqCst) {
                self.begin_watching();
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

    fn begin_watching(&self) {
        self.is_watched.store(true, Ordering::SeqCst);
        self.watch.get().inspect(|thread| thread.unpark());
    }

    /// Nothing is being handled since this turn.
    fn end_watching(&self, turn: u64) {
        self.is_watched.store(false, Ordering::SeqCst);
        // It may have begun without a word, because it was watched.
        if self.handler.load(Ordering::SeqCst) != turn {
            self.is_watched.store(true, Ordering::SeqCst);
        }
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
}

impl<E> Driving<E>
where
    E: Future<Output: Send> + Send + 'static,
{
    pub(super) fn new(engine: E, sleep: EngineSleep) -> Self {
        let turns = Arc::new(Turns::new(engine, sleep));
        let runtime = Handle::current();
        // With one thread nobody could stand in.
        if runtime.runtime_flavor() != RuntimeFlavor::CurrentThread {
            Watch::begin(&turns, runtime);
        }
        Self { turns }
    }
}

impl<E: Future> Drop for Driving<E> {
    fn drop(&mut self) {
        drop(std::mem::replace(&mut *self.turns.lock(), State::Gone));
        self.turns.stand_in.wake();
        self.turns.is_over.store(true, Ordering::SeqCst);
        self.turns.begin_watching();
    }
}

/// Looks from time to time, while there is something to handle, whether the handler keeps its thread. This is a thread:
/// the handler may have the one thread of the runtime that was waiting for sockets and timers.
struct Watch<E: Future> {
    turns: Arc<Turns<E>>,
    runtime: Handle,
}

impl<E> Watch<E>
where
    E: Future<Output: Send> + Send + 'static,
{
    fn begin(turns: &Arc<Turns<E>>, runtime: Handle) {
        let watch = Self { turns: Arc::clone(turns), runtime };
        let thread = Builder::new().name("mesos-sdk".to_owned()).stack_size(STACK);
        match thread.spawn(move || watch.run()) {
            Ok(thread) => drop(turns.watch.set(thread.thread().clone())),
            Err(error) => {
                tracing::warn!(%error, "there is no thread left for a driver whose handlers block theirs")
            }
        }
    }

    fn run(self) {
        let turns = &self.turns;
        let mut stood_in_for = 0;
        while !turns.is_over.load(Ordering::SeqCst) {
            if !turns.is_watched.load(Ordering::SeqCst) {
                park();
                continue;
            }
            let turn = turns.handler.load(Ordering::SeqCst);
            park_timeout(PATIENCE);
            if turns.handler.load(Ordering::SeqCst) != turn {
                continue;
            }
            if !has_thread(turn) {
                turns.end_watching(turn);
            } else if stood_in_for != turn {
                stood_in_for = turn;
                let stand_in = Arc::clone(turns);
                self.runtime.spawn(async move { stand_in.run_engine(turn).await });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::thread;

    use tokio::time::sleep;

    use super::*;

    const TICK: Duration = Duration::from_millis(1);

    /// An engine that counts how often it has run.
    fn driving(ticks: &Arc<AtomicUsize>) -> Driving<impl Future<Output = ()> + Send + 'static> {
        let ticks = Arc::clone(ticks);
        let engine = async move {
            for number in 0.. {
                ticks.store(number, Ordering::SeqCst);
                sleep(TICK).await;
            }
        };
        Driving::new(engine, EngineSleep::default())
    }

    async fn becomes_true(mut is_so: impl FnMut() -> bool) -> bool {
        for _ in 0..5000 {
            if is_so() {
                return true;
            }
            sleep(TICK).await;
        }
        false
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_engine_runs_while_a_handler_keeps_its_thread_and_whoever_drives_has_it_again_then() {
        let ticks = Arc::default();
        let driving = driving(&ticks);
        let turns = &driving.turns;
        turns.of_handler(async { thread::sleep(Duration::from_millis(500)) }).await;
        assert!(ticks.load(Ordering::SeqCst) > 5, "{ticks:?}");
        assert!(!turns.may_sleep(), "the engine would wake somebody else");
        assert!(becomes_true(|| turns.may_sleep()).await);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_handler_is_watched_until_it_is_done() {
        let driving = driving(&Arc::default());
        let turns = &driving.turns;
        turns.of_handler(async { assert!(turns.is_watched.load(Ordering::SeqCst)) }).await;
        assert!(becomes_true(|| !turns.is_watched.load(Ordering::SeqCst)).await);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_engine_ends_at_once_with_whoever_drives_it() {
        let ticks = Arc::default();
        drop(driving(&ticks));
        assert_eq!(Arc::strong_count(&ticks), 1);
    }
}
