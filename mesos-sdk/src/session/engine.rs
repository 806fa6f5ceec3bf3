//! The asynchronous shell around the machine: sockets, timer and queues.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt as _};
use tokio::sync::mpsc;
use tokio::time::{Instant, Sleep, sleep_until};

use super::commands::CommandReceiver;
use super::engine_calls::Outgoing;
use super::engine_input::{Turn, next_of, outcome};
use super::engine_lanes::Lanes;
use super::handler_status::{HandlerStatus, give_way};
use super::input::{Action, Attempt, Input, Outcome};
use super::observer::Observer;
use super::storing::Storing;
use super::{Api, Deliverable as _, Machine, Role, Settings, Store};
use crate::duration::after;
use crate::transport::{EventStream, Peer, StreamEvent, Transport};
use crate::{Address, Error};

/// How a session ended.
pub(crate) struct End<R: Api> {
    pub(crate) result: Result<Outcome, Error>,
    /// The last delivery to the handler.
    pub(crate) farewell: Option<R::Delivery>,
    /// Until when a handler at work may continue.
    pub(crate) handler_may_until: Instant,
    /// The records that are not stored yet.
    pub(crate) storing: Storing<R>,
}

/// How the machine ended.
struct Finished<R: Api> {
    result: Result<Outcome, Error>,
    farewell: Option<R::Delivery>,
}

/// The channel to the handler loop, which carries several deliveries at a time.
type Deliveries<R> = mpsc::UnboundedSender<Vec<<R as Api>::Delivery>>;

/// The number of inputs of each kind that are processed before the timer and the sockets are polled
/// again.
const MAX_BATCH: usize = 256;
/// The number of events that are handed to the handler at once. The first of them waits for the
/// last.
const MAX_EVENT_BATCH: usize = 32;

/// After this many inputs of each kind, the engine reads the clock, checks deadlines, and looks for
/// commands even if there were none before.
const CLOCK_INTERVAL: usize = 16;

/// The number of times that a passed deadline is deferred because there is still something to read.
const MAX_DEFERRED_TICKS: usize = 64;

/// A running session.
pub(crate) struct Engine<R: Role> {
    machine: Machine<R>,
    settings: Settings,
    observer: Observer<R>,
    transport: Transport,
    commands: CommandReceiver<R>,
    deliveries: Deliveries<R>,
    handler: Arc<HandlerStatus>,
    storing: Storing<R>,
    detecting: Option<BoxFuture<'static, Result<Address, Error>>>,
    watching: Option<BoxFuture<'static, Address>>,
    stream: EventStream,
    /// The subscription attempt that `stream` belongs to.
    attempt: Attempt,
    calls: Lanes,
    /// Deliveries that the handler has not been given yet.
    batch: Vec<R::Delivery>,
    start: Instant,
    /// The time since `start` when the clock was last read.
    now: Duration,
    timer: Pin<Box<Sleep>>,
    /// Whether calls and their responses come before events this time.
    commands_first: bool,
    /// How many times in a row a passed deadline was deferred.
    deferred_ticks: usize,
}

impl<R: Role> Engine<R> {
    /// Creates an engine. The machine bounds the number of deliveries: it stops reading when too
    /// many wait for the handler.
    pub(crate) fn new(
        machine: Machine<R>,
        settings: Settings,
        (transport, store): (Transport, Store<R>),
        commands: CommandReceiver<R>,
        (deliveries, handler): (Deliveries<R>, Arc<HandlerStatus>),
    ) -> Self {
        let start = Instant::now();
        Self {
            machine,
            calls: Lanes::new(R::PEER, &transport, &settings),
            observer: Observer::new(&settings),
            settings,
            transport,
            commands,
            deliveries,
            handler,
            storing: Storing::new(store),
            detecting: None,
            watching: None,
            stream: EventStream::Closed,
            attempt: 0,
            batch: Vec::new(),
            start,
            now: Duration::ZERO,
            timer: Box::pin(sleep_until(start)),
            commands_first: false,
            deferred_ticks: 0,
        }
    }

    /// Runs the session to its end.
    pub(crate) async fn run(mut self) -> End<R> {
        self.commands.begin(self.start);
        let Finished { result, farewell } = self.run_machine().await;
        let handler_may_until = self.at(self.machine.handler_may_until(self.now));
        End { result, farewell, handler_may_until, storing: self.storing }
    }

    async fn run_machine(&mut self) -> Finished<R> {
        loop {
            if let Some(end) = self.carry_out_all() {
                return end;
            }
            self.publish();
            if self.deliver() {
                // Processes the results of these deliveries before reading more.
                give_way().await;
            }
            let input = self.next_input().await;
            if let Input::Tick = input {
                self.tick();
            } else {
                self.now = self.start.elapsed();
                self.look_before(&input);
                self.apply(input);
            }
            if let Some(end) = self.take_batch() {
                return end;
            }
            self.machine.check_deadlines(self.now);
        }
    }

    /// Publishes the status, which must be current when a handler runs.
    fn publish(&mut self) {
        let snapshot = self.machine.snapshot();
        if self.commands.publish(&snapshot) {
            self.settings.span.record("framework_id", snapshot.framework_id);
        }
        self.observer.look(self.now, &self.machine);
    }

    /// Checks deadlines as of the last time that the clock was read: everything that had arrived by
    /// then has been processed.
    fn tick(&mut self) {
        self.deferred_ticks = 0;
        self.calls.give_up_late(self.at(self.now));
        self.machine.apply(self.now, Input::Tick);
        self.now = self.start.elapsed();
    }

    fn apply(&mut self, input: Input<R>) {
        self.observer.input(self.now, &input);
        self.machine.apply(self.now, input);
    }

    fn look_before(&mut self, input: &Input<R>) {
        match input {
            // Calls whose response has arrived are not in doubt.
            Input::Stream(_, StreamEvent::Ended(_)) => {
                self.calls.read();
                while let Some((id, response)) = self.calls.try_next() {
                    let input = Input::Answered(id, response);
                    self.observer.input(self.now, &input);
                    self.machine.step(self.now, input);
                }
            }
            Input::LeaderChanged(_) => self.read_all(),
            _ => {}
        }
    }

    /// Processes everything that has arrived before the stream is closed. If a SUBSCRIBED were
    /// dropped, the framework would subscribe again without the id that the master has just
    /// assigned, as a new framework. If an ERROR were dropped, it would compete with the instance
    /// that has replaced it.
    fn read_all(&mut self) {
        for _ in 0..MAX_BATCH {
            let next = self.stream.next(self.machine.may_read()).now_or_never();
            let Some(input) = next.map(|event| Input::Stream(self.attempt, event)) else { return };
            self.look_before(&input);
            self.apply(input);
        }
    }

    async fn next_input(&mut self) -> Input<R> {
        let turn = self.next_turn();
        if let Turn::Timer = turn {
            return Input::Tick;
        }
        let attempt = self.attempt;
        let event = self.stream.next(self.machine.may_read()).map(|event| Input::Stream(attempt, event));
        let (mut event, timer) = (pin!(event), &mut self.timer);
        let event = poll_fn(|context| match self.handler.has_more() {
            true => Poll::Pending,
            false => event.as_mut().poll(context),
        });
        // Deadlines are not checked while events are left unread.
        let timer = poll_fn(|context| match self.handler.has_more() {
            true => Poll::Pending,
            false => timer.as_mut().poll(context),
        });
        let next = next_of(&mut self.calls, &mut self.commands, event, timer, turn);
        // `biased` makes the order deterministic.
        tokio::select! {
            biased;
            found = outcome(&mut self.detecting) => Input::Leader(found),
            stored = self.storing.next() => Input::Stored(stored),
            leader = outcome(&mut self.watching) => Input::LeaderChanged(leader),
            next = next => next,
        }
    }

    /// Decides what to poll first. Events and commands alternate. Once a deadline has passed,
    /// everything that could show that the peer is alive comes before the timer, and the timer
    /// before commands.
    fn next_turn(&mut self) -> Turn {
        self.commands_first = !self.commands_first;
        if self.set_timer() {
            self.deferred_ticks += usize::from(!self.handler.has_more());
            return if self.deferred_ticks > MAX_DEFERRED_TICKS { Turn::Timer } else { Turn::Due };
        }
        if self.commands_first { Turn::Commands } else { Turn::Event }
    }

    /// Processes what has arrived in the meantime, taking from each side in turn, before waiting
    /// for more.
    fn take_batch(&mut self) -> Option<Finished<R>> {
        let mut is_asked = true;
        for number in 1..=MAX_BATCH {
            let mut any = false;
            if number % CLOCK_INTERVAL == 0 {
                self.now = self.start.elapsed();
                self.machine.check_deadlines(self.now);
                is_asked = true;
            }
            if let Some((id, response)) = self.calls.try_next() {
                self.apply(Input::Answered(id, response));
                any = true;
            }
            if let Some(input) = is_asked.then(|| self.commands.try_next()).flatten() {
                self.apply(input);
                any = true;
            } else {
                is_asked = false;
            }
            if let Some(end) = self.carry_out_all() {
                return Some(end);
            }
            if self.batch.len() < MAX_EVENT_BATCH
                && !self.handler.has_more()
                && self.machine.may_read()
                && let Some(event) = self.stream.try_next()
            {
                let input = Input::Stream(self.attempt, event);
                self.look_before(&input);
                self.apply(input);
                any = true;
            }
            if let Some(end) = self.carry_out_all() {
                return Some(end);
            }
            if !any {
                break;
            }
        }
        None
    }

    fn carry_out_all(&mut self) -> Option<Finished<R>> {
        while let Some(action) = self.machine.next_action() {
            self.observer.action(self.now, &action, &self.machine);
            if let Some(end) = self.carry_out(action) {
                return Some(end);
            }
        }
        None
    }

    /// Hands the collected deliveries to the handler loop, which wakes it only once. Returns
    /// whether there were any.
    fn deliver(&mut self) -> bool {
        let any = !self.batch.is_empty();
        if any {
            // Without a receiver the handler loop is gone, and the engine is about to be dropped.
            drop(self.deliveries.send(std::mem::take(&mut self.batch)));
        }
        any
    }

    /// Resets the timer if it would fire too late; firing too early does no harm. Returns whether a
    /// deadline had passed when the clock was last read.
    fn set_timer(&mut self) -> bool {
        let now = self.at(self.now);
        let deadline = self.machine.deadline().map(|deadline| self.at(deadline));
        let deadline = deadline.into_iter().chain(self.calls.deadline()).min();
        let deadline = deadline.unwrap_or_else(|| self.at(Duration::MAX));
        if self.timer.is_elapsed() || deadline < self.timer.deadline() {
            self.timer.as_mut().reset(deadline);
        }
        deadline <= now
    }

    fn at(&self, time: Duration) -> Instant {
        after(self.start, time)
    }

    fn carry_out(&mut self, action: Action<R>) -> Option<Finished<R>> {
        match action {
            Action::Detect(failed) => {
                let detector = Arc::clone(self.transport.master.detector());
                self.detecting = Some(Box::pin(async move { detector.detect(failed.as_ref()).await }));
            }
            Action::Watch(known) => {
                let detector = Arc::clone(self.transport.master.detector());
                self.watching = Some(Box::pin(async move { detector.changed(known.as_ref()).await }));
            }
            Action::Connect { attempt, peer, body } => {
                let (transport, endpoint) = (self.transport.clone(), self.settings.endpoint.clone());
                let to = Peer { name: R::PEER, gives_stream_id: R::HAS_STREAM_ID };
                self.stream = EventStream::open(transport, endpoint, (to, peer), body);
                self.attempt = attempt;
            }
            Action::Disconnect => {
                self.stream = EventStream::Closed;
                self.calls.clear();
            }
            Action::Send { id, peer, stream_id, body, may_overtake } => {
                self.calls.push(Outgoing::new(id, peer, stream_id, body), may_overtake);
            }
            Action::Store(record) => self.storing.push(record),
            Action::Deliver(delivery) => {
                self.announce(Some(&delivery));
                if self.batch.is_empty() {
                    self.batch.reserve(MAX_EVENT_BATCH);
                }
                self.batch.push(delivery);
            }
            Action::PassOver => self.handler.pass_over(),
            Action::Complete { id, call, result } => self.commands.complete(id, call, result),
            Action::Lost { id, call, written, unwritten } => {
                let error = if self.calls.has_written(id) { written } else { unwritten };
                self.commands.complete(id, call, Err(error));
            }
            Action::Finish { result, farewell } => {
                self.announce(farewell.as_ref());
                self.deliver();
                return Some(Finished { result, farewell });
            }
        }
        None
    }

    fn announce(&self, delivery: Option<&R::Delivery>) {
        if let (Some(ending), true) = (&self.settings.ending, delivery.is_some_and(R::Delivery::is_end)) {
            ending.begins();
        }
    }
}
