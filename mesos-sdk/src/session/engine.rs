//! The thin shell around the machine: sockets, timer and queues.

use std::collections::HashMap;
use std::future::{pending, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use futures::future::{BoxFuture, Either, FutureExt as _};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, Sleep, sleep_until};

use super::engine_calls::{Calls, Outgoing};
use super::engine_stream::Stream;
use super::input::{Action, CallId, Input, Outcome};
use super::sending::{Command, Commands, Manner};
use super::{Machine, Outside, Role, Settings};
use crate::{Address, Error};

/// How a session ended, and the last thing to tell the handler.
pub(crate) type End<R> = (Result<Outcome, Error>, Option<<R as Role>::Delivery>);

/// Who awaits the result of a call.
type Replies = HashMap<CallId, oneshot::Sender<Result<(), Error>>>;

/// What the engine and the handler's loop know of each other.
#[derive(Default)]
pub(super) struct Handling {
    /// Whether what has not reached the handler is passed over.
    pub(super) passes_over: AtomicBool,
    has_more: AtomicBool,
    done: AtomicUsize,
}

impl Handling {
    /// Lets the engine have its turn while there is still something for the handler: until then no further event is read.
    pub(super) async fn give_way(&self) {
        self.has_more.store(true, Ordering::SeqCst);
        give_way().await;
        self.has_more.store(false, Ordering::SeqCst);
    }

    /// One more is done with. Nobody but the handler's loop says so, and whoever polls that is told.
    pub(super) fn is_done(&self) {
        self.done.store(self.done().wrapping_add(1), Ordering::Relaxed);
    }

    /// How many are done with.
    pub(super) fn done(&self) -> usize {
        self.done.load(Ordering::Relaxed)
    }

    /// Whether there is something for the handler, which is ready for it.
    pub(super) fn has_more(&self) -> bool {
        self.has_more.load(Ordering::SeqCst)
    }
}

/// The way to the handler, several at a time.
type Deliveries<R> = mpsc::UnboundedSender<Vec<<R as Role>::Delivery>>;

/// How many inputs of each kind are taken together, before the timer and the sockets have their turn.
const MAX_TOGETHER: usize = 256;
/// How many events are handed over together: so long the first of them waits for the others.
const MAX_TOGETHER_EVENTS: usize = 32;

/// After so many inputs of each kind the clock is looked at once more, with what is due by it, and handles are, if there
/// was nothing from them.
const LOOKS_UP_AFTER: usize = 16;

/// One running session.
pub(crate) struct Engine<R: Role> {
    machine: Machine<R>,
    settings: Settings,
    outside: Outside,
    commands: Commands<R>,
    deliveries: Deliveries<R>,
    handling: Arc<Handling>,
    detecting: Option<BoxFuture<'static, Result<Address, Error>>>,
    watching: Option<BoxFuture<'static, Address>>,
    stream: Stream,
    calls: Calls,
    /// Deliveries that are not handed over yet.
    undelivered: Vec<R::Delivery>,
    replies: Replies,
    last_call: CallId,
    start: Instant,
    /// The time since then, when the clock was last looked at.
    now: Duration,
    timer: Pin<Box<Sleep>>,
    /// Whether calls and their answers come before events this time.
    asked_first: bool,
}

impl<R: Role> Engine<R> {
    /// The deliveries' number is bounded by the machine, which stops the reading when too many are under way.
    pub(crate) fn new(
        role: R,
        settings: Settings,
        outside: Outside,
        commands: Commands<R>,
        deliveries: Deliveries<R>,
        handling: Arc<Handling>,
    ) -> Self {
        let start = Instant::now();
        Self {
            machine: Machine::new(role, settings.clone(), Duration::ZERO, fastrand::u64(..)),
            calls: Calls::new(R::PEER, outside.clone(), settings.clone()),
            settings,
            outside,
            commands,
            deliveries,
            handling,
            detecting: None,
            watching: None,
            stream: Stream::Closed,
            undelivered: Vec::new(),
            replies: HashMap::new(),
            last_call: 0,
            start,
            now: Duration::ZERO,
            timer: Box::pin(sleep_until(start)),
            asked_first: false,
        }
    }

    /// Runs the session to its end.
    pub(crate) async fn run(mut self) -> End<R> {
        loop {
            if let Some(end) = self.carry_out_all() {
                return end;
            }
            if self.deliver() {
                // What the handler says to these is worth more than what comes next.
                give_way().await;
            }
            let input = self.next_input().await;
            self.now = self.start.elapsed();
            self.step(input);
            if let Some(end) = self.take_what_has_come() {
                return end;
            }
            self.machine.keep_time(self.now);
        }
    }

    fn step(&mut self, input: Input<R>) {
        self.look_before(&input);
        self.machine.step(self.now, input);
    }

    fn look_before(&mut self, input: &Input<R>) {
        match input {
            // What was answered before is known, and not in doubt.
            Input::Ended(..) => {
                while let Some((id, answer)) = self.calls.come() {
                    self.machine.step(self.now, Input::Answered(id, answer));
                }
            }
            Input::LeaderChanged(_) => self.look_for_subscribed(),
            _ => {}
        }
    }

    /// SUBSCRIBED that has come is taken before its stream is left: otherwise the framework would subscribe without the id
    /// that the master has just given it, as another one, and leave the first one behind.
    fn look_for_subscribed(&mut self) {
        for _ in 0..MAX_TOGETHER {
            if !self.machine.awaits_subscribed() {
                return;
            }
            let next = self.stream.next(&self.settings, self.machine.may_read()).now_or_never();
            let Some(input) = next else { return };
            self.machine.take_one_of_many(self.now, input);
        }
    }

    async fn next_input(&mut self) -> Input<R> {
        self.set_timer();
        let may_read = self.machine.may_read();
        self.asked_first = !self.asked_first;
        let mut event = pin!(self.stream.next(&self.settings, may_read));
        let event = poll_fn(|context| match self.handling.has_more() {
            true => Poll::Pending,
            false => event.as_mut().poll(context),
        });
        let next = asked_or_event(&mut self.calls, &mut self.commands, event, self.asked_first);
        // In an order that does not depend on chance. What there may be much of takes turns; every input has the machine
        // look at the time, so the timer can come last.
        tokio::select! {
            biased;
            found = outcome(&mut self.detecting) => Input::Leader(found),
            leader = outcome(&mut self.watching) => Input::LeaderChanged(leader),
            next = next => match next {
                Either::Left(command) => input_of(&mut self.replies, &mut self.last_call, command),
                Either::Right(input) => input,
            },
            () = &mut self.timer => {
                self.calls.look_at_the_clock();
                Input::Tick
            }
        }
    }

    /// Takes a part of what has come together, from each side in turn, before waiting for more.
    fn take_what_has_come(&mut self) -> Option<End<R>> {
        let mut is_asked = true;
        for number in 1..=MAX_TOGETHER {
            let mut any = false;
            if number % LOOKS_UP_AFTER == 0 {
                self.now = self.start.elapsed();
                self.machine.keep_time(self.now);
                is_asked = true;
            }
            if let Some((id, answer)) = self.calls.come() {
                self.machine.take_one_of_many(self.now, Input::Answered(id, answer));
                any = true;
            }
            if let Some(command) = is_asked.then(|| self.commands.come()).flatten() {
                let input = input_of(&mut self.replies, &mut self.last_call, command);
                self.machine.take_one_of_many(self.now, input);
                any = true;
            } else {
                is_asked = false;
            }
            if let Some(end) = self.carry_out_all() {
                return Some(end);
            }
            if self.undelivered.len() < MAX_TOGETHER_EVENTS
                && !self.handling.has_more()
                && self.machine.may_read()
                && let Some(input) = self.stream.come(&self.settings)
            {
                self.look_before(&input);
                self.machine.take_one_of_many(self.now, input);
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

    fn carry_out_all(&mut self) -> Option<End<R>> {
        while let Some(action) = self.machine.next_action() {
            if let Some(end) = self.carry_out(action) {
                return Some(end);
            }
        }
        None
    }

    /// Hands over what was collected, so that the handler is woken once for all of it; says whether there was any.
    fn deliver(&mut self) -> bool {
        let any = !self.undelivered.is_empty();
        if any {
            // Nobody takes it when the handler loop is gone, and then the engine is about to be dropped.
            drop(self.deliveries.send(std::mem::take(&mut self.undelivered)));
        }
        any
    }

    /// Sets the timer only when it would fire too late; one that fires too early does no harm.
    fn set_timer(&mut self) {
        let far = Duration::from_secs(3600);
        let deadline = self.machine.deadline().and_then(|deadline| self.start.checked_add(deadline));
        let deadline = deadline.into_iter().chain(self.calls.deadline()).min();
        let deadline = deadline.unwrap_or_else(|| Instant::now() + far);
        if self.timer.is_elapsed() || deadline < self.timer.deadline() {
            self.timer.as_mut().reset(deadline);
        }
    }

    fn carry_out(&mut self, action: Action<R>) -> Option<End<R>> {
        match action {
            Action::Detect(failed) => {
                let detector = Arc::clone(self.outside.master.detector());
                self.detecting = Some(Box::pin(async move { detector.detect(failed.as_ref()).await }));
            }
            Action::Watch(known) => {
                let detector = Arc::clone(self.outside.master.detector());
                self.watching = Some(Box::pin(async move { detector.changed(known.as_ref()).await }));
            }
            Action::Connect { attempt, peer, body } => {
                self.stream = Stream::open::<R>(attempt, self.outside.clone(), &self.settings, peer, body);
            }
            Action::Disconnect => {
                self.stream = Stream::Closed;
                self.calls.clear();
            }
            Action::Send { id, peer, stream_id, body } => {
                self.calls.push(Outgoing { id, peer, stream_id, body, refusal: None })
            }
            Action::Deliver(delivery) => {
                self.announce(Some(&delivery));
                if self.undelivered.is_empty() {
                    self.undelivered.reserve(MAX_TOGETHER_EVENTS);
                }
                self.undelivered.push(delivery);
            }
            Action::PassOver => self.handling.passes_over.store(true, Ordering::Relaxed),
            Action::Reply { id, call, result } => self.reply(id, call, result),
            Action::Finish { result, farewell } => {
                self.announce(farewell.as_ref());
                self.deliver();
                return Some((result, farewell));
            }
        }
        None
    }

    fn announce(&self, delivery: Option<&R::Delivery>) {
        if let (Some(ending), true) = (&self.outside.ending, delivery.is_some_and(R::is_end)) {
            ending.begins();
        }
    }

    /// Gives the result to whoever awaits it; a failure that nobody awaits goes to the handler.
    fn reply(&mut self, id: CallId, call: R::Call, result: Result<(), Error>) {
        let unheard = self.replies.remove(&id).and_then(|reply| reply.send(result).err());
        if let Some(Err(error)) = unheard {
            self.step(Input::Unheard(call, error));
        }
    }
}

fn input_of<R: Role>(replies: &mut Replies, last_call: &mut CallId, command: Command<R>) -> Input<R> {
    match command {
        Command::Call(call, manner, reply) => {
            *last_call += 1;
            let id = *last_call;
            replies.insert(id, reply);
            match manner {
                Manner::Now => Input::Call(id, call),
                Manner::Repeated => Input::RepeatedCall(id, call),
                Manner::Within(time) => Input::PatientCall(id, call, time),
            }
        }
        Command::Handled(receipt, result) => Input::Handled(receipt, result),
        Command::PassedOver => Input::PassedOver,
        Command::Note(note) => Input::Noted(note),
        Command::Stop(stop) => Input::Stop(stop),
    }
}

/// What users and handlers want, the answers to that, or an event: one side before the other.
async fn asked_or_event<R: Role>(
    calls: &mut Calls,
    commands: &mut Commands<R>,
    event: impl Future<Output = Input<R>>,
    asked_first: bool,
) -> Either<Command<R>, Input<R>> {
    let asked = async {
        tokio::select! {
            biased;
            (id, answer) = calls.next() => Either::Right(Input::Answered(id, answer)),
            Some(command) = commands.next() => Either::Left(command),
        }
    };
    if asked_first {
        tokio::select! { biased; asked = asked => asked, event = event => Either::Right(event) }
    } else {
        tokio::select! { biased; event = event => Either::Right(event), asked = asked => asked }
    }
}

/// Lets the handler have its turn.
pub(super) async fn give_way() {
    let mut given = false;
    poll_fn(|context| {
        if std::mem::replace(&mut given, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// What the detector says at last; may be dropped and called again without loss.
async fn outcome<T>(under_way: &mut Option<BoxFuture<'static, T>>) -> T {
    let Some(asked) = under_way else { return pending().await };
    let said = asked.await;
    *under_way = None;
    said
}
